//! What an account's transactions have used of its day limit (日限额): kept for accounts that have limits, and for no others.

use crate::ids::Position;
use crate::money::date::Date;
use crate::record::bytes::{i128_at, put, u32_at};
use crate::record::entry::Counting;

/// Bytes of an image: date u32, 4 zero bytes, used i128.
pub(crate) const DAY_USE: usize = 24;
/// No use comes near: see the sums of a row's image.
const MOST: u128 = 1 << 100;

/// The use of one accounting date, by what each transaction takes from the account in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DayUse {
    day: Date,
    /// By the transactions before the newest.
    before: i128,
    /// The frame and ordinal of the newest, and what it takes so far, debit-positive.
    newest: (u64, u32),
    net: i128,
    counting: Counting,
}

impl DayUse {
    /// Of an account that gets limits in the course of a date: nobody counted before, so its debits so far are taken for
    /// what was used.
    pub(crate) fn from_turnover(day: Date, debits: i128) -> DayUse {
        DayUse { day, before: debits.max(0), ..DayUse::default() }
    }

    /// Where limits are taken off on a date: it goes on being counted until the next one, so that nobody who sets them again
    /// begins anew.
    pub(crate) fn last_until(&mut self, date: Date) {
        if self.day < date {
            *self = DayUse { day: date, ..DayUse::default() };
        }
    }

    /// The use of the same date, where that is more.
    pub(crate) fn or_more(self, other: &DayUse) -> DayUse {
        DayUse { before: self.before.max(other.on(self.day)), ..self }
    }

    /// Whether a date is not the one that is counted, nor one before it.
    pub(crate) fn is_before(&self, date: Date) -> bool {
        self.day < date
    }

    /// What was used on a date.
    pub(crate) fn on(&self, date: Date) -> i128 {
        if self.day == date { self.before + self.of_newest() } else { 0 }
    }

    fn of_newest(&self) -> i128 {
        match self.counting {
            Counting::Takes => self.net.max(0),
            Counting::GivesBack => self.net,
            Counting::Nothing => 0,
        }
    }

    /// Takes a leg of a transaction, whose legs on an account come one after the other.
    pub(crate) fn take(
        &mut self,
        at: Position,
        transaction: u32,
        date: Date,
        signed: i128,
        counting: Counting,
    ) {
        if self.newest != (at.frame, transaction) || self.day != date {
            self.before = self.on(date);
            (self.day, self.newest, self.net, self.counting) = (date, (at.frame, transaction), 0, counting);
        }
        self.net += signed;
    }

    pub(crate) fn write_image(&self, out: &mut Vec<u8>) {
        let mut bytes = [0; DAY_USE];
        put(&mut bytes, 0, self.day.days().to_le_bytes());
        put(&mut bytes, 8, self.on(self.day).to_le_bytes());
        out.extend_from_slice(&bytes);
    }

    pub(crate) fn read_image(bytes: &[u8]) -> Option<DayUse> {
        let before = i128_at(bytes, 8).filter(|used| used.unsigned_abs() < MOST)?;
        Some(DayUse { day: Date::from_days(u32_at(bytes, 0)?)?, before, ..DayUse::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_date_has_used_is_the_net_of_each_transaction() {
        let day = Date::parse("2018-05-01").unwrap();
        let at = |frame| Position { frame, slot: 0, section: 0 };
        let mut used = DayUse::from_turnover(day, -70);
        assert_eq!(used.on(day), 0);
        let mut take = |frame, transaction, date, signed, counting, expect| {
            used.take(at(frame), transaction, date, signed, counting);
            assert_eq!(used.on(date), expect);
            // No use of another date, and none that an image loses.
            assert_eq!(used.on(date.next()), 0);
            let mut bytes = Vec::new();
            used.write_image(&mut bytes);
            assert_eq!(DayUse::read_image(&bytes).unwrap().on(date), expect);
        };
        take(1, 0, day, 100, Counting::Takes, 100);
        // Part of it comes back in the same transaction.
        take(1, 0, day, -60, Counting::Takes, 40);
        // What comes in by another gives nothing back, and neither does what undoes one of an earlier date.
        take(1, 1, day, -30, Counting::Takes, 40);
        take(2, 1, day, 30, Counting::Takes, 70);
        take(3, 0, day, -30, Counting::GivesBack, 40);
        take(3, 1, day, 500, Counting::Nothing, 40);
        take(4, 0, day.next(), 5, Counting::Takes, 5);
    }
}
