//! What an account's transactions have used of its day limit (日限额): kept for accounts that have limits, and for no others.

use crate::ids::Position;
use crate::money::date::Date;
use crate::record::bytes::{i128_at, put, u32_at};
use crate::record::entry::Counting;

/// Bytes of an image: date u32, 4 zero bytes, used i128.
pub(crate) const DAY_USE: usize = 24;
/// Bytes of an image while the limits are off: the same, then the debit turnover i128 at which they were taken off.
pub(crate) const PAUSED_DAY_USE: usize = DAY_USE + 16;
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
    /// While there are no limits, the date's debit turnover when they were taken off.
    paused_at: i128,
}

impl DayUse {
    /// Of an account that gets limits in the course of a date: nobody counted before, so its debits so far are taken for
    /// what was used.
    pub(crate) fn from_turnover(day: Date, debits: i128) -> DayUse {
        DayUse { day, before: debits.max(0), ..DayUse::default() }
    }

    /// Where limits are taken off: what was used of the date stays known, so that nobody who sets them again begins anew.
    /// `day` and `debits` are the newest date of the account's postings and its debit turnover.
    pub(crate) fn pause(&mut self, day: Date, debits: i128) {
        *self = DayUse { day, before: self.on(day), paused_at: debits, ..DayUse::default() };
    }

    /// Where limits are set again, or for the first time: nobody counted meanwhile, so the debits since are taken for what
    /// was used.
    pub(crate) fn resume(&mut self, day: Date, debits: i128) {
        let (before, from) = if self.day == day { (self.before, self.paused_at) } else { (0, 0) };
        *self = DayUse { day, before: before + (debits - from).max(0), ..DayUse::default() };
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

    pub(crate) fn write_paused_image(&self, out: &mut Vec<u8>) {
        self.write_image(out);
        out.extend_from_slice(&self.paused_at.to_le_bytes());
    }

    pub(crate) fn read_image(bytes: &[u8]) -> Option<DayUse> {
        let before = i128_at(bytes, 8).filter(|used| used.unsigned_abs() < MOST)?;
        Some(DayUse { day: Date::from_days(u32_at(bytes, 0)?)?, before, ..DayUse::default() })
    }

    pub(crate) fn read_paused_image(bytes: &[u8]) -> Option<DayUse> {
        let paused_at = i128_at(bytes, DAY_USE).filter(|debits| debits.unsigned_abs() < MOST)?;
        Some(DayUse { paused_at, ..DayUse::read_image(bytes)? })
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

    #[test]
    fn limits_that_are_taken_off_and_set_again_do_not_begin_anew() {
        let day = Date::parse("2018-05-01").unwrap();
        let at = Position { frame: 1, slot: 0, section: 0 };
        // Debit turnover when the limits are set, what is used of them, turnover when they are taken off, date and turnover
        // when they are set again, what is used then.
        for (set_at, used, off_at, on_day, on_at, expect) in [
            (0, 80, 80, day, 80, 80),
            // Set for the first time: what was debited before counts.
            (30, 50, 80, day, 80, 80),
            // What was debited while they were off counts as well; red entries of earlier dates give nothing back.
            (0, 80, 80, day, 90, 90),
            (0, 80, 80, day, 10, 80),
            (0, 80, 0, day, 0, 80),
            // What was debited and did not use them while they were on does not.
            (0, 80, 500, day, 500, 80),
            (-20, 0, -20, day, -20, 0),
            // Another date begins anew.
            (0, 80, 80, day.next(), 7, 7),
            (0, 80, 80, day.next(), -7, 0),
        ] {
            let mut of_day = DayUse::default();
            of_day.resume(day, set_at);
            of_day.take(at, 0, day, used, Counting::Takes);
            of_day.pause(day, off_at);
            let mut bytes = Vec::new();
            of_day.write_paused_image(&mut bytes);
            assert_eq!(DayUse::read_paused_image(&bytes), Some(of_day));
            of_day.resume(on_day, on_at);
            assert_eq!(of_day.on(on_day), expect, "{set_at} {used} {off_at} {on_day} {on_at}");
        }
    }
}
