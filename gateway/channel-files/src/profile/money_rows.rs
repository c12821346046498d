//! A table of money: lines in the order of time, with their balances.

use std::io::BufRead;

use longmen_ledger::Currency;

use super::money_profile::{Named, Order, Profile};
use super::record::Record;
use super::shape::CurrencyRule;
use super::table::{self, currency_of};
use crate::money::{MoneyLine, MoneyStatement};
use crate::received::Expected;
use crate::refusal::{Refusal, RefusalCode};
use crate::running_balance::RunningBalance;

/// Reads it. A table that has the latest row first is turned round once all of it is there: balances follow from one another in time.
pub(super) fn read(
    profile: &Profile,
    input: &mut dyn BufRead,
    expected: &Expected,
    take: &mut dyn FnMut(MoneyLine),
) -> Result<MoneyStatement, Refusal> {
    let mut lines = Lines::of(profile, expected, take);
    let mut later = Vec::new();
    let last = table::read(&profile.shape, &profile.required(), input, expected, &mut |record| {
        let line = line(profile, record, expected)?;
        match profile.order {
            Order::Ascending => lines.add(line),
            Order::Descending => {
                later.push(line);
                Ok(())
            }
        }
    })?;
    later.into_iter().rev().try_for_each(|line| lines.add(line))?;
    let running = lines.running.ok_or_else(|| {
        Refusal::at(RefusalCode::BadRow, last, "it has no row, and only a row would say the currency")
    })?;
    Ok(MoneyStatement { account: expected.merchant.clone(), ..running.end() })
}

/// Where lines go, in the order of time.
struct Lines<'a> {
    expected: &'a Expected,
    take: &'a mut dyn FnMut(MoneyLine),
    /// That of balances.
    column: &'a str,
    running: Option<RunningBalance>,
}

impl<'a> Lines<'a> {
    fn of(profile: &'a Profile, expected: &'a Expected, take: &'a mut dyn FnMut(MoneyLine)) -> Lines<'a> {
        let running = match profile.shape.currency {
            CurrencyRule::Fixed(currency) => Some(RunningBalance::of(currency, expected)),
            CurrencyRule::Column { .. } => None,
        };
        Lines { expected, take, column: profile.columns.balance.as_deref().unwrap_or_default(), running }
    }

    fn add(&mut self, (line, currency): (MoneyLine, Currency)) -> Result<(), Refusal> {
        let running = self.running.get_or_insert_with(|| RunningBalance::of(currency, self.expected));
        if running.currency() != currency {
            let reason = format!("it is in {currency}, and others in {}", running.currency());
            return Err(Refusal::at(RefusalCode::BadRow, line.line, reason));
        }
        running.add(&line, self.column)?;
        (self.take)(line);
        Ok(())
    }
}

/// The line that a row is.
fn line(
    profile: &Profile,
    record: &Record<'_>,
    expected: &Expected,
) -> Result<(MoneyLine, Currency), Refusal> {
    let shape = &profile.shape;
    let currency = currency_of(&shape.currency, record)?;
    let Named { balance, number, merchant_number, kind, remark } = &profile.columns;
    let (date, booked) = record.date(&shape.date, expected.date)?;
    let time = shape.time.as_ref().map(|time| record.time(time)).transpose()?;
    let balance = balance.as_deref().map(|column| {
        let balance = record.amount(column, currency)?;
        balance.ok_or_else(|| record.bad(column, "there is no balance"))
    });
    let line = MoneyLine {
        line: record.row.line,
        amount: shape.amount.amount(record, currency)?,
        booked,
        time: time.map(|time| date.to_datetime(time)),
        value_date: None,
        number: record.text_of(number.as_ref())?,
        merchant_number: record.text_of(merchant_number.as_ref())?,
        kind: record.text_of(kind.as_ref())?,
        remark: record.text_of(remark.as_ref())?,
        balance: balance.transpose()?.map(|balance| balance.0.into()),
    };
    Ok((line, currency))
}
