//! The journal (流水) of a data directory, told from the log's first byte: the chart, the accounts, every posted
//! transaction with its legs, and each account's day as its own entries tell it. What other programs' formats are
//! written from.
//!
//! Legs and days come from different records wherever the log has both: a leg on a hot account is read from its
//! transaction's tail, the day of that account from its merged entries, balances from what each entry says they are
//! after it. So who adds up the legs and finds the days has checked the books, and not only the export.

mod chart;
mod days;
mod frame;
mod item;
mod walk;

use longmen_wal::{AuditError, ReadError, Storage};

use crate::ledger::{AccountId, ReplayError};
use crate::witnesses;
pub use chart::{Chart, ChartEntity, JournalAccount};
pub use item::{Day, Exported, Item, JournalLeg, JournalTransaction, Scope};
use walk::Walk;

/// Why a journal could not be exported. `E` is the failure of the one who takes the items.
#[derive(Debug, thiserror::Error)]
pub enum ExportError<E> {
    /// The log's files do not hold, or could not be read.
    #[error(transparent)]
    Log(#[from] AuditError),
    /// A frame does not hold any more, though its sums did when the log was gone through.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A frame holds what cannot be read.
    #[error(transparent)]
    Records(#[from] ReplayError),
    /// A leg or an entry on an account that was never opened.
    #[error("frame {frame}: account {account} was never opened")]
    UnknownAccount { frame: u64, account: AccountId },
    /// No entity has the code that was asked for.
    #[error("no entity has the code {0}")]
    UnknownEntity(Box<str>),
    /// The items could not be taken.
    #[error(transparent)]
    Sink(E),
}

/// Gives the journal of the data directory in `storage`, which no node may be using, item by item in the order of the
/// log, with the chart as far as it has come: whatever an item names is in it. Changes nothing.
///
/// The whole log is read and its sums, digests and chain are checked on the way, as [`longmen_wal::audit`] does; so
/// what was given is good only when this ends well. Takes about 200 bytes of memory for each account.
///
/// # Errors
/// [`ExportError`]. The first one ends it.
pub fn export<E>(
    storage: &dyn Storage,
    scope: &Scope,
    take: &mut dyn FnMut(&Chart, Item<'_>) -> Result<(), E>,
) -> Result<Exported, ExportError<E>> {
    let mut walk = Walk::new(scope);
    let mut failed = None;
    let witnesses = witnesses::of(storage).map_err(AuditError::from)?;
    longmen_wal::audit_beside(storage, &witnesses, &mut |view| {
        if failed.is_none() {
            failed = walk.take(view, take).err();
        }
    })?;
    match failed {
        Some(error) => Err(error),
        None => walk.end(take),
    }
}
