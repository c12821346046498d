//! An account as the catalog has it.

use crate::account::Owner;
use crate::ids::{EntityId, SubjectId};
use crate::money::amount::Amount;
use crate::money::currency::Currency;
use crate::record::entry::Placement;

/// An account as the catalog knows it: everything but what postings change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The account number.
    pub number: Box<str>,
    /// The account type.
    pub kind: Box<str>,
    pub entity: EntityId,
    pub currency: Currency,
    pub subject: SubjectId,
    /// Who owns it.
    pub owner: Owner,
    /// Whether it may go below zero without limit.
    pub may_go_negative: bool,
    /// As it was opened.
    pub overdraft_limit: Amount,
    /// As it was opened.
    pub credit_limit: Option<Amount>,
    /// Where it counts in the general ledger.
    pub placement: Placement,
}
