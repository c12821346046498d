//! `longmen verify`

use std::path::{Path, PathBuf};

use longmen_engine::audit::{self, Counts};
use longmen_loadtest::progress::Progress;
use longmen_loadtest::table::{Table, grouped};
use longmen_wal::DirectoryStorage;
use serde::Serialize;

use crate::failure::{Failure, Verdict};
use crate::money::money;
use crate::output::Output;
use crate::page::Page;

/// Audit the books in a data directory offline (稽核)
///
/// Reads the log from its first byte and shares no code with what posts: sums, digests and chain of the log;
/// before + amount = after along every account; debits = credits of every transaction and frame; open dates; funds;
/// subject totals; no id twice. No node may be running on the directory, and nothing is changed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Ends with 1, naming the place, at the first thing that does not hold.

Examples:
  longmen verify books
  longmen verify books --json")]
pub(crate) struct Args {
    /// The data directory
    #[arg(value_name = "DIR")]
    data: PathBuf,
    #[command(flatten)]
    output: Output,
}

/// What an audit without findings has seen.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Verified {
    frames: u64,
    bytes: u64,
    segments: usize,
    /// Whether the log ends where a clean shutdown left it.
    clean: bool,
    /// The torn tail that the next start will cut off: its first and last frame.
    torn: Option<(u64, u64)>,
    posted: u64,
    /// Tries whose legs wait for a confirm.
    tried: u64,
    refused: u64,
    cancelled: u64,
    /// Legs in entries of their own.
    legs: u64,
    merged_entries: u64,
    merged_legs: u64,
    /// Moves of holds.
    held: u64,
    accounts: u64,
    totals: Vec<Total>,
    /// Digest of the last body, which through the chain stands for all.
    head: String,
}

/// Debits and credits of one entity in one currency, in minor units.
#[derive(Clone, Debug, Serialize)]
struct Total {
    entity: String,
    currency: String,
    debit_turnover: i128,
    credit_turnover: i128,
    debit_balance: i128,
    credit_balance: i128,
}

impl Verified {
    /// The same for people.
    pub(crate) fn page(&self) -> Page {
        let end = match (self.clean, self.torn) {
            (true, _) => "ends as a clean shutdown left it".to_owned(),
            (false, None) => "has no clean end".to_owned(),
            (false, Some((first, last))) => format!("ends in a torn tail, frames {first} to {last}"),
        };
        let [frames, bytes, posted, tried, refused, legs, merged, merged_legs, held, accounts] = [
            self.frames,
            self.bytes,
            self.posted,
            self.tried,
            self.refused,
            self.legs,
            self.merged_entries,
            self.merged_legs,
            self.held,
            self.accounts,
        ]
        .map(grouped);
        let mut totals =
            Table::new(&["entity", "", ">debits", ">credits", ">debit balances", ">credit balances"]);
        for total in &self.totals {
            let figures =
                [total.debit_turnover, total.credit_turnover, total.debit_balance, total.credit_balance];
            let [debit, credit, debit_balance, credit_balance] =
                figures.map(|minor| money(&total.currency, minor));
            totals.row([&total.entity, &total.currency, &debit, &credit, &debit_balance, &credit_balance]);
        }
        let mut page = Page::new();
        page.line(format_args!("ok    verify  {frames} frames, {bytes} bytes; the log {end}"));
        page.line(format_args!(
            "              {posted} transactions posted, {tried} tried, {refused} refused; {accounts} accounts"
        ));
        page.line(format_args!(
            "              {legs} entries of one leg, {merged} merged ones of {merged_legs} legs, {held} moves of holds"
        ));
        page.line(format_args!("              head {}", self.head));
        page.table(totals);
        page
    }
}

pub(crate) fn run(args: &Args) -> Result<Verdict, Failure> {
    let verified = verify(&args.data)?;
    args.output.show(&verified, Verified::page)?;
    Ok(Verdict::Held)
}

/// Audits a data directory.
pub(crate) fn verify(data: &Path) -> Result<Verified, Failure> {
    let storage = DirectoryStorage::open_read_only(data).map_err(Failure::node)?;
    let progress = Progress::counting("verify");
    let watch = |counts: &Counts| {
        progress.at(
            counts.frames,
            format!("{} transactions", grouped(counts.posted + counts.tried + counts.refused)),
        );
    };
    let verified = audit::verify(&storage, &mut { watch });
    progress.finish();
    let audit::Verified { log, counts, units, .. } =
        verified.map_err(|error| Failure::Damaged(Box::new(error)))?;
    let totals = units.into_iter().map(|unit| Total {
        entity: unit.entity.into(),
        currency: unit.currency.code().to_owned(),
        debit_turnover: unit.debit_turnover,
        credit_turnover: unit.credit_turnover,
        debit_balance: unit.debit_balance,
        credit_balance: unit.credit_balance,
    });
    Ok(Verified {
        frames: log.frames,
        bytes: log.bytes,
        segments: log.segments,
        clean: log.clean,
        torn: log.torn.map(|tail| (tail.first.0, tail.last.0)),
        posted: counts.posted,
        tried: counts.tried,
        refused: counts.refused,
        cancelled: counts.cancelled,
        legs: counts.legs,
        merged_entries: counts.merged,
        merged_legs: counts.merged_legs,
        held: counts.held,
        accounts: counts.opened,
        totals: totals.collect(),
        head: log.head.to_string(),
    })
}
