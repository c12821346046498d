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

/// By how much refunds lie outside their original.
#[derive(Clone, Copy)]
pub(super) struct Outside {
    /// Where each entity and currency may go a way of its own, back or forth. Older ledgers held refunds against that
    /// alone, and no record tells which did.
    pub(super) apart: i128,
    /// Where all go one way.
    pub(super) together: i128,
}

impl Outside {
    /// Whether refunds may come from `before` to this: books that are older than the rules may have more outside, and then
    /// what makes it less is good.
    pub(super) fn is_good_after(self, before: Outside) -> bool {
        self.apart == 0 || self.apart < before.apart || self.together < before.together
    }
}

/// By how much refunds that come to `given` lie outside an original that moved `moved`, where refunds go by way of some
/// other accounts too. `unit` is what an account balances in.
pub(super) fn outside<U: Ord>(
    moved: &Nets,
    given: &Nets,
    by_way: &BTreeSet<AccountId>,
    unit: impl Fn(AccountId) -> U,
) -> Outside {
    let mut units: BTreeMap<U, Sums> = BTreeMap::new();
    let accounts: BTreeSet<AccountId> = moved.keys().chain(given.keys()).copied().collect();
    for account in accounts {
        let net_in = |nets: &Nets| nets.get(&account).copied().unwrap_or(0);
        units.entry(unit(account)).or_default().take(account, net_in(moved), net_in(given));
    }
    let (mut apart, mut strange, mut not_back, mut not_forth) = (0, 0, 0, 0);
    for sums in units.into_values() {
        let not_back_here = sums.not_back + (sums.returned - sums.credited).max(0);
        apart += not_back_here.min(sums.not_forth);
        strange += sums.strange(by_way);
        not_back += not_back_here;
        not_forth += sums.not_forth;
    }
    Outside { apart: apart + strange, together: not_back.min(not_forth) + strange }
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

    /// By how much accounts are moved that the original did not move, and by way of which nothing goes.
    fn strange(&self, by_way: &BTreeSet<AccountId>) -> i128 {
        let most = self.debited.max(self.credited);
        let strange = self.strange.iter().map(|(account, given)| {
            let may = if by_way.contains(account) { most } else { 0 };
            (given.abs() - may).max(0)
        });
        strange.sum()
    }
}
