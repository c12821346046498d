//! What the refunds of an original may come to (退款), as the audit counts it.

use std::collections::{BTreeMap, BTreeSet};

use crate::ledger::AccountId;

/// The net movement of each account, debit-positive.
pub(super) type Nets = BTreeMap<AccountId, i128>;

/// Of one entity and currency.
#[derive(Default)]
struct Sums {
    /// What the original debited and credited in all.
    debited: i128,
    credited: i128,
    /// What the accounts that it credited return in all.
    returned: i128,
    /// What is wrong with it as a giving back, and as a movement the original's own way.
    not_back: i128,
    not_forth: i128,
    /// What accounts are moved by that the original did not move.
    strange: Vec<(AccountId, i128)>,
}

/// By how much refunds that come to `given` lie outside an original that moved `moved`, where refunds go by way of some
/// other accounts too. `unit` is what an account balances in.
pub(super) fn outside<U: Ord>(
    moved: &Nets,
    given: &Nets,
    by_way: &BTreeSet<AccountId>,
    unit: impl Fn(AccountId) -> U,
) -> i128 {
    let mut units: BTreeMap<U, Sums> = BTreeMap::new();
    let accounts: BTreeSet<AccountId> = moved.keys().chain(given.keys()).copied().collect();
    for account in accounts {
        let net_in = |nets: &Nets| nets.get(&account).copied().unwrap_or(0);
        units.entry(unit(account)).or_default().take(account, net_in(moved), net_in(given));
    }
    units.into_values().map(|sums| sums.outside(by_way)).sum()
}

impl Sums {
    fn take(&mut self, account: AccountId, moved: i128, given: i128) {
        match moved {
            0 => self.strange.push((account, given)),
            // It paid: it gets between nothing and all of it.
            1.. => {
                self.debited += moved;
                self.not_back += given.max(0) + (-given - moved).max(0);
                self.not_forth += (-given).max(0) + (given - moved).max(0);
            }
            // It was paid: it returns something, together with the others no more than all of it.
            _ => {
                self.credited -= moved;
                self.returned += given;
                self.not_back += (-given).max(0);
                self.not_forth += given.max(0) + (moved - given).max(0);
            }
        }
    }

    fn outside(self, by_way: &BTreeSet<AccountId>) -> i128 {
        let most = self.debited.max(self.credited);
        let strange = self.strange.iter().map(|(account, given)| {
            let may = if by_way.contains(account) { most } else { 0 };
            (given.abs() - may).max(0)
        });
        let not_back = self.not_back + (self.returned - self.credited).max(0);
        strange.sum::<i128>() + not_back.min(self.not_forth)
    }
}
