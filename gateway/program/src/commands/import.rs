//! `longmen import`

use std::fs;
use std::path::{Path, PathBuf};

use longmen_engine::ledger::{Date, YearStart};
use longmen_terminal::{Progress, grouped};
use serde::Serialize;

use crate::argument::{date, said};
use crate::connect_args::ConnectArgs;
use crate::explain::explain;
use crate::failure::{Conclusion, Failure};
use crate::import::{
    Accounts, Fault, Faults, Ids, Import, Refused, Sent, Start, Subjects, Transactions, file_time,
};
use crate::output::Output;
use crate::page::Page;

/// How many lines of what is wrong are shown to people.
const SHOWN: usize = 50;

/// Import a chart, accounts or transactions from a CSV file
///
/// The file is read as a whole, checked row by row, and held against the node: what it names must be there. Every row
/// that is wrong is told by line, column and reason, and nothing is sent when any row is. With --check nothing is sent
/// at all.
///
/// What only the node can know (funds, limits, states) is decided when a row is sent; what it refuses is told by line
/// and code, and the rest is done. Running the same command again, after an interruption too, does nothing twice.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Files are UTF-8, with or without a byte order mark. The first row names the columns, in any order; a column that is
not known is an error. Spaces around a value do not count, rows with nothing in them are passed over.

Exit codes: 0 all done (or, with --check, all right); 1 the node refused something; 2 a row is wrong, nothing was sent;
3 the node could not be reached, or the connection broke: run the same command again.

Examples:
  longmen import chart chart.csv --entity LM --start 2026-01-01
  longmen import accounts accounts.csv --entity LM --check
  longmen import transactions 2026-01.csv --entity LM --json")]
pub(crate) enum Commands {
    /// Open subjects (科目)
    ///
    /// Columns: code, name, class, normal; and, where wanted, leaf, valid_from, valid_to, tenor, party, purpose, entity.
    /// Without leaf, a code that others go on from is none. All subjects of an entity go in one request where they fit
    /// (8,192); opening is idempotent.
    #[command(after_help = "\
Examples:
  longmen import chart chart.csv --entity LM --start 2026-01-01
  longmen import chart chart.csv --entity LM --check")]
    Chart(ChartArgs),
    /// Open accounts (分户账)
    ///
    /// Columns: account (the number), currency, owner; and, where wanted, type, subject (or it is the one that the type is
    /// mapped to), may_go_negative, overdraft_limit, credit_limit, hot, customer, entity. All accounts go in one request
    /// where they fit (8,192), else in several after all were checked; opening is idempotent.
    #[command(after_help = "\
Example:
  longmen import accounts accounts.csv --entity LM")]
    Accounts(FileArgs),
    /// Post transactions, a row for each leg (分录)
    ///
    /// Columns: transaction (its id), step, account (the number, or @ID), side, amount, currency; and, where wanted,
    /// account_type, type, reference, tags, operator, approval, reason, visibility, counterparty, value_date,
    /// accounting_date, time, entity. Rows of one transaction may stand anywhere; their steps put them in order. What is
    /// said of the transaction as a whole stands in one of its rows, or the same in several. An accounting_date must be
    /// the current one.
    ///
    /// A node knows an id as long as the transaction's time lies in its window (3 days, unless set otherwise), and refuses
    /// what is older as too_old. The time is that of the column, else when the file was last changed: so a file that stays
    /// as it is can be imported again at any time and posts nothing twice.
    #[command(after_help = "\
Examples:
  longmen import transactions 2026-01.csv --entity LM
  longmen import transactions journal/legs.csv --entity LM --hex-ids --json")]
    Transactions(TransactionsArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct FileArgs {
    /// The file
    file: PathBuf,
    /// The entity (会计主体) of rows that name none
    #[arg(long, value_name = "CODE", value_parser = said)]
    entity: Option<String>,
    /// Only check; send nothing
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    connect_args: ConnectArgs,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ChartArgs {
    /// Open entities that are not there, with this first accounting date; one that is there with another is a key_conflict
    #[arg(long, value_name = "DATE", value_parser = date)]
    start: Option<Date>,
    /// Their books' year begins in this month, 1 to 12; one that is there with another is a key_conflict
    #[arg(long, value_name = "MONTH", default_value_t = 1, requires = "start", value_parser = clap::value_parser!(u8).range(1..=12))]
    year_starts: u8,
    #[command(flatten)]
    file: FileArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct TransactionsArgs {
    /// Ids are numbers of 32 hexadecimal digits, as exports have them, and not texts
    #[arg(long)]
    hex_ids: bool,
    #[command(flatten)]
    file: FileArgs,
}

/// What came of an import.
#[derive(Debug, Default, Serialize)]
struct Report {
    what: &'static str,
    /// How many there are in the file.
    count: usize,
    /// What was done now; 0 where nothing was sent.
    done: usize,
    /// What was there already.
    there: usize,
    /// Whether anything was sent.
    sent: bool,
    /// What is wrong with the file.
    faults: Vec<Fault>,
    /// Why what the file names could not be looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_looked_up: Option<String>,
    /// What the node refused.
    refused: Vec<Refused>,
    #[serde(skip)]
    verb: &'static str,
}

pub(crate) async fn run(command: Commands) -> Result<Conclusion, Failure> {
    let mut faults = Faults::default();
    match command {
        Commands::Chart(ChartArgs { start, year_starts, file }) => {
            let year = YearStart::from_month(year_starts).expect("the argument is a month");
            let start = start.map(|date| Start { date, year });
            let subjects = Subjects::read(&read(&file.file)?, file.entity.as_deref(), start, &mut faults);
            import(&subjects, faults, &file).await
        }
        Commands::Accounts(file) => {
            let accounts = Accounts::read(&read(&file.file)?, file.entity.as_deref(), &mut faults);
            import(&accounts, faults, &file).await
        }
        Commands::Transactions(TransactionsArgs { hex_ids, file }) => {
            let ids = if hex_ids { Ids::Numbers } else { Ids::Texts };
            let metadata = fs::metadata(&file.file).map_err(|error| unreadable(&file.file, &error))?;
            let (bytes, time) = (read(&file.file)?, file_time(&metadata));
            let transactions = Transactions::read(&bytes, file.entity.as_deref(), time, ids, &mut faults);
            import(&transactions, faults, &file).await
        }
    }
}

/// Checks what was read, and sends it if nothing is wrong with it.
async fn import<I: Import>(what: &I, mut faults: Faults, args: &FileArgs) -> Result<Conclusion, Failure> {
    let mut report = Report { what: I::WHAT, verb: I::DONE, count: what.count(), ..Report::default() };
    let checked = check(what, &mut faults, args).await;
    let wrong = !faults.is_empty();
    report.faults = faults.by_line();
    let mut client = match checked {
        Err(failure) if wrong => {
            report.not_looked_up = Some(failure.to_string());
            None
        }
        checked => Some(checked?).filter(|_| !wrong && !args.check),
    };
    if let Some(client) = &mut client {
        let progress = Progress::new(&format!("import {}", I::WHAT), whole(what.count()));
        let sent = what.send(client, &progress, explain).await;
        progress.finish();
        let Sent { done, there, refused } = sent.map_err(Failure::node)?;
        report = Report { done, there, refused, sent: true, ..report };
    }
    args.output.show(&report, |report| describe(report, &args.file))?;
    Ok(if wrong { Conclusion::BadFile } else { Conclusion::of(report.refused.is_empty()) })
}

/// Reaches the node and holds what was read against what it knows.
async fn check<I: Import>(
    what: &I,
    faults: &mut Faults,
    args: &FileArgs,
) -> Result<longmen_client::Client, Failure> {
    let mut client = args.connect_args.connect().await?;
    let progress = Progress::counting(&format!("look up {}", I::WHAT));
    let looked_up = what.look_up(&mut client, &progress, faults).await;
    progress.finish();
    looked_up?;
    Ok(client)
}

fn describe(report: &Report, file: &Path) -> Page {
    let [count, done, there, refused] =
        [report.count, report.done, report.there, report.refused.len()].map(|count| grouped(whole(count)));
    let Report { what, verb, .. } = report;
    let file = file.display();
    let mut page = Page::from(match (report.faults.len(), report.sent) {
        (0, false) => format!("ok    {file}: {count} {what}, nothing wrong; nothing was sent"),
        (0, true) => {
            let mark = if report.refused.is_empty() { "ok    " } else { "FAIL  " };
            format!("{mark}{file}: of {count} {what} {done} {verb}, {there} there already, {refused} refused")
        }
        (faults, _) => format!("FAIL  {file}: wrong in {} places; nothing was sent", grouped(whole(faults))),
    });
    list(&mut page, &report.faults);
    list(&mut page, &report.refused);
    if let Some(reason) = &report.not_looked_up {
        page.line(format_args!("      not looked up on the node: {reason}"));
    }
    page
}

fn list(page: &mut Page, items: &[impl std::fmt::Display]) {
    for item in items.iter().take(SHOWN) {
        page.line(format_args!("      {item}"));
    }
    if items.len() > SHOWN {
        let more = grouped(whole(items.len() - SHOWN));
        page.line(format_args!("      and {more} more; --json shows all"));
    }
}

fn whole(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Usage(format!("{}: {error}", path.display()))
}
