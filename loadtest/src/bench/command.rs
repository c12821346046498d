//! `longmen-loadtest bench`

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use longmen_terminal::Table;
use serde_json::json;

use super::compare::{Compared, comparison_json, comparison_page, comparison_table};
use super::peers::Peer;
use super::result::{Results, RowResult};
use super::rows::{ROWS, Row, row_named};
use super::sheet::Sheet;
use super::tables::tell;
use super::{BenchSettings, run_once};
use crate::NODE;
use crate::report::{FileArgs, Origin, Report};

/// Runs of each row where nothing else is asked for, with and without `--full`.
const FULL_RUNS: usize = 5;
const USUAL_RUNS: usize = 1;

/// Run every workload that has a bar, each against a node of its own, and say which bars are reached
///
/// A row is measured with everything on: idempotency by id, funds and states checked, entries chained for statements,
/// sums and digests, a synced frame before every answer. After each row every account, subject total and turnover of
/// the node is held against the answers. Wrong books and a missed bar both end with 1, and are told apart in words.
#[derive(clap::Args)]
pub struct BenchArgs {
    /// Only these rows, in the order of the table
    #[arg(long, value_name = "NAME,NAME", value_delimiter = ',', value_parser = row)]
    rows: Vec<&'static str>,
    /// Print the names of the rows with what they do and their bars, and end
    #[arg(long)]
    list: bool,
    /// Measure no row for longer than this, in seconds
    #[arg(long, value_parser = seconds)]
    seconds: Option<f64>,
    /// Accounts and transactions, as a part of full size from above 0 to 1; bars over durations shrink with it
    #[arg(long, default_value_t = 1.0, value_parser = part)]
    size: f64,
    /// Run each row so many times and take the medians; with --compare, so many pairs [default: 1, with --full 5]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    runs: Option<u16>,
    /// Also do at full size what takes long even here: 10,000,000 accounts
    #[arg(long)]
    full: bool,
    /// Have nodes and clients speak TLS, by certificates made for it
    #[arg(long)]
    tls: bool,
    /// Give nodes principals and roles, and have clients show tokens; questions are then recorded in the access log
    #[arg(long)]
    roles: bool,
    /// Where the nodes' data directories are made, and removed again; without it, where temporary files go
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    files: FileArgs,
    /// Also measure these with the same loads, after the rows; `peer` measures one of them alone
    #[arg(long, value_name = "NAME,NAME", value_delimiter = ',', value_enum, conflicts_with = "compare")]
    peers: Vec<Peer>,
    /// Run each row with the node of this other longmen-loadtest and with this one's, one after the other
    #[arg(long, value_name = "OLD_PROGRAM", conflicts_with = "html")]
    compare: Option<PathBuf>,
}

fn row(name: &str) -> Result<&'static str, String> {
    let known = || ROWS.map(|row| row.name).join(", ");
    row_named(name).map(|row| row.name).ok_or_else(|| format!("no row has this name; there are {}", known()))
}

pub(super) fn seconds(text: &str) -> Result<f64, String> {
    let seconds: Option<f64> = text.parse().ok();
    seconds
        .filter(|seconds| (0.1..=86_400.0).contains(seconds))
        .ok_or_else(|| "not from 0.1 to 86400".to_owned())
}

pub(super) fn part(text: &str) -> Result<f64, String> {
    let part: Option<f64> = text.parse().ok();
    part.filter(|part| 0.0 < *part && *part <= 1.0).ok_or_else(|| "not above 0 and up to 1".to_owned())
}

/// Tells where figures come from, for data at this place.
pub(super) fn begin(data: Option<&Path>) -> io::Result<Origin> {
    let origin = Origin::here(data)?;
    let mut out = io::stdout().lock();
    let lines = origin.machine.lines();
    lines.iter().try_for_each(|(name, text)| writeln!(out, "{name:<26}{text}"))?;
    writeln!(out)?;
    Ok(origin)
}

fn print(results: &Results) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "\n{}\n", results.table())?;
    results.remarks().iter().try_for_each(|remark| writeln!(out, "{remark}"))?;
    drop(out);
    results.sheets.iter().try_for_each(tell)?;
    writeln!(io::stdout(), "\n{}", results.conclusion())
}

fn list() -> Table {
    let mut table = Table::new(&["row", "what is done", "bars"]);
    for row in &ROWS {
        table.row([row.name, row.title, &row.bars_in_words()]);
    }
    table
}

impl BenchArgs {
    /// Runs the rows; whether all of them are at their bars and the books held.
    ///
    /// # Errors
    /// When a node or a peer cannot be started, reached or stopped, or a file not be written.
    pub async fn run(self) -> Result<bool, Box<dyn Error>> {
        if self.list {
            writeln!(io::stdout(), "{}", list())?;
            return Ok(true);
        }
        // Before hours are spent on the rows.
        self.peers.iter().try_for_each(|peer| peer.check())?;
        let origin = begin(self.data.as_deref())?;
        match &self.compare {
            Some(old) => self.compare_with(old, origin).await,
            None => self.measure(origin).await,
        }
    }

    async fn measure(&self, origin: Origin) -> Result<bool, Box<dyn Error>> {
        let (mut rows, mut sheets) = (Vec::new(), Vec::new());
        let ended = self.measure_all(&mut rows, &mut sheets).await;
        // What was measured before something went wrong is told all the same.
        let results = Results { runs: self.runs(), rows, sheets };
        self.files.write(&Report { origin, page: results.page() }, &results.json())?;
        print(&results)?;
        ended?;
        Ok(results.books_held() && results.bars_held())
    }

    async fn measure_all(
        &self,
        rows: &mut Vec<RowResult>,
        sheets: &mut Vec<Sheet>,
    ) -> Result<(), Box<dyn Error>> {
        self.measure_rows(rows).await?;
        for peer in &self.peers {
            sheets.push(peer.measure(&self.settings(), rows).await?);
        }
        Ok(())
    }

    async fn measure_rows(&self, rows: &mut Vec<RowResult>) -> Result<(), Box<dyn Error>> {
        let settings = self.settings();
        for (number, row) in self.picked().iter().enumerate() {
            let mut outcomes = Vec::new();
            for run in 1..=self.runs() {
                let label = self.label(number, row, run);
                outcomes.push(run_once(row, &settings, &label).await?);
            }
            let result = RowResult::of(row, outcomes);
            writeln!(io::stdout(), "{}", result.line())?;
            rows.push(result);
        }
        Ok(())
    }

    /// Whether the books held, with both builds: a comparison has no bars.
    async fn compare_with(&self, old: &Path, origin: Origin) -> Result<bool, Box<dyn Error>> {
        let mut compared = Vec::new();
        for (number, row) in self.picked().iter().enumerate() {
            let label = self.label(number, row, 1);
            compared.push(Compared::run(row, &self.settings(), old, self.runs(), &label).await?);
            writeln!(io::stdout(), "{}: {} pairs done", row.name, self.runs())?;
        }
        let report = Report { origin, page: comparison_page(&compared) };
        self.files.write(&report, &json!({ "compared": comparison_json(&compared) }))?;
        let wrong: Vec<String> = compared.iter().flat_map(Compared::differences).collect();
        let mut out = io::stdout().lock();
        writeln!(out, "\n{}\n", comparison_table(&compared))?;
        for difference in &wrong {
            writeln!(out, "BOOKS WRONG: {difference}")?;
        }
        if wrong.is_empty() {
            writeln!(
                out,
                "Books: held, with both builds. Figures are medians, ratios medians over the pairs."
            )?;
        }
        Ok(wrong.is_empty())
    }

    fn picked(&self) -> Vec<&'static Row> {
        ROWS.iter().filter(|row| self.rows.is_empty() || self.rows.contains(&row.name)).collect()
    }

    fn runs(&self) -> usize {
        let usual = if self.full { FULL_RUNS } else { USUAL_RUNS };
        self.runs.map_or(usual, usize::from)
    }

    fn settings(&self) -> BenchSettings {
        BenchSettings {
            executable: None,
            subcommand: NODE,
            data: self.data.clone(),
            longest: self.seconds.map(Duration::from_secs_f64),
            size: self.size,
            full: self.full,
            tls: self.tls,
            roles: self.roles,
        }
    }

    /// What stands beside the progress bar.
    fn label(&self, number: usize, row: &Row, run: usize) -> String {
        let (at, all, runs) = (number + 1, self.picked().len(), self.runs());
        match runs {
            1 => format!("{} ({at}/{all})", row.name),
            _ => format!("{} ({at}/{all}, run {run}/{runs})", row.name),
        }
    }
}
