//! What does not hold of a move of a hold.

/// Why a move of a hold does not follow from the moves before it. Amounts are minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoldFault {
    /// It was never opened.
    #[error("was never opened")]
    Unknown,
    /// It was opened before.
    #[error("was opened before")]
    OpenedTwice,
    /// Its amount or its terms are not those it was opened with.
    #[error("has not the amount and terms that it was opened with")]
    Altered,
    /// Moves nothing, or less.
    #[error("is moved by {amount}")]
    Amount { amount: i64 },
    /// An expiry belongs to a transaction, or another move to none.
    #[error("expires by a transaction, or is moved without one")]
    Mover,
    /// What remains does not follow from what remained, or is below zero, or more than was frozen.
    #[error("had {before} of {frozen} remaining, is moved by {amount}, and has {after}")]
    Remaining {
        /// What remained before.
        before: i64,
        /// By how much it is moved.
        amount: i64,
        /// What remains, as the record says.
        after: i64,
        /// What was frozen at first, as the record says.
        frozen: i64,
    },
    /// It expires before its moment, or has none.
    #[error("expires at {time_us}, before its moment or without one")]
    NotDue {
        /// The logged time of the frame, microseconds since 1970.
        time_us: i64,
    },
}
