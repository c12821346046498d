//! Transactions with memo legs (备忘), and how types are booked.

use super::money::leg;
use super::{DOLLARS, EAST, MEMO, Maker};
use crate::naive::{CLEARING_TYPE, SHORT_TYPE};
use crate::script::{Act, Ask, Tx};

/// The type that mostly has memo legs.
pub(crate) const TOP_UP: &str = "top_up";

impl Maker {
    /// What comes in or goes out through a channel, mostly as the mode of its type asks for.
    pub(super) fn through_a_channel(&mut self) -> Tx {
        let (channel, account, amount) = (self.random.one_of(&MEMO[..2]), self.account(), self.amount());
        let comes_in = self.random.percent(60);
        let mut legs = vec![leg(channel, comes_in, amount), leg(account, !comes_in, amount)];
        match self.random.below(16) {
            // A second currency beside it.
            0 => {
                let mut dollars = [leg(MEMO[2], true, 7), leg(self.random.one_of(&DOLLARS), false, 7)];
                dollars.iter_mut().for_each(|leg| leg.currency = "USD");
                legs.extend(dollars);
            }
            // Alone; with off-balance; in the books of the other entity, which has no mode.
            1 => legs[1].account = self.random.one_of(&MEMO[..2]),
            2 => legs[1].account = 12,
            3 => legs.extend([leg(14, true, amount), leg(15, false, amount)]),
            // What is left is between two accounts: no part of it is single.
            4..=6 => {
                let (from, to) = (self.account(), self.random.one_of(&EAST));
                legs.extend([leg(from, true, 5), leg(to, false, 5)]);
            }
            // Inside, each side by itself.
            7..=9 => {
                let other = self.random.one_of(&EAST);
                legs.extend([leg(channel, !comes_in, amount), leg(other, comes_in, amount)]);
            }
            _ => {}
        }
        let mut tx = self.tx(legs);
        tx.kind = self.booked_with_memo(75);
        if self.random.percent(12) {
            tx.act = Act::Try { expires: None };
        }
        tx
    }

    /// A type that is booked with memo legs now, if there is one, in so many cases.
    pub(super) fn booked_with_memo(&mut self, percent: usize) -> &'static str {
        let types = [TOP_UP, SHORT_TYPE, CLEARING_TYPE];
        let booked = types.into_iter().find(|kind| self.naive.mode(0, kind) != "double");
        match booked {
            Some(kind) if self.random.percent(percent) => kind,
            _ => self.random.one_of(&[TOP_UP, TOP_UP, SHORT_TYPE, ""]),
        }
    }

    pub(super) fn set_mode(&mut self) -> Ask {
        let entity = usize::from(self.random.percent(10));
        let kind = self.random.one_of(&[TOP_UP, TOP_UP, TOP_UP, TOP_UP, CLEARING_TYPE, SHORT_TYPE]);
        let mode = match kind == TOP_UP {
            true => {
                self.random.one_of(&["single_double", "single_double", "single_double", "single", "double"])
            }
            // Mostly back, or most of what they name would be refused.
            false => self.random.one_of(&["double", "double", "single_double"]),
        };
        let from = self.naive.date(entity) + self.random.one_of(&[0, 0, 0, 1, 1, 2]);
        let from = if self.random.percent(6) { from - 3 } else { from };
        Ask::SetMode { entity, kind, mode, from }
    }
}
