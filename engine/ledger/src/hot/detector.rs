//! HotAccountDetector: which accounts are posted to so often that a batching actor pays, and which no longer.
//!
//! Every [`SAMPLE_EVERY`]th leg is counted; after [`WINDOW`] counted legs the shares are judged. An account is made
//! hot at 1/[`HOT_SHARE`] of all legs and cools after [`COOL_WINDOWS`] windows in a row below 1/[`COOL_SHARE`].

use std::collections::BTreeMap;

use crate::ids::AccountId;

/// One leg in so many is counted.
const SAMPLE_EVERY: u32 = 61;
/// Counted legs that make a window.
const WINDOW: u32 = 1_024;
/// An account with one in so many of the legs is hot.
const HOT_SHARE: u32 = 50;
/// An account with fewer than one in so many of the legs may cool.
const COOL_SHARE: u32 = 400;
/// An account cools down after 16 quiet windows in a row.
const COOL_WINDOWS: u32 = 16;

/// What the end of a window says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Judgement {
    /// Accounts to be made hot, hottest first.
    pub(crate) heat: Vec<AccountId>,
    /// Accounts to cool down.
    pub(crate) cool: Vec<AccountId>,
}

/// The measured rates.
#[derive(Clone, Debug, Default)]
pub(crate) struct HotAccountDetector {
    legs: u32,
    counted: u32,
    counts: BTreeMap<AccountId, u32>,
    /// Accounts that were made hot by rate, with the windows in a row that found them cool.
    by_rate: BTreeMap<AccountId, u32>,
}

impl HotAccountDetector {
    /// Counts a leg; true when the window is full.
    #[inline]
    pub(crate) fn count(&mut self, account: AccountId) -> bool {
        self.legs += 1;
        if self.legs < SAMPLE_EVERY {
            return false;
        }
        self.legs = 0;
        *self.counts.entry(account).or_default() += 1;
        self.counted += 1;
        self.counted >= WINDOW
    }

    /// Judges a full window and begins the next. `is_hot` tells what is hot already, `room` how many more may be.
    pub(crate) fn judge(&mut self, is_hot: impl Fn(AccountId) -> bool, room: usize) -> Judgement {
        let counts = std::mem::take(&mut self.counts);
        self.counted = 0;
        let mut hot: Vec<_> =
            counts.iter().filter(|(id, count)| **count * HOT_SHARE >= WINDOW && !is_hot(**id)).collect();
        hot.sort_unstable_by_key(|(id, count)| (std::cmp::Reverse(**count), **id));
        let heat: Vec<_> = hot.into_iter().take(room).map(|(id, _)| *id).collect();
        let mut cool = Vec::new();
        self.by_rate.retain(|id, windows| {
            let share = counts.get(id).copied().unwrap_or(0);
            *windows = if share * COOL_SHARE < WINDOW { *windows + 1 } else { 0 };
            let cooled = *windows >= COOL_WINDOWS;
            if cooled {
                cool.push(*id);
            }
            !cooled
        });
        cool.sort_unstable();
        self.by_rate.extend(heat.iter().map(|id| (*id, 0)));
        Judgement { heat, cool }
    }

    /// Forgets an account that a client made hot or cool: from now on that is not the rate's to decide.
    pub(crate) fn forget(&mut self, account: AccountId) {
        self.by_rate.remove(&account);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(heat: &mut HotAccountDetector, account: impl Fn(u32) -> u64) {
        for n in 0.. {
            if heat.count(AccountId(account(n))) {
                break;
            }
        }
    }

    #[test]
    fn an_account_heats_by_its_share_and_cools_after_a_while() {
        let mut heat = HotAccountDetector::default();
        let uniform = |n: u32| 10 + u64::from(n % 9_973);
        window(&mut heat, uniform);
        assert_eq!(heat.judge(|_| false, 8), Judgement::default());
        window(&mut heat, |n| if n % 3 == 0 { 1 } else { uniform(n) });
        assert_eq!(heat.judge(|_| false, 8).heat, [AccountId(1)]);
        for windows in 1..=COOL_WINDOWS {
            window(&mut heat, uniform);
            let cool = heat.judge(|id| id == AccountId(1), 8).cool;
            assert_eq!(cool.len(), usize::from(windows == COOL_WINDOWS));
        }
    }
}
