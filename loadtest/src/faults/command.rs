//! `longmen-loadtest faults`

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;

use longmen_server::Launch;
use longmen_terminal::{Table, grouped};
use serde_json::json;

use super::{Fault, FaultReport, FaultSettings};
use crate::NODE;
use crate::report::{Origin, Page, PrintArgs, Remark, Report, Section};

/// Bring faults about on real nodes and real file systems, and check everything they said before
///
/// Each fault starts nodes of its own, loads them, and breaks something: the process, the file system under it, its
/// system calls, its files, its memory, its clock. Then everything that was acknowledged is asked again with the same
/// ids: each must get its first result from the same place of the log; what was never answered must be there whole or
/// not at all; balances, relations and statements must hold, and the offline audit at the end. A start on damaged
/// files must recover fully, or refuse, name the place, and change nothing.
#[derive(clap::Args)]
#[command(after_help = "\
What a fault needs and this machine lacks (root, strace, loop mounts with xfs_io, a memory cgroup, libfaketime, a build
with --features planted-panics) is told in its line: it is skipped.

Examples:
  longmen-loadtest faults
  longmen-loadtest faults --only kill --rounds 1000
  longmen-loadtest faults --only power-cut --rounds 300
  longmen-loadtest faults --only sync-fails --rounds 100000     every call, not a sample of 8 each
  longmen-loadtest faults --only damage --rounds 1000 --seed 7 --json")]
pub struct FaultsArgs {
    /// Only these, separated by commas
    #[arg(long, value_enum, value_delimiter = ',', value_name = "NAMES")]
    only: Vec<Fault>,
    /// How often each is brought about: kills, cuts, samples of calls, changed bytes and bits [default: what takes some seconds]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: Option<u32>,
    /// What all random choices come from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where directories and images are made [default: the system's directory for temporary files]
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
    /// `--json` without a file prints each fault as a line
    #[command(flatten)]
    output: PrintArgs,
}

impl FaultsArgs {
    /// Brings them about; whether everything held.
    ///
    /// # Errors
    /// When that cannot be done, or a file not be written.
    pub async fn run(self) -> Result<bool, Box<dyn Error>> {
        let origin = Origin::here(self.scratch.as_deref())?;
        let mut reports = Vec::new();
        let ended = self.bring_about(&mut reports).await;
        if !self.output.prints_json() {
            writeln!(io::stdout(), "\n{}", table(&reports))?;
        }
        // What was done before something went wrong is told all the same.
        self.output.write(&Report { origin, page: page(&reports) }, &json!({ "faults": reports }))?;
        ended?;
        Ok(reports.iter().all(FaultReport::held))
    }

    async fn bring_about(&self, reports: &mut Vec<FaultReport>) -> Result<(), Box<dyn Error>> {
        let scratch = self.scratch.clone().unwrap_or_else(std::env::temp_dir);
        let launch = Launch::new(NODE, &scratch);
        let settings = FaultSettings { launch, scratch, seed: self.seed, rounds: self.rounds };
        let wanted = |fault: &Fault| self.only.is_empty() || self.only.contains(fault);
        for fault in Fault::ALL.into_iter().filter(wanted) {
            let report = fault.run(&settings).await.map_err(|error| format!("{}: {error}", fault.name()))?;
            match self.output.prints_json() {
                true => writeln!(io::stdout(), "{}", serde_json::to_string(&report)?)?,
                false => print_details(&report)?,
            }
            reports.push(report);
        }
        Ok(())
    }
}

fn page(reports: &[FaultReport]) -> Page {
    let held = reports.iter().all(FaultReport::held);
    let words =
        if held { "Held: after every fault all that was said before it." } else { "It did NOT hold." };
    let figures = Section::of_table("faults", "", &table(reports));
    Page {
        title: "faults".to_owned(),
        intro: "Faults on real nodes and real file systems. After each everything that was acknowledged is asked again, and \
                balances, relations, statements and the offline audit must hold."
            .to_owned(),
        conclusion: vec![Remark::held_or_wrong(held, words)],
        sections: [figures].into_iter().chain(reports.iter().map(section)).collect(),
    }
}

/// What came of one kind of fault.
fn section(report: &FaultReport) -> Section {
    let mut table = Table::new(&[">times", "what came of it"]);
    report.came.iter().for_each(|(what, count)| table.row([grouped(*count), what.clone()]));
    let skipped = report.skipped.iter().map(|why| Remark::plain(format!("skipped: {why}")));
    Section {
        remarks: skipped.chain(report.differences.iter().map(Remark::wrong)).collect(),
        ..Section::of_table(&report.fault, "", &table)
    }
}

fn print_details(report: &FaultReport) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", report.fault)?;
    if let Some(why) = &report.skipped {
        writeln!(out, "  skipped: {why}")?;
    }
    for (what, count) in &report.came {
        writeln!(out, "  {:>9}  {what}", grouped(*count))?;
    }
    for difference in &report.differences {
        writeln!(out, "  FAIL  {difference}")?;
    }
    Ok(())
}

fn table(reports: &[FaultReport]) -> Table {
    let mut table = Table::new(&["fault", ">times", ">acknowledged", ">seconds", ""]);
    for report in reports {
        let end = match (report.held(), &report.skipped) {
            (false, _) => "DID NOT HOLD",
            (true, Some(_)) => "skipped",
            (true, None) => "held",
        };
        table.row([
            report.fault.clone(),
            grouped(report.cases),
            grouped(report.acknowledged),
            format!("{:.1}", report.seconds),
            end.to_owned(),
        ]);
    }
    table
}
