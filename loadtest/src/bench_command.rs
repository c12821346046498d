//! `longmen-loadtest bench`

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use longmen_loadtest::bench::compare::{Compared, comparison_json, comparison_table};
use longmen_loadtest::bench::peers::Peer;
use longmen_loadtest::bench::report::html;
use longmen_loadtest::bench::result::{Results, RowResult};
use longmen_loadtest::bench::rows::{ROWS, Row, row_named};
use longmen_loadtest::bench::sheet::Sheet;
use longmen_loadtest::bench::{BenchSettings, Machine, run_once};
use longmen_terminal::Table;

use crate::NODE;
use crate::tables_command::tell;

/// Runs of each row where nothing else is asked for, with and without `--full`.
const FULL_RUNS: usize = 5;
const USUAL_RUNS: usize = 1;

/// Run every workload that has a bar, each against a node of its own, and say which bars are reached
///
/// A row is measured with everything on: idempotency by id, funds and states checked, entries chained for statements,
/// sums and digests, a synced frame before every answer. After each row every account, subject total and turnover of
/// the node is held against the answers. Wrong books and a missed bar both end with 1, and are told apart in words.
#[derive(clap::Args)]
pub(crate) struct BenchArgs {
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
    /// Where the nodes' data directories are made, and removed again; without it, where temporary files go
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Write everything as JSON here
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write a report with plots here
    #[arg(long, value_name = "FILE", conflicts_with = "compare")]
    html: Option<PathBuf>,
    /// Also measure these with the same loads, after the rows; `peer` measures one of them alone
    #[arg(long, value_name = "NAME,NAME", value_delimiter = ',', value_enum, conflicts_with = "compare")]
    peers: Vec<Peer>,
    /// Run each row with the node of this other longmen-loadtest and with this one's, one after the other
    #[arg(long, value_name = "OLD_PROGRAM")]
    compare: Option<PathBuf>,
}

fn row(name: &str) -> Result<&'static str, String> {
    let known = || ROWS.map(|row| row.name).join(", ");
    row_named(name).map(|row| row.name).ok_or_else(|| format!("no row has this name; there are {}", known()))
}

pub(crate) fn seconds(text: &str) -> Result<f64, String> {
    let seconds: Option<f64> = text.parse().ok();
    seconds
        .filter(|seconds| (0.1..=86_400.0).contains(seconds))
        .ok_or_else(|| "not from 0.1 to 86400".to_owned())
}

pub(crate) fn part(text: &str) -> Result<f64, String> {
    let part: Option<f64> = text.parse().ok();
    part.filter(|part| 0.0 < *part && *part <= 1.0).ok_or_else(|| "not above 0 and up to 1".to_owned())
}

/// Whether all that was run is at its bars and the books held.
pub(crate) async fn bench_command(args: BenchArgs) -> Result<bool, Box<dyn Error>> {
    if args.list {
        writeln!(io::stdout(), "{}", list())?;
        return Ok(true);
    }
    // Before hours are spent on the rows.
    args.peers.iter().try_for_each(|peer| peer.check())?;
    let machine = tell_machine(args.data.as_deref())?;
    match &args.compare {
        Some(old) => compare(&args, old, &machine).await,
        None => measure(&args, machine).await,
    }
}

/// Describes the machine, for data at this place.
pub(crate) fn tell_machine(data: Option<&Path>) -> Result<Machine, Box<dyn Error>> {
    let machine = Machine::here(data.unwrap_or(&std::env::temp_dir()))?;
    let mut out = io::stdout().lock();
    machine.lines().iter().try_for_each(|(name, text)| writeln!(out, "{name:<26}{text}"))?;
    writeln!(out)?;
    Ok(machine)
}

async fn measure(args: &BenchArgs, machine: Machine) -> Result<bool, Box<dyn Error>> {
    let (mut rows, mut sheets) = (Vec::new(), Vec::new());
    let ended = measure_all(args, &mut rows, &mut sheets).await;
    // What was measured before something went wrong is told all the same.
    let results = Results { machine, runs: args.runs(), rows, sheets };
    if let Some(path) = &args.json {
        write_json(path, &results.json())?;
    }
    if let Some(path) = &args.html {
        fs::write(path, html(&results)).map_err(|error| unwritable(path, &error))?;
    }
    let mut out = io::stdout().lock();
    writeln!(out, "\n{}\n", results.table())?;
    for remark in results.remarks() {
        writeln!(out, "{remark}")?;
    }
    drop(out);
    for sheet in &results.sheets {
        tell(sheet)?;
    }
    let mut out = io::stdout().lock();
    writeln!(out, "\n{}", results.conclusion())?;
    ended?;
    Ok(results.books_held() && results.bars_held())
}

async fn measure_all(
    args: &BenchArgs,
    rows: &mut Vec<RowResult>,
    sheets: &mut Vec<Sheet>,
) -> Result<(), Box<dyn Error>> {
    measure_rows(args, rows).await?;
    for peer in &args.peers {
        sheets.push(peer.measure(&args.settings(), rows).await?);
    }
    Ok(())
}

async fn measure_rows(args: &BenchArgs, rows: &mut Vec<RowResult>) -> Result<(), Box<dyn Error>> {
    let settings = args.settings();
    for (number, row) in args.picked().iter().enumerate() {
        let mut outcomes = Vec::new();
        for run in 1..=args.runs() {
            let label = args.label(number, row, run);
            outcomes.push(run_once(row, &settings, &label).await?);
        }
        let result = RowResult::of(row, outcomes);
        writeln!(io::stdout(), "{}", result.line())?;
        rows.push(result);
    }
    Ok(())
}

/// Whether the books held, with both builds: a comparison has no bars.
async fn compare(args: &BenchArgs, old: &Path, machine: &Machine) -> Result<bool, Box<dyn Error>> {
    let mut compared = Vec::new();
    for (number, row) in args.picked().iter().enumerate() {
        let label = args.label(number, row, 1);
        compared.push(Compared::run(row, &args.settings(), old, args.runs(), &label).await?);
        writeln!(io::stdout(), "{}: {} pairs done", row.name, args.runs())?;
    }
    if let Some(path) = &args.json {
        let rows = comparison_json(&compared);
        write_json(path, &serde_json::json!({ "machine": machine, "compared": rows }))?;
    }
    let wrong: Vec<String> = compared.iter().flat_map(Compared::differences).collect();
    let mut out = io::stdout().lock();
    writeln!(out, "\n{}\n", comparison_table(&compared))?;
    for difference in &wrong {
        writeln!(out, "BOOKS WRONG: {difference}")?;
    }
    if wrong.is_empty() {
        writeln!(out, "Books: held, with both builds. Figures are medians, ratios medians over the pairs.")?;
    }
    Ok(wrong.is_empty())
}

fn list() -> Table {
    let mut table = Table::new(&["row", "what is done", "bars"]);
    for row in &ROWS {
        table.row([row.name, row.title, &row.bars_in_words()]);
    }
    table
}

pub(crate) fn write_json(path: &Path, value: &serde_json::Value) -> Result<(), Box<dyn Error>> {
    let text = serde_json::to_string_pretty(value)?;
    fs::write(path, text + "\n").map_err(|error| unwritable(path, &error))?;
    Ok(())
}

pub(crate) fn unwritable(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

impl BenchArgs {
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
