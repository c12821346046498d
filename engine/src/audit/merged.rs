//! The hot legs of a frame, as the transactions' tails list them, and the merged entries that take them.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::ledger::{AccountId, HotLeg, Side};

/// A hot leg with its transaction.
#[derive(Clone, Copy, Debug)]
pub(super) struct ListedLeg {
    /// The ordinal of its transaction.
    pub(super) ordinal: u32,
    pub(super) step: u16,
    /// Debit-positive.
    pub(super) signed: i128,
    pub(super) side: Side,
    pub(super) amount: i64,
}

/// The legs on one hot account, in the order of the transactions, and how many a merged entry has taken.
#[derive(Debug, Default)]
struct Listed {
    account: AccountId,
    legs: Vec<ListedLeg>,
    taken: usize,
}

/// The hot legs of a frame by account. Buffers are kept from frame to frame.
#[derive(Default)]
pub(super) struct HotLegs {
    places: HashMap<AccountId, usize, FixedState>,
    listed: Vec<Listed>,
    used: usize,
    newest: usize,
}

impl HotLegs {
    pub(super) fn clear(&mut self) {
        self.places.clear();
        self.used = 0;
    }

    /// Lists a leg; legs come in the order of transactions and steps.
    pub(super) fn list(&mut self, leg: &HotLeg, ordinal: u32) {
        let place = self.place_for(leg.account);
        let &HotLeg { step, side, amount, .. } = leg;
        let leg = ListedLeg { ordinal, step, signed: side.signed(amount), side, amount: amount.0 };
        self.listed[place].legs.push(leg);
    }

    fn place_for(&mut self, account: AccountId) -> usize {
        if self.newest < self.used && self.listed[self.newest].account == account {
            return self.newest;
        }
        let place = *self.places.entry(account).or_insert(self.used);
        if place == self.used {
            self.used += 1;
            if place == self.listed.len() {
                self.listed.push(Listed::default());
            }
            let listed = &mut self.listed[place];
            listed.account = account;
            listed.legs.clear();
            listed.taken = 0;
        }
        self.newest = place;
        place
    }

    /// The next `count` legs on an account, for its merged entry; else how many are left.
    pub(super) fn take(&mut self, account: AccountId, count: u32) -> Result<&[ListedLeg], u64> {
        let Some(place) = self.places.get(&account) else { return Err(0) };
        let listed = &mut self.listed[*place];
        let left = listed.legs.len() - listed.taken;
        let count = usize::try_from(count).expect("a u32 fits an address");
        if count == 0 || count > left {
            return Err(left as u64);
        }
        let from = listed.taken;
        listed.taken += count;
        Ok(&listed.legs[from..from + count])
    }

    /// An account with legs that no merged entry has taken, the ordinal of the first of them, and how many.
    pub(super) fn untaken(&self) -> Option<(AccountId, u32, u64)> {
        self.listed[..self.used].iter().find_map(|listed| {
            let left = &listed.legs[listed.taken..];
            left.first().map(|leg| (listed.account, leg.ordinal, left.len() as u64))
        })
    }
}

/// The debits and the credits of some legs.
pub(super) fn turnover(legs: &[ListedLeg]) -> (i128, i128) {
    let sum = |side| legs.iter().filter(|leg| leg.side == side).map(|leg| leg.signed).sum::<i128>();
    (sum(Side::Debit), -sum(Side::Credit))
}
