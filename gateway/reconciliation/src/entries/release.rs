//! How a difference leaves suspense.

use longmen_ledger::Currency;

use super::chart::Chart;
use super::{Entries, EntriesError};
use crate::end::End;

/// Why a difference cannot leave suspense so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseError {
    /// It ends without leaving suspense.
    #[error("{} moves nothing out of suspense", end.name())]
    NotFromSuspense { end: End },
    /// Whose account the money goes to, or comes from, is to be said.
    #[error("{} needs the account that it is booked against", end.name())]
    NoAccount { end: End },
    /// Whose account it is was said, and the end has its own.
    #[error("{} is booked against an account of the chart", end.name())]
    NeedlessAccount { end: End },
    #[error(transparent)]
    Entries(#[from] EntriesError),
}

/// The entries by which an amount leaves suspense: positive what is owed to somebody, negative what is claimed, in minor units, as
/// [`Finding::suspense`](crate::Finding::suspense) says. `against` is the account of the customer who was found, paid or is charged.
///
/// # Errors
/// [`ReleaseError`], where the end has nothing to do with suspense, or the account is missing or one too many.
pub fn release(
    end: End,
    amount: i128,
    currency: Currency,
    chart: &Chart,
    against: Option<&str>,
) -> Result<Entries, ReleaseError> {
    let accounts = chart.accounts();
    let own: Option<&str> = match end {
        End::Claim => Some(&accounts.channel),
        End::WriteOff if amount > 0 => Some(&accounts.gain),
        End::WriteOff => Some(&accounts.loss),
        End::Supplement | End::Reversal | End::Refund => None,
        End::LateMatch | End::Adjusted | End::Confirmed | End::Unmoved => {
            return Err(ReleaseError::NotFromSuspense { end });
        }
    };
    let other = match (own, against) {
        (Some(own), None) => own,
        (None, Some(against)) if !against.is_empty() => against,
        (None, _) => return Err(ReleaseError::NoAccount { end }),
        (Some(_), Some(_)) => return Err(ReleaseError::NeedlessAccount { end }),
    };
    let moves = match amount > 0 {
        true => [(&*accounts.long_suspense, amount), (other, -amount)],
        false => [(other, -amount), (&*accounts.short_suspense, amount)],
    };
    Entries::of_moves(currency, &moves)?.ok_or(ReleaseError::Entries(EntriesError::NoLegs))
}
