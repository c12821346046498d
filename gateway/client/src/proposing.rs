//! How a client proposes what it would do.

use crate::id::TransactionId;

/// Instead of being done, changes of a [`Client`](crate::Client) are proposed (经办), and wait for another principal's approval.
#[derive(Clone, Debug)]
pub struct Proposing {
    /// The id of the proposal: asked again with the same id, it is the same proposal.
    pub id: TransactionId,
    /// When it ends if nobody decides, in microseconds since 1970; `None`: after a day.
    pub expires_us: Option<i64>,
    /// Whether it is done at once, to be reviewed afterwards (应急处置).
    pub at_once: bool,
}
