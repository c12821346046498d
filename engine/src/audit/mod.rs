//! The offline audit (稽核) of a data directory: the log's own checks, and every record held against the rules of
//! the books. It reads the same records as the engine but shares no code with what posts or replays them: the
//! balances, dates and totals here are a second computation of the same facts.
//!
//! Checked on every frame, in the order of the log:
//!
//! - sums, digests, chain, padding and manifest, by [`longmen_wal::audit`]; every record can be read;
//! - each account's chain: opened once and first, each record naming the one before it, before + amount = after;
//! - each merged entry: count and totals of exactly the next hot legs on its account in the transactions' tails;
//! - each posted transaction: as many legs as its head says, debits = credits per entity and currency, no leg twice;
//!   off-balance legs (表外) apart from others; what was refused or cancelled has no legs;
//! - accounting dates (会计日): an entry's date is its head's, and is open in its entity;
//! - funds: nobody spends what is not there, after any transaction;
//! - debits = credits over the frame, per entity and currency.
//!
//! And at the end: each transaction id has one head; debits = credits; each subject's total is the sum of its
//! accounts (总分).

mod account;
mod block;
mod books;
mod chart;
mod contents;
mod fault;
mod frame;
mod ids;
mod merged;
mod report;
mod sections;
mod totals;

use longmen_wal::Storage;

use crate::ledger::Position;
use books::Books;
pub use contents::{FrameContents, MergedEntry, describe_frame};
pub use fault::{BookFault, BookFinding, FramePlace, RecordPlace, VerifyError};
use ids::IdKey;
pub use report::{Counts, SubjectTotal, UnitTotal, Verified};
use totals::Totals;

/// Audits the data directory in `storage`, which no node may be using
/// ([`longmen_wal::DirectoryStorage::open_read_only`] makes sure of it). `progress` is called after every frame with
/// what was counted so far. Changes nothing.
///
/// Takes 20 bytes of memory for each transaction in the log, and 96 for each account.
///
/// # Errors
/// [`VerifyError`]: the first thing that does not hold, with its place.
pub fn verify(storage: &dyn Storage, progress: &mut dyn FnMut(&Counts)) -> Result<Verified, VerifyError> {
    let mut books = Books::new();
    let mut found = None;
    let log = longmen_wal::audit(storage, &mut |view| {
        if found.is_none() {
            found = books.take(view).err();
            progress(books.counts());
        }
    });
    // Whatever the log's own check found lies behind the last frame that it showed.
    if let Some(finding) = found {
        return Err(VerifyError::Books(finding));
    }
    let log = log?;
    if let Some(id) = books.duplicate_id() {
        return Err(VerifyError::Books(locate(storage, &id)?));
    }
    let Totals { units, subjects, first_level } =
        books.totals().map_err(|fault| VerifyError::Books(at_the_end(fault)))?;
    Ok(Verified { log, counts: *books.counts(), units, subjects, first_level })
}

fn at_the_end(fault: BookFault) -> Box<BookFinding> {
    Box::new(BookFinding { place: None, record: RecordPlace::Frame, fault })
}

/// Finds the first two heads with an id that has more than one, by reading the log once more.
fn locate(storage: &dyn Storage, wanted: &IdKey) -> Result<Box<BookFinding>, VerifyError> {
    let mut places = Vec::new();
    longmen_wal::audit(storage, &mut |view| {
        if places.len() < 2 {
            let place = FramePlace::of(view);
            places.extend(contents::ordinals_of(view, wanted).map(|ordinal| (place, ordinal)));
        }
    })?;
    let (id, client) = wanted.parts();
    let first = places.first().map_or(Position::NONE, |(place, ordinal)| Position {
        frame: place.frame,
        slot: *ordinal,
        section: 0,
    });
    let fault = BookFault::IdTwice { client, id, frame: first.frame, ordinal: first.slot };
    let again = places.get(1).copied();
    Ok(Box::new(BookFinding {
        place: again.map(|(place, _)| place),
        record: again.map_or(RecordPlace::Frame, |(_, ordinal)| RecordPlace::Head(ordinal)),
        fault,
    }))
}
