//! Transactions that others name, as the log has them.

use std::sync::Arc;

use crate::account::hold::Hold;
use crate::ids::{AccountId, RecordPlace, TransactionKey};
use crate::money::amount::Amount;
use crate::money::date::Date;
use crate::transaction::action_code::ActionCode;
use crate::transaction::charged::Charged;
use crate::transaction::leg::Leg;
use crate::transaction::named::Named;

/// How a transaction names another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// Its name.
    pub key: TransactionKey,
    /// What the log has of it; `None` where there is no such transaction. Whoever submits looks it up first.
    pub found: Option<Arc<Original>>,
}

/// A transaction as the log has it, for a transaction that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// Where its record lies.
    pub place: RecordPlace,
    /// What it did.
    pub action: ActionCode,
    /// Whether it was posted, or tried: nothing else can be undone.
    pub done: bool,
    /// Its accounting date.
    pub date: Date,
    /// Its type (交易类型), a label that may choose the refund window.
    pub kind: Box<str>,
    /// By which rule its legs were made, if a rule made them.
    pub charged: Option<Charged>,
    /// Its legs, in step order. Their currencies are not looked at: they are their accounts'.
    pub legs: Vec<Leg>,
    /// The holds that it moved: the account, the hold after it, and by how much.
    pub holds: Vec<(AccountId, Hold, Amount)>,
    /// What it named itself.
    pub names: Option<Named>,
    /// What it refunded, if it is a refund: what the others give is told from that, when this one is reversed.
    pub refunded: Option<Arc<Original>>,
}

impl Naming {
    /// What the record of the transaction that names says of it.
    pub(crate) fn named(&self) -> Named {
        let place = self.found.as_ref().map_or(RecordPlace::default(), |found| found.place);
        Named { key: self.key, place, ..Named::default() }
    }
}
