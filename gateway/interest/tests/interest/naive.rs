//! Interest again, day by day, with loops and decimals: slow, and nothing of the crate in it but the words of products.

use longmen_ledger::Date;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::written::{Method, Written};

/// An account that is reckoned anew from all its movements whenever something is asked.
pub(crate) struct Naive<'w> {
    written: &'w Written,
    start: i64,
    matures: Option<i64>,
    opening: i64,
    /// Day from which it counts, and amount.
    pub(crate) moved: Vec<(i64, i64)>,
    settled: Vec<(i64, i64)>,
    sides: [Side; 2],
    pub(crate) said: Vec<String>,
}

#[derive(Default)]
struct Side {
    accrued: i64,
    carried: Decimal,
    /// By settled period: what changed, what was booked, entries.
    adjusted: Vec<(Decimal, i64, u32)>,
}

impl<'w> Naive<'w> {
    pub(crate) fn open(written: &'w Written, start: Date, opening: i64, matures: Option<Date>) -> Naive<'w> {
        let (start, matures) = (days(start), matures.map(days));
        let sides = [Side::default(), Side::default()];
        Naive {
            written,
            start,
            matures,
            opening,
            moved: Vec::new(),
            settled: Vec::new(),
            sides,
            said: Vec::new(),
        }
    }

    /// A movement that is booked on `today`, before its end.
    pub(crate) fn book(&mut self, today: i64, from: i64, amount: i64) {
        let mut changes = Vec::new();
        for (index, (first, last)) in self.settled.iter().enumerate().filter(|(_, period)| from <= period.1) {
            for side in [0, 1] {
                let before = self.interest(side, *first, *last);
                self.moved.push((from, amount));
                let after = self.interest(side, *first, *last);
                self.moved.pop();
                changes.push((index, side, after - before));
            }
        }
        self.moved.push((from, amount));
        for (index, side, change) in changes {
            self.adjust(today, index, side, change);
        }
    }

    /// Closes the day; whether the account has matured with it.
    pub(crate) fn end_of(&mut self, today: i64) -> bool {
        let matures = self.matures == Some(today + 1);
        if matures || self.settles_on(today) {
            self.settle(today, matures, today);
        } else if self.accrues_on(today) {
            for side in [0, 1] {
                let sum = self.rounded(side, self.earned(side, today));
                self.accrue(side, sum, today, today);
            }
        }
        matures
    }

    /// Closes the account: `today` earns nothing.
    pub(crate) fn close(&mut self, today: i64) {
        self.settle(today - 1, true, today);
    }

    fn settle(&mut self, last: i64, is_final: bool, accrued_on: i64) {
        let first = self.first_open();
        for side in [0, 1] {
            let Some(method) = self.method(side) else { continue };
            let earned = self.earned(side, last);
            let mut sum = self.rounded(side, earned);
            if method.minimum > 0 && earned > Decimal::ZERO && sum < method.minimum {
                sum = method.minimum;
            }
            let carries = method.remainder == "carry" && sum == 0 && !is_final;
            self.accrue(side, sum, last, accrued_on);
            self.sides[side].accrued = 0;
            self.sides[side].carried = if carries { earned } else { Decimal::ZERO };
            let word = match (side, self.written.pay_to) {
                (0, Some(_)) => "pay",
                (0, None) => "capitalise",
                _ => "charge-overdraft",
            };
            self.say(sum, word, first, last, last + 1);
            if side == 1 {
                self.move_account(last + 1, -sum);
            } else if self.written.pay_to.is_none() {
                self.move_account(last + 1, sum);
            }
        }
        self.settled.push((first, last));
    }

    fn accrue(&mut self, side: usize, sum: i64, last: i64, date: i64) {
        let word = ["accrue", "accrue-overdraft"][side];
        let amount = sum - self.sides[side].accrued;
        self.sides[side].accrued = sum;
        self.say(amount, word, self.first_open(), last, date);
    }

    fn adjust(&mut self, today: i64, index: usize, side: usize, change: Decimal) {
        if change == Decimal::ZERO {
            return;
        }
        let periods = self.settled.len();
        self.sides[side].adjusted.resize(periods, (Decimal::ZERO, 0, 0));
        self.sides[side].adjusted[index].0 += change;
        let sum = self.rounded(side, self.sides[side].adjusted[index].0);
        let amount = sum - self.sides[side].adjusted[index].1;
        self.sides[side].adjusted[index].1 = sum;
        if amount == 0 {
            return;
        }
        self.sides[side].adjusted[index].2 += 1;
        let word = format!("{}-{}", ["adjust", "adjust-overdraft"][side], self.sides[side].adjusted[index].2);
        let (first, last) = self.settled[index];
        self.say(amount, &word, first, last, today);
        if side == 1 {
            self.move_account(today, -amount);
        } else if self.written.pay_to.is_none() {
            self.move_account(today, amount);
        }
    }

    fn move_account(&mut self, from: i64, amount: i64) {
        if amount != 0 {
            self.moved.push((from, amount));
        }
    }

    fn say(&mut self, amount: i64, word: &str, first: i64, last: i64, date: i64) {
        if amount != 0 {
            self.said.push(format!("{}/{} {word} {amount} on {}", show(first), show(last), show(date)));
        }
    }

    fn first_open(&self) -> i64 {
        self.settled.last().map_or(self.start, |(_, last)| last + 1)
    }

    fn method(&self, side: usize) -> Option<&'w Method> {
        if side == 0 { Some(&self.written.interest) } else { self.written.overdraft.as_ref() }
    }

    fn earned(&self, side: usize, last: i64) -> Decimal {
        self.sides[side].carried + self.interest(side, self.first_open(), last)
    }

    fn rounded(&self, side: usize, exact: Decimal) -> i64 {
        // Thirds do not end: what is nearer to a half than 10^-18 is one.
        let exact = exact.round_dp(18);
        let half_even = self.method(side).is_some_and(|method| method.rounding == "half-even");
        let rule = match half_even {
            true => RoundingStrategy::MidpointNearestEven,
            false => RoundingStrategy::MidpointAwayFromZero,
        };
        i64::try_from(exact.round_dp_with_strategy(0, rule)).unwrap()
    }

    fn settles_on(&self, day: i64) -> bool {
        let (_, month, _) = date_of(day);
        let is_last_of_month = date_of(day + 1).2 == 1;
        let is_day = |text: &str| {
            let number: i64 = text.parse().unwrap();
            date_of(day).2 == number || is_last_of_month && number > date_of(day).2
        };
        match self.written.settles.split_once(' ') {
            Some(("monthly", number)) => is_day(number),
            Some(("quarterly", number)) => month % 3 == 0 && is_day(number),
            Some(("yearly", date)) => {
                let (of_month, number) = date.split_once('-').unwrap();
                month == of_month.parse::<i64>().unwrap() && is_day(number)
            }
            _ => false,
        }
    }

    fn accrues_on(&self, day: i64) -> bool {
        match self.written.accrues {
            "daily" => true,
            "month-end" => date_of(day + 1).2 == 1,
            _ => false,
        }
    }

    /// Of the days of a period, in minor units.
    fn interest(&self, side: usize, first: i64, last: i64) -> Decimal {
        let Some(method) = self.method(side) else { return Decimal::ZERO };
        let mut balance: i64 =
            self.opening + self.moved.iter().filter(|m| m.0 < first).map(|m| m.1).sum::<i64>();
        let mut changes: Vec<(i64, i64)> = self.moved.iter().copied().filter(|m| m.0 >= first).collect();
        changes.sort_unstable();
        let mut at = 0;
        let mut rows = Vec::new();
        for day in first..=last {
            while at < changes.len() && changes[at].0 == day {
                balance += changes[at].1;
                at += 1;
            }
            let mut counts = if side == 0 { balance.max(0) } else { (-balance).max(0) };
            if method.base == "whole-units" {
                counts -= counts % 100;
            }
            let weight = number_of_days(method, first, day + 1) - number_of_days(method, first, day);
            rows.push((day, counts, weight));
        }
        if method.balance == "average" && method.rates.iter().any(|row| row.1.len() > 1) {
            return by_average(method, &rows);
        }
        let mut by_year = [Decimal::ZERO; 2];
        for (day, counts, weight) in rows {
            if counts > 0 {
                let interest = on_amount(method, day, Decimal::from(counts), 1);
                by_year[usize::from(is_leap(day))] += interest * Decimal::from(weight);
            }
        }
        per_year(method, by_year, 1)
    }
}

/// The average of the period finds the tiers; limits are multiplied with the days, so that nothing is divided but once.
fn by_average(method: &Method, rows: &[(i64, i64, i64)]) -> Decimal {
    let days: i64 = rows.iter().map(|row| row.2).sum();
    let product: i64 = rows.iter().map(|row| row.1 * row.2).sum();
    let mut by_year = [Decimal::ZERO; 2];
    for (day, _, weight) in rows {
        let interest = on_amount(method, *day, Decimal::from(product), days);
        by_year[usize::from(is_leap(*day))] += interest * Decimal::from(*weight);
    }
    if days == 0 { Decimal::ZERO } else { per_year(method, by_year, days) }
}

/// Amount times rate, by the rates of a day, with limits of tiers so many times as high.
fn on_amount(method: &Method, day: i64, amount: Decimal, times: i64) -> Decimal {
    let tiers = &method.rates.iter().rfind(|row| days(row.0) <= day).unwrap().1;
    let mut sum = Decimal::ZERO;
    for (index, (limit, rate)) in tiers.iter().enumerate() {
        let rate: Decimal = rate.parse().unwrap();
        let limit = Decimal::from(limit * times);
        let next = tiers.get(index + 1).map(|(limit, _)| Decimal::from(limit * times));
        if amount < limit {
            continue;
        }
        if method.tiering == "whole" {
            sum = amount * rate;
        } else {
            sum += (next.map_or(amount, |next| next.min(amount)) - limit) * rate;
        }
    }
    sum
}

fn per_year(method: &Method, [common, leap]: [Decimal; 2], times: i64) -> Decimal {
    let (sum, below) = match method.day_count {
        "ACT/365F" => (common + leap, 365),
        "ACT/ACT ISDA" => (common * Decimal::from(366) + leap * Decimal::from(365), 365 * 366),
        _ => (common + leap, 360),
    };
    sum / Decimal::from(below * times)
}

fn number_of_days(method: &Method, from: i64, to: i64) -> i64 {
    let ((y1, m1, d1), (y2, m2, d2)) = (date_of(from), date_of(to));
    let by_months = |d1: i64, d2: i64| 360 * (y2 - y1) + 30 * (m2 - m1) + d2 - d1;
    let ends_february = |day: i64| date_of(day).1 == 2 && date_of(day + 1).1 == 3;
    match method.day_count {
        "30E/360" => by_months(if d1 == 31 { 30 } else { d1 }, if d2 == 31 { 30 } else { d2 }),
        "30/360 US" => {
            let begins_at_end = d1 >= 30 || ends_february(from);
            let d1 = if begins_at_end { 30 } else { d1 };
            let both_february = ends_february(from) && ends_february(to);
            let d2 = if begins_at_end && d2 == 31 || both_february { 30 } else { d2 };
            by_months(d1, d2)
        }
        _ => to - from,
    }
}

pub(crate) fn days(date: Date) -> i64 {
    i64::from(date.days())
}

pub(crate) fn show(day: i64) -> String {
    let (year, month, day) = date_of(day);
    format!("{year:04}-{month:02}-{day:02}")
}

fn is_leap(day: i64) -> bool {
    length_of_year(date_of(day).0) == 366
}

fn length_of_year(year: i64) -> i64 {
    if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) { 366 } else { 365 }
}

/// Year, month, day, by counting months in eras of 400 years that begin in March.
fn date_of(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, year) = if month < 10 { (month + 3, year) } else { (month - 9, year + 1) };
    (year + era * 400, month, day)
}

#[test]
fn the_calendar_of_the_model_is_that_of_the_ledger() {
    for day in 0..60_000_u32 {
        let date = Date::from_days(day).unwrap();
        assert_eq!(show(day.into()), date.to_string());
    }
}
