//! What few accounts have, beside them: limits per transaction and day, and links to earlier postings.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::fault::BookFault;
use crate::ledger::{AccountId, Amount, Changed, Link, Position};

/// So many links from far link to far link.
const FAR_LINKS: u64 = 64;

/// The limits of accounts that have any (限额).
#[derive(Default)]
pub(super) struct Limits {
    limits: HashMap<AccountId, (Option<Amount>, Option<Amount>), FixedState>,
}

impl Limits {
    /// Takes what a change says.
    pub(super) fn take(&mut self, changed: &Changed<'_>) {
        match (changed.transaction_limit, changed.day_limit) {
            (None, None) => self.limits.remove(&changed.account),
            limits => self.limits.insert(changed.account, limits),
        };
    }

    /// Whether a transaction may take this out, where those of its date have taken so much before.
    pub(super) fn check(&self, account: AccountId, (taken, used): (i128, i128)) -> Result<(), BookFault> {
        let (transaction, day) = self.limits.get(&account).copied().unwrap_or_default();
        match transaction {
            Some(limit) if taken > 0 && taken > i128::from(limit.0) => {
                return Err(BookFault::TransactionLimit { account, taken, limit: limit.0 });
            }
            _ => {}
        }
        match day {
            Some(limit) if taken > 0 && used + taken > i128::from(limit.0) => {
                Err(BookFault::DayLimit { account, taken: used + taken, limit: limit.0 })
            }
            _ => Ok(()),
        }
    }
}

/// The links of accounts with so many postings that they have any.
#[derive(Default)]
pub(super) struct Chains {
    links: HashMap<AccountId, (Link, Position), FixedState>,
}

impl Chains {
    /// The link that a posting at `at` must carry.
    pub(super) fn next(&mut self, account: AccountId, at: Position) -> Link {
        let link = match self.links.get(&account) {
            None => Link { number: 1, near: Position::NONE, far: Position::NONE },
            Some((last, place)) => {
                let far = if last.number % FAR_LINKS == 0 { *place } else { last.far };
                Link { number: last.number + 1, near: *place, far }
            }
        };
        self.links.insert(account, (link, at));
        link
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Links;

    #[test]
    fn links_are_those_that_a_ledger_writes() {
        let (mut chains, mut links) = (Chains::default(), Links::default());
        for number in 1..300 {
            let at = Position { frame: number, slot: 4, section: 1 };
            let link = links.next();
            links.take(&link, at);
            assert_eq!(chains.next(AccountId(3), at), link);
        }
    }
}
