//! `longmen export`

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use longmen_engine::export::{self, ExportError, Exported, Item, Scope};
use longmen_engine::ledger::Date;
use longmen_terminal::{Progress, grouped};
use longmen_wal::DirectoryStorage;
use serde::Serialize;

use crate::argument::{date, said};
use crate::data_directory::open_ledger;
use crate::export_formats::{Format, Sink};
use crate::failure::{Conclusion, Failure};
use crate::output::Output;

/// Write the journal (流水) of a data directory for other programs
///
/// Reads the log from its first byte, checks it on the way, and writes every posted transaction, with the balances
/// that the books say each account has at the end of each accounting date on which it moved: other programs
/// recompute them. That the books hold is for `longmen verify` to say. No node may be running on the directory, and
/// nothing in it is changed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
csv and parquet make a directory with the tables entities, subjects, accounts, opening, legs, daily and closed_dates.
Amounts are decimal in csv, and whole minor units as DECIMAL(38,0) in parquet, beside the currency's exponent.
hledger and beancount make a file with balance assertions, debits positive. Off the balance sheet, hledger gets virtual
postings and beancount nothing. A red leg (红字) keeps its side and its negative amount everywhere.

With --from, what was before comes as opening balances. The path must not exist; it does only once all went well.

Examples:
  longmen export --format csv books --out journal
  longmen export --format hledger books --out books.journal && hledger -f books.journal balance --tree
  longmen export --format beancount books --out books.beancount && bean-check books.beancount
  longmen export --format parquet --entity LM --from 2024-02-01 --to 2024-02-29 books --out february
  duckdb -c \"select accounting_date, sum(debit_turnover) from 'february/daily.parquet' group by 1 order by 1\"")]
pub(crate) struct Args {
    /// The data directory
    #[arg(value_name = "DIR")]
    data: PathBuf,
    /// What to write
    #[arg(long, value_enum)]
    format: Format,
    /// Where to write it
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    /// Only the books of this entity (会计主体)
    #[arg(long, value_name = "CODE", value_parser = said)]
    entity: Option<String>,
    /// The first accounting date
    #[arg(long, value_name = "DATE", value_parser = date)]
    from: Option<Date>,
    /// The last accounting date
    #[arg(long, value_name = "DATE", value_parser = date)]
    to: Option<Date>,
    #[command(flatten)]
    output: Output,
}

#[derive(Serialize)]
struct Written<'a> {
    path: &'a Path,
    frames: u64,
    accounts: u64,
    transactions: u64,
    legs: u64,
    /// Days of accounts with movement: as many balances are asserted.
    days: u64,
}

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures = [self.accounts, self.transactions, self.legs, self.days].map(grouped);
        let [accounts, transactions, legs, days] = figures;
        write!(
            f,
            "ok    export  {transactions} transactions of {legs} legs, {accounts} accounts, {days} closing balances: {}",
            self.path.display()
        )
    }
}

pub(crate) fn run(args: &Args) -> Result<Conclusion, Failure> {
    if args.out.try_exists().map_err(|error| unwritable(&args.out, &error))? {
        return Err(Failure::Usage(format!("{} is there already", args.out.display())));
    }
    if args.from.zip(args.to).is_some_and(|(from, to)| to < from) {
        return Err(Failure::Usage("--to lies before --from".to_owned()));
    }
    let partial = partial_path(&args.out);
    let exported = write(args, &partial).and_then(|exported| {
        fs::rename(&partial, &args.out).map_err(|error| unwritable(&args.out, &error))?;
        Ok(exported)
    });
    if exported.is_err() {
        remove(&partial);
    }
    let Exported { frames, accounts, transactions, legs, days } = exported?;
    let written = Written { path: &args.out, frames, accounts, transactions, legs, days };
    args.output.show(&written, Written::to_string)?;
    Ok(Conclusion::Held)
}

/// Writes the export to `path`, which is good only where this ends well.
fn write(args: &Args, path: &Path) -> Result<Exported, Failure> {
    let storage = open_ledger(&args.data)?;
    let mut sink = args.format.create(path).map_err(|error| unwritable(path, &error))?;
    let progress = Progress::counting("export");
    let exported = walk(args, &storage, &mut *sink, &progress);
    progress.finish();
    let exported = exported.map_err(|error| match error {
        ExportError::Sink(error) => unwritable(path, &error),
        ExportError::UnknownEntity(_) => Failure::Usage(error.to_string()),
        damaged => Failure::Damaged(Box::new(damaged)),
    })?;
    sink.finish().map_err(|error| unwritable(path, &error))?;
    Ok(exported)
}

fn walk(
    args: &Args,
    storage: &DirectoryStorage,
    sink: &mut dyn Sink,
    progress: &Progress,
) -> Result<Exported, ExportError<io::Error>> {
    let scope =
        Scope { entity: args.entity.clone().map(String::into_boxed_str), from: args.from, to: args.to };
    let mut transactions = 0_u64;
    export::export(storage, &scope, &mut |chart, item| {
        if matches!(item, Item::Transaction(_)) {
            transactions += 1;
            if transactions.is_multiple_of(4_096) {
                progress.at(transactions, "transactions".to_owned());
            }
        }
        sink.take(chart, item)
    })
}

/// Beside the path, so that a rename moves it there at once.
fn partial_path(path: &Path) -> PathBuf {
    let mut name = OsString::from(path.file_name().unwrap_or(path.as_os_str()));
    name.push(".partial");
    path.with_file_name(name)
}

/// Takes away what was not finished. Nobody can be told more than what made it stop.
fn remove(partial: &Path) {
    drop(fs::remove_dir_all(partial).or_else(|_| fs::remove_file(partial)));
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::Usage(format!("{}: {error}", path.display()))
}
