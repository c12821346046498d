//! Numbers that the ledger gives as accounts are opened: a line of the general ledger to each subject and currency, a unit to each
//! entity and currency.

use crate::ledger::AccountId;

/// Numbers of one kind. They are dense, in the order of the first accounts that have them. Shards open accounts side by side, so that
/// order is known at the end of a frame.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    /// What the ledger calls each, in the order in which the audit met them.
    numbers: Vec<u32>,
    /// The first accounts of those that the frame brought: the last so many.
    fresh: Vec<AccountId>,
}

impl Numbering {
    /// Whether `number` is what the ledger called it before, where it did. `index` is the audit's own, that of a new one the next.
    pub(super) fn take(&mut self, index: usize, number: u32, account: AccountId) -> bool {
        if index == self.numbers.len() {
            self.numbers.push(number);
            self.fresh.push(account);
        }
        let before = self.before();
        if let Some(first) = index.checked_sub(before).and_then(|index| self.fresh.get_mut(index)) {
            *first = account.min(*first);
        }
        self.numbers[index] == number
    }

    /// A number that does not follow those before it, if the frame brought one.
    pub(super) fn end_frame(&mut self) -> Option<u32> {
        if self.fresh.is_empty() {
            return None;
        }
        let before = self.before();
        let mut order: Vec<usize> = (0..self.fresh.len()).collect();
        order.sort_unstable_by_key(|index| self.fresh[*index]);
        self.fresh.clear();
        let numbers = order.into_iter().map(|index| self.numbers[before + index]);
        numbers.zip(before..).find(|(number, next)| *number as usize != *next).map(|(number, _)| number)
    }

    fn before(&self) -> usize {
        self.numbers.len() - self.fresh.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_each_other_in_the_order_of_accounts() {
        #[track_caller]
        fn check(frames: &[&[(usize, u32, u64)]], expect: &[(bool, Option<u32>)]) {
            let mut numbering = Numbering::default();
            let mut found = Vec::new();
            for frame in frames {
                let mut known = true;
                for (index, number, account) in *frame {
                    known &= numbering.take(*index, *number, AccountId(*account));
                }
                found.push((known, numbering.end_frame()));
            }
            assert_eq!(found, expect, "{frames:?}");
        }
        let good = (true, None);
        check(&[&[(0, 0, 1), (1, 1, 2)], &[(0, 0, 3)], &[(2, 2, 4)]], &[good, good, good]);
        // Accounts of another shard stand in front of those with lower ids.
        check(&[&[(0, 1, 2), (1, 0, 1)], &[(2, 3, 9), (3, 2, 8), (2, 3, 7)]], &[good, (true, Some(3))]);
        check(&[&[(0, 1, 2), (1, 0, 1)], &[(2, 3, 9), (3, 2, 8)]], &[good, good]);
        check(&[&[(0, 0, 1), (0, 1, 2)]], &[(false, None)]);
        check(&[&[(0, 1, 1)]], &[(true, Some(1))]);
        check(&[&[(0, 0, 1)], &[(1, 255, 2)]], &[good, (true, Some(255))]);
        check(&[&[(0, 0, 1)], &[(1, 0, 2)]], &[good, (true, Some(0))]);
    }
}
