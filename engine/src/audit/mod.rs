//! The offline audit (稽核) of a data directory: the log's own checks, and every record held against the rules of
//! the books. It reads the same records as the engine but shares no code with what posts or replays them: the
//! balances, dates and totals here are a second computation of the same facts.
//!
//! Checked on every frame, in the order of the log:
//!
//! - sums, digests, chain, padding and manifest, by [`longmen_wal::audit`], and that the log goes as far as the snapshots and
//!   archives of ids beside it know that it was durable; every record can be read, and is as a ledger
//!   writes it;
//! - names: ids of clients, entities and subjects without gaps, no name twice, accounts under valid leaves;
//! - each account's chain: opened once and first, each record naming the one before it, before + amount = after, every
//!   256th posting with its link;
//! - each merged entry: count and totals of exactly the next hot legs on its account in the transactions' tails;
//! - each posted transaction: as many legs as its head says, debits = credits per entity and currency, no leg twice;
//!   off-balance legs (表外) apart from others; memo legs (备忘) beside others, and as the booking mode of its type asks for
//!   on its date; negative amounts in reversals alone (红字); what was refused or cancelled
//!   has no legs;
//! - holds (冻结): what is frozen before + move = after, of the account and of each hold, on the terms it was opened with;
//!   moved by a transaction that names it, expired at its moment;
//! - what does more than post: a consume spends what its legs take; a try holds what its legs would take, a confirm posts
//!   them, a cancel releases all; a reversal has the legs of its original in the style that the dates ask for, once;
//!   refunds, and what is left of them when one is reversed, stay within their original; a carry-forward leaves nothing in
//!   income and expense;
//! - accounting dates (会计日): an entry's date is its head's, and is open in its entity; the figures that close a date are
//!   those of its entries, line by line (总账);
//! - states, funds and limits: each transaction was let through by its accounts, unless it was forced;
//! - four eyes (四眼原则): what was proposed is done in the frame of its approval, as it was proposed, once, approved by another
//!   than its maker, before it ended; nothing says it was approved that was not;
//! - debits = credits over the frame, per entity and currency.
//!
//! And at the end: each transaction id has one head, or others so long after it that it was forgotten by then, which are
//! listed; each account a name of its own; debits = credits; each subject's total is the sum of its accounts (总分); what is
//! frozen is the sum of the holds; and what the general ledger's debits come to less its credits, memo accounts have on the
//! other side.
//!
//! What the log does not tell is not checked: the authority that releases a hold, the window of refunds, whether a house
//! refunds by way of the accounts that a refund says. Rules that became stricter are held against what stands behind the
//! record that begins them ([`crate::ledger::RULES`]): books may be older than their rules.

mod account;
mod action_fault;
mod actions;
mod admin_fault;
mod block;
mod book_fault;
mod books;
mod chart;
mod contents;
mod entries;
mod fault;
mod frame;
mod heads;
mod hold_fault;
mod holds;
mod ids;
mod limits;
mod lines;
mod locate;
mod merged;
mod modes;
mod numbering;
mod proposals;
mod recorded;
mod refunds;
mod register;
mod report;
mod rules;
mod sections;
mod sides;
mod states;
mod totals;

use longmen_wal::{AuditError, Storage};

use crate::witnesses;

pub use action_fault::ActionFault;
pub use admin_fault::AdminFault;
pub use book_fault::BookFault;
use books::Books;
pub use contents::{FrameContents, HeldEntry, MergedEntry, describe_frame};
pub use fault::{BookFinding, FoundTransaction, FramePlace, RecordPlace, VerifyError};
pub use hold_fault::HoldFault;
use locate::{ids_again, second_account};
pub use report::{CameAgain, Counts, SubjectTotal, UnitTotal, Verified};
use totals::Totals;

/// Audits the data directory in `storage`, which no node may be using
/// ([`longmen_wal::DirectoryStorage::open_read_only`] makes sure of it). `progress` is called after every frame with
/// what was counted so far. Changes nothing.
///
/// Takes 20 bytes of memory for each transaction in the log, 148 for each account, some 150 for each hold and each
/// transaction that another one undid, refunded or confirmed, and 16 for each frame.
///
/// # Errors
/// [`VerifyError`]: the first thing that does not hold, with its place.
pub fn verify(storage: &dyn Storage, progress: &mut dyn FnMut(&Counts)) -> Result<Verified, VerifyError> {
    let mut books = Books::new();
    let mut found = None;
    let witnesses = witnesses::of(storage).map_err(AuditError::from)?;
    let log = longmen_wal::audit_beside(storage, &witnesses, &mut |view| {
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
    let came_again = ids_again(storage, &books.duplicate_ids())?.map_err(VerifyError::Books)?;
    for digest in books.duplicate_names() {
        if let Some(finding) = second_account(storage, &digest)? {
            return Err(VerifyError::Books(finding));
        }
    }
    let Totals { units, subjects, first_level } =
        books.totals().map_err(|fault| VerifyError::Books(at_the_end(fault)))?;
    Ok(Verified { log, counts: *books.counts(), came_again, units, subjects, first_level })
}

fn at_the_end(fault: BookFault) -> Box<BookFinding> {
    Box::new(BookFinding { place: None, record: RecordPlace::Frame, transaction: None, fault })
}
