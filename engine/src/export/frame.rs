//! The legs of a frame's transactions, from its entries and from the tails of its heads.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::item::JournalLeg;
use crate::ledger::{AccountId, HotLeg, Movement, Posting};

/// The legs of a frame. Buffers are kept from frame to frame.
#[derive(Default)]
pub(super) struct FrameLegs {
    /// By ordinal and step once sorted.
    plain: Vec<(u32, JournalLeg)>,
    /// How many of them were given out.
    given: usize,
    /// The balance of each hot account: before its first merged entry, then after each leg given out.
    hot: HashMap<AccountId, i128, FixedState>,
}

impl FrameLegs {
    pub(super) fn clear(&mut self) {
        self.plain.clear();
        self.given = 0;
        self.hot.clear();
    }

    /// Takes an entry, in the order of its account's chain.
    pub(super) fn take(&mut self, posting: &Posting) {
        let &Posting { account, balance_after, .. } = posting;
        match posting.movement {
            Movement::Leg { transaction, step, side, amount } => {
                let leg = JournalLeg { account, step, side, amount, balance_after, merged: false };
                self.plain.push((transaction, leg));
            }
            Movement::Merged { .. } => {
                self.hot.entry(account).or_insert(balance_after - posting.movement.signed());
            }
        }
    }

    /// All entries were taken: legs may be given out.
    pub(super) fn sort(&mut self) {
        self.plain.sort_unstable_by_key(|(ordinal, leg)| (*ordinal, leg.step));
    }

    /// The legs of a transaction in step order, with its hot legs. Ordinals go up from call to call.
    pub(super) fn give(&mut self, ordinal: u32, hot: &[HotLeg], legs: &mut Vec<JournalLeg>) {
        legs.clear();
        let rest = &self.plain[self.given..];
        let before = rest.partition_point(|(of, _)| *of < ordinal);
        let own = rest[before..].iter().take_while(|(of, _)| *of == ordinal);
        legs.extend(own.map(|(_, leg)| *leg));
        self.given += before + legs.len();
        for &HotLeg { account, amount, step, side } in hot {
            let balance = self.hot.entry(account).or_default();
            *balance += side.signed(amount);
            legs.push(JournalLeg { account, step, side, amount, balance_after: *balance, merged: true });
        }
        legs.sort_unstable_by_key(|leg| leg.step);
    }
}
