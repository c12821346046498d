//! What few accounts have, beside them: limits per transaction and day, and links to earlier postings.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::fault::BookFault;
use crate::ledger::{AccountId, Amount, Changed, Counting, Date, Link, Position};

/// Every 64th link is a far link.
const FAR_LINKS: u64 = 64;

/// The limits of accounts that have any (限额).
#[derive(Default)]
pub(super) struct Limits {
    limits: HashMap<AccountId, Limited, FixedState>,
}

/// The limits of an account, and what was used of the day's: what each transaction of the date took in all.
#[derive(Clone, Copy, Debug, Default)]
struct Limited {
    transaction: Option<Amount>,
    day: Option<Amount>,
    /// The date on which they were taken off, while there are none.
    off: Option<Date>,
    date: Date,
    used: i128,
    /// Whether all of it was counted by a ledger that counts so: an older one went by the debits.
    exact: bool,
}

impl Limits {
    /// Takes what a change says, of an account whose newest date has these debits; `ruled` tells whether the log has rules
    /// by now.
    pub(super) fn take(&mut self, changed: &Changed<'_>, (date, debits): (Date, i128), ruled: bool) {
        let (transaction, day) = (changed.transaction_limit, changed.day_limit);
        let none = (transaction, day) == (None, None);
        // What an account took before it had limits was not counted: its debits stand for it. Where they were taken off it goes
        // on being counted, but not on a later date, nor while the account is hot.
        let ended = |limited: &Limited| limited.off.is_some_and(|off| date > off) || none && changed.hot;
        if self.limits.get(&changed.account).is_some_and(ended) {
            self.limits.remove(&changed.account);
        }
        let is_there = self.limits.contains_key(&changed.account);
        if none && !is_there {
            return;
        }
        let begun = Limited { date, used: debits.max(0), exact: ruled, ..Limited::default() };
        let limited = self.limits.entry(changed.account).or_insert(begun);
        (limited.transaction, limited.day) = (transaction, day);
        limited.off = none.then(|| limited.off.unwrap_or(changed.date));
    }

    /// What was used of the day limit of an account on a date, for certain.
    pub(super) fn used(&self, account: AccountId, on: Date) -> i128 {
        let certain = |limited: &&Limited| limited.date == on && limited.exact;
        self.limits.get(&account).filter(certain).map_or(0, |limited| limited.used)
    }

    /// Counts what a transaction took on a date; `ruled` tells whether the log has rules by now.
    pub(super) fn count(
        &mut self,
        account: AccountId,
        on: Date,
        (taken, counting): (i128, Counting),
        ruled: bool,
    ) {
        let Some(limited) = self.limits.get_mut(&account) else { return };
        if limited.date != on {
            (limited.date, limited.used, limited.exact) = (on, 0, ruled);
        }
        limited.used += match counting {
            Counting::GivesBack => taken,
            Counting::Takes => taken.max(0),
            Counting::Nothing => 0,
        };
    }

    /// Whether a transaction may take this out, where so much of its date was used before.
    pub(super) fn check(&self, account: AccountId, (taken, used): (i128, i128)) -> Result<(), BookFault> {
        let Limited { transaction, day, .. } = self.limits.get(&account).copied().unwrap_or_default();
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
