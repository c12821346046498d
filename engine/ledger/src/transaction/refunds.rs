//! What all refunds (退款) of an original together may move, judged on the net of each account. Sums are those of each entity
//! and currency by itself. One of two must hold, and the same one in all of them:
//!
//! - they *give back*: an account that the original took from gets no more than was taken from it, and the accounts that
//!   it gave to return no more together than they were given. Who of them bears a fee that is not given back is between
//!   them; no account moves further the original's own way;
//! - they go the *original's own way*: a correction that comes before the refund which it corrects. No account moves by
//!   more than the original moved it.
//!
//! An account that the original did not move is moved by no refund, unless its house refunds by way of it: then by no
//! more than the original moved in all.

use crate::ids::AccountId;

/// The net movement of each account, debit-positive.
pub(crate) type Nets = Vec<(AccountId, i128)>;

/// What the refunds of an original are held against.
pub(crate) struct RefundBounds<'a, F> {
    /// What the original moved; nothing once it is reversed.
    pub(crate) moved: Nets,
    /// The accounts by way of which its type is refunded.
    pub(crate) clearing: &'a [AccountId],
    /// In what an account must balance.
    pub(crate) unit_of: F,
}

impl<U: PartialEq, F: Fn(AccountId) -> U> RefundBounds<'_, F> {
    /// Whether refunds that came to `before` may come to `after`. Books that are older than these rules may hold refunds
    /// that come to too much: then whatever makes that less may be.
    pub(crate) fn allow(&self, before: &Nets, after: &Nets) -> bool {
        let excess = self.excess(after);
        excess == 0 || excess < self.excess(before)
    }

    /// By how much refunds that come to this lie outside; 0 within. Which way they go is asked of all entities and
    /// currencies together: what gives back in the books of one takes no more in those of another.
    fn excess(&self, given: &Nets) -> i128 {
        let mut all = Excess::default();
        for (index, (account, _)) in given.iter().enumerate() {
            let unit = (self.unit_of)(*account);
            if !given[..index].iter().any(|(before, _)| (self.unit_of)(*before) == unit) {
                all.add(self.excess_in(&unit, given));
            }
        }
        all.giving_back.min(all.own_way) + all.elsewhere
    }

    fn excess_in(&self, unit: &U, given: &Nets) -> Excess {
        let in_unit = |(account, _): &&(AccountId, i128)| (self.unit_of)(*account) == *unit;
        let moved = || self.moved.iter().filter(in_unit).map(|(_, net)| *net);
        let (took, gave): (i128, i128) =
            (moved().map(|net| net.max(0)).sum(), moved().map(|net| (-net).max(0)).sum());
        let (mut excess, mut returned) = (Excess::default(), 0);
        for (account, net) in given.iter().filter(in_unit) {
            let moved = net_of(&self.moved, *account);
            // What goes against what the original did.
            let back = -moved.signum() * net;
            excess.giving_back += (-back).max(0);
            excess.own_way += back.max(0) + (-back - moved.abs()).max(0);
            match moved {
                0 if self.clearing.contains(account) => {
                    excess.elsewhere += (net.abs() - took.max(gave)).max(0);
                }
                0 => excess.elsewhere += net.abs(),
                1.. => excess.giving_back += (back - moved).max(0),
                _ => returned += back,
            }
        }
        excess.giving_back += (returned - gave).max(0);
        excess
    }
}

/// By how much refunds lie outside, taken as what gives back and as what goes the original's own way; and by how much they
/// move what it did not.
#[derive(Clone, Copy, Debug, Default)]
struct Excess {
    giving_back: i128,
    own_way: i128,
    elsewhere: i128,
}

impl Excess {
    fn add(&mut self, other: Excess) {
        self.giving_back += other.giving_back;
        self.own_way += other.own_way;
        self.elsewhere += other.elsewhere;
    }
}

/// What an account was moved by.
pub(crate) fn net_of(nets: &Nets, account: AccountId) -> i128 {
    nets.iter().find(|(there, _)| *there == account).map_or(0, |(_, net)| *net)
}

/// Adds movements to nets.
pub(crate) fn add(nets: &mut Nets, movements: impl Iterator<Item = (AccountId, i128)>) {
    for (account, signed) in movements {
        match nets.iter_mut().find(|(there, _)| *there == account) {
            // Legs are 64 bits wide, and sums are checked where they are read.
            Some((_, net)) => *net += signed,
            None => nets.push((account, signed)),
        }
    }
}
