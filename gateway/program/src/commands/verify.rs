//! `longmen verify`

use std::fmt;
use std::path::{Path, PathBuf};

use longmen_access_log::{Anchor, Audited, DIRECTORY, Folder};
use longmen_engine::audit::{self, Counts};
use longmen_terminal::{Progress, Table, grouped};
use serde::Serialize;

use crate::argument::plain;
use crate::data_directory::open_ledger;
use crate::failure::{Conclusion, Failure};
use crate::moment::time;
use crate::money::money;
use crate::output::Output;
use crate::page::Page;

/// Audit the books in a data directory offline (稽核)
///
/// Reads the log from its first byte and shares no code with what posts: sums, digests and chain of the log;
/// before + amount = after along every account; debits = credits of every transaction and frame; open dates; funds;
/// subject totals; no id twice. Then the access log (查询日志), where there is one: every record chained to the one before, over all
/// its files. No node may be running on the directory, and nothing is changed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Ends with 1, naming the place, at the first thing that does not hold.

Examples:
  longmen verify books
  longmen verify books --access-log /var/log/longmen/reads
  longmen verify books --json")]
pub(crate) struct Args {
    /// The data directory
    #[arg(value_name = "DIR")]
    data: PathBuf,
    /// Where its access log is [default: access-log in the data directory, if it is there]
    #[arg(long, value_name = "DIR")]
    access_log: Option<PathBuf>,
    /// What an earlier audit gave as the head of the access log: it must still be in it. So a log is found whose end was cut off
    /// or that was written anew; may be given more than once
    #[arg(long, value_name = "RECORD/HASH", value_parser = head)]
    access_log_head: Vec<Anchor>,
    #[command(flatten)]
    output: Output,
}

/// A record and its hash, as an audit printed them.
fn head(text: &str) -> Result<Anchor, String> {
    let (seq, hash) = text.split_once('/').unwrap_or_default();
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    match plain(seq).filter(|_| is_hash) {
        Some(seq) => Ok(Anchor { seq, hash: hash.to_owned(), told_by: "--access-log-head".to_owned() }),
        None => {
            Err("expected the number of a record and its hash, as `longmen verify` prints them".to_owned())
        }
    }
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
    /// What was proposed to a second principal (四眼原则).
    proposals: u64,
    open_proposals: u64,
    /// Done at once, and nobody has reviewed it.
    unreviewed: u64,
    totals: Vec<Total>,
    /// Ids that came again when the ledger had forgotten them.
    came_again: Vec<CameAgain>,
    /// Digest of the last body, which through the chain stands for all.
    head: String,
    /// The node whose log it is.
    #[serde(skip)]
    ledger: String,
    /// The access log, where there is one.
    access_log: Option<Reads>,
}

/// What the access log has.
#[derive(Clone, Debug, Serialize)]
struct Reads {
    files: u64,
    bytes: u64,
    /// The number of the first record that is there, and when it was written, in microseconds since 1970.
    first: u64,
    since_us: i64,
    /// The number of the last record, and its hash.
    last: u64,
    head: String,
    /// Bytes of a last record that is not whole.
    torn: u64,
}

impl From<Audited> for Reads {
    fn from(audited: Audited) -> Reads {
        let Audited { files, bytes, first, since_us, last, head, torn, .. } = audited;
        Reads { files, bytes, first, since_us, last, head, torn }
    }
}

impl Reads {
    fn describe(&self, page: &mut Page) {
        let [records, files] = [self.last + 1 - self.first, self.files].map(grouped);
        page.line(format_args!(
            "ok    access log  records {} to {}, {records} of them, in {files} files, since {}",
            self.first,
            self.last,
            time(self.since_us)
        ));
        page.line(format_args!("              head {}/{}", self.last, self.head));
        if self.first > 1 {
            page.line(format_args!(
                "              what came before record {} was taken away: nothing is said of it",
                self.first
            ));
        }
        if self.torn > 0 {
            page.line(format_args!(
                "              it ends in a torn record, {} bytes, which the next start cuts off",
                self.torn
            ));
        }
    }
}

/// An id that came again when the ledger had forgotten it; places are frame and record.
#[derive(Clone, Debug, Serialize)]
struct CameAgain {
    client: u32,
    id: String,
    first: (u64, u32),
    again: (u64, u32),
    after_us: i64,
}

/// Debits and credits of one entity in one currency, in minor units.
#[derive(Clone, Debug, Serialize)]
struct Total {
    entity: String,
    currency: String,
    debit_turnover: i128,
    credit_turnover: i128,
    /// What memo accounts come to, debit-positive: debits less credits are as much on the other side.
    memo_net: i128,
    debit_balance: i128,
    credit_balance: i128,
}

/// At most 20 of the ids that came again are shown; with `--json` all.
const MOST_SHOWN: usize = 20;

impl From<&audit::CameAgain> for CameAgain {
    fn from(came: &audit::CameAgain) -> CameAgain {
        CameAgain {
            client: came.client.0,
            id: came.id.to_string(),
            first: (came.first.frame, came.first.ordinal),
            again: (came.again.frame, came.again.ordinal),
            after_us: came.after_us,
        }
    }
}

impl fmt::Display for CameAgain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CameAgain { client, id, first, again, after_us } = self;
        let hours = after_us / 3_600_000_000;
        write!(
            f,
            "id {id} of client {client}: frame {} record {}, and when it was forgotten, {} d {} h later, frame {} record {}",
            first.0,
            first.1,
            hours / 24,
            hours % 24,
            again.0,
            again.1
        )
    }
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
        let with_memo = self.totals.iter().filter(|total| total.memo_net != 0);
        let memo: Vec<String> = with_memo
            .map(|total| {
                let Total { entity, currency, memo_net, .. } = total;
                format!("memo net 备忘净额 of {entity}: {} {currency}", money(currency, *memo_net))
            })
            .collect();
        let mut page = Page::new();
        page.line(format_args!("ok    verify  {frames} frames, {bytes} bytes; the log {end}"));
        page.line(format_args!(
            "              {posted} transactions posted, {tried} tried, {refused} refused; {accounts} accounts"
        ));
        page.line(format_args!(
            "              {legs} entries of one leg, {merged} merged ones of {merged_legs} legs, {held} moves of holds"
        ));
        if self.proposals > 0 {
            let [proposals, open, unreviewed] =
                [self.proposals, self.open_proposals, self.unreviewed].map(grouped);
            page.line(format_args!(
                "              {proposals} proposals, {open} open, {unreviewed} done at once and not reviewed"
            ));
        }
        page.line(format_args!("              head {}", self.head));
        for came in self.came_again.iter().take(MOST_SHOWN) {
            page.line(format_args!("twice         {came}"));
        }
        if !self.came_again.is_empty() {
            let all = grouped(self.came_again.len() as u64);
            page.line(format_args!(
                "              {all} ids came again: no damage, but what they stand for may have been meant once"
            ));
        }
        page.table(totals);
        memo.iter().for_each(|line| page.line(line));
        match &self.access_log {
            Some(reads) => reads.describe(&mut page),
            None => {
                page.line(format_args!("no access log: nothing is said of who read what; see --access-log"));
            }
        }
        page
    }
}

pub(crate) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let verified = verify(&args.data)?;
    let folder = Folder::new(args.access_log.clone().unwrap_or_else(|| args.data.join(DIRECTORY)));
    let access_log = verify_reads(&folder, &verified, &args.access_log_head)?;
    if access_log.is_none() && (args.access_log.is_some() || !args.access_log_head.is_empty()) {
        return Err(Failure::Usage(format!("{} has no access log", folder.path().display())));
    }
    let verified = Verified { access_log, ..verified };
    args.output.show(&verified, Verified::page)?;
    Ok(Conclusion::Held)
}

/// Audits the access log of a ledger, where there is one.
fn verify_reads(folder: &Folder, verified: &Verified, heads: &[Anchor]) -> Result<Option<Reads>, Failure> {
    let mut heads = heads.to_vec();
    heads.sort_by_key(|head| head.seq);
    let audited = longmen_access_log::audit(folder, Some(&verified.ledger), &heads);
    audited.map(|audited| audited.map(Reads::from)).map_err(|error| Failure::Damaged(Box::new(error)))
}

/// Audits a data directory.
pub(crate) fn verify(data: &Path) -> Result<Verified, Failure> {
    let storage = open_ledger(data)?;
    let progress = Progress::counting("verify");
    let watch = |counts: &Counts| {
        progress.at(
            counts.frames,
            format!("{} transactions", grouped(counts.posted + counts.tried + counts.refused)),
        );
    };
    let verified = audit::verify(&storage, &mut { watch });
    progress.finish();
    let audit::Verified { log, counts, units, came_again, .. } =
        verified.map_err(|error| Failure::Damaged(Box::new(error)))?;
    let totals = units.into_iter().map(|unit| Total {
        entity: unit.entity.into(),
        currency: unit.currency.code().to_owned(),
        debit_turnover: unit.debit_turnover,
        credit_turnover: unit.credit_turnover,
        memo_net: unit.memo_net,
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
        proposals: counts.proposals,
        open_proposals: counts.open_proposals,
        unreviewed: counts.unreviewed,
        totals: totals.collect(),
        came_again: came_again.iter().map(CameAgain::from).collect(),
        head: log.head.to_string(),
        ledger: log.node.to_string(),
        access_log: None,
    })
}
