//! What a transaction names.

use crate::ids::{RecordPlace, TransactionKey};

/// The transaction that another one names: what it undoes, refunds or confirms, or the hold that it moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The transaction; of a hold, the freeze.
    pub key: TransactionKey,
    /// Where its record lies; frame 0 where that was not asked.
    pub place: RecordPlace,
    /// Whether funds and states were set aside, with an approval.
    pub forced: bool,
    /// Whether a reversal stands on the opposite sides (蓝字反方向) and not in red.
    pub blue: bool,
    /// Whether a refund moves accounts that its original did not: its house refunds by way of them.
    pub clearing: bool,
}
