//! A close of a date under way.

use crate::ids::{AccountId, EntityId};
use crate::money::currency::Currency;
use crate::money::date::Date;
use crate::rejection::Rejection;

/// A close of a date, and where it carries results to.
#[derive(Clone, Debug)]
pub(crate) struct Close {
    pub(crate) entity: EntityId,
    pub(crate) next: Date,
    pub(crate) targets: Targets,
    pub(crate) notes: Box<[u8]>,
    /// What refused the postings that carry its results forward.
    pub(crate) refused: Option<Rejection>,
}

/// The accounts that take what is carried forward, one for each currency.
pub(crate) type Targets = Vec<(Currency, AccountId)>;

impl Close {
    pub(super) fn is_target(&self, account: AccountId) -> bool {
        self.targets.iter().any(|(_, target)| *target == account)
    }
}
