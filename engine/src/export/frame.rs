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
    hot: HashMap<AccountId, HotBalance, FixedState>,
}

/// The merged entries of a hot account, and how far their legs were given out.
#[derive(Default)]
struct HotBalance {
    /// The balance before each, and how many legs it stands for.
    merged: Vec<(i128, u32)>,
    /// Merged entries begun.
    begun: usize,
    /// Legs of the last one begun that are still to come.
    left: u32,
    /// After the last leg given out.
    balance: i128,
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
            Movement::Merged { count, .. } => {
                let before = balance_after - posting.movement.signed();
                self.hot.entry(account).or_default().merged.push((before, count));
            }
        }
    }

    /// All entries were taken: legs may be given out.
    pub(super) fn sort(&mut self) {
        self.plain.sort_unstable_by_key(|(ordinal, leg)| (*ordinal, leg.step));
    }

    /// The legs of a transaction in step order, with its hot legs; else a hot leg that no merged entry stands for.
    /// Ordinals go up from call to call.
    pub(super) fn give<'h>(
        &mut self,
        ordinal: u32,
        hot: &'h [HotLeg],
        legs: &mut Vec<JournalLeg>,
    ) -> Result<(), &'h HotLeg> {
        legs.clear();
        let rest = &self.plain[self.given..];
        let before = rest.partition_point(|(of, _)| *of < ordinal);
        let own = rest[before..].iter().take_while(|(of, _)| *of == ordinal);
        legs.extend(own.map(|(_, leg)| *leg));
        self.given += before + legs.len();
        for leg @ &HotLeg { account, amount, step, side } in hot {
            let balance = self.hot.get_mut(&account).and_then(|hot| hot.move_by(side.signed(amount)));
            let balance_after = balance.ok_or(leg)?;
            legs.push(JournalLeg { account, step, side, amount, balance_after, merged: true });
        }
        legs.sort_unstable_by_key(|leg| leg.step);
        Ok(())
    }
}

impl HotBalance {
    /// Goes on by a leg, from the balance that the books say it found; `None` where all merged entries are used up.
    fn move_by(&mut self, signed: i128) -> Option<i128> {
        if self.left == 0 {
            (self.balance, self.left) = *self.merged.get(self.begun)?;
            self.begun += 1;
        }
        self.left = self.left.checked_sub(1)?;
        self.balance += signed;
        Some(self.balance)
    }
}
