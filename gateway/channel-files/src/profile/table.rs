//! A table, from its header to its footer, as a profile says.

use std::collections::BTreeMap;

use longmen_ledger::Currency;

use super::cell::{Cell, Cells, Rows};
use super::record::Record;
use super::settings::{CurrencyRule, Footer, Header, Layout, Named, Order, Profile};
use crate::columns::date_of;
use crate::money::{MoneyLine, MoneyStatement};
use crate::received::Expected;
use crate::refusal::{Refusal, RefusalCode};
use crate::running_balance::RunningBalance;

/// Reads it. A table that has the latest row first is turned round once all of it is there: balances follow from one another in time.
pub(super) fn read(
    profile: &Profile,
    rows: &mut dyn Rows,
    expected: &Expected,
    take: &mut dyn FnMut(MoneyLine),
) -> Result<MoneyStatement, Refusal> {
    let table = Table::find(profile, rows)?;
    let mut lines = Lines::of(profile, expected, take);
    let mut later = Vec::new();
    let mut last = table.line;
    let is_ended = loop {
        let Some(row) = rows.next()? else { break false };
        last = row.line;
        if table.is_footer(&row) {
            break true;
        }
        match profile.order {
            _ if row.is_blank() => {}
            Order::Ascending => lines.add(table.line(&row)?)?,
            Order::Descending => later.push(table.line(&row)?),
        }
    };
    if profile.footer.is_some() && !is_ended {
        return Err(Refusal::at(RefusalCode::Truncated, last, "it ends without its footer"));
    }
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
        let running = match profile.currency {
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

/// A table whose header was found.
struct Table<'a> {
    profile: &'a Profile,
    places: BTreeMap<&'a str, usize>,
    /// How many columns it has.
    count: usize,
    /// The line of the header.
    line: u64,
}

impl<'a> Table<'a> {
    fn find(profile: &'a Profile, rows: &mut dyn Rows) -> Result<Table<'a>, Refusal> {
        let mut has_text = false;
        while let Some(row) = rows.next()? {
            if row.is_blank() {
                continue;
            }
            match (Table::at(profile, &row), profile.header) {
                (Err(refusal), Header::Find) if *refusal.reason == *MISSING => has_text = true,
                (table, _) => return table,
            }
        }
        let reason = match has_text {
            true => format!("no line has all of its columns: {}", profile.required().join(", ")),
            false => "it is empty".into(),
        };
        Err(Refusal::whole(RefusalCode::UnknownHeader, reason))
    }

    fn at(profile: &'a Profile, row: &Cells) -> Result<Table<'a>, Refusal> {
        let names: Vec<String> = row.cells.iter().map(|cell| cell.text().unwrap_or_default()).collect();
        let mut places = BTreeMap::new();
        for name in profile.required() {
            let unknown = |reason: &str| Refusal::of(RefusalCode::UnknownHeader, row.line, name, reason);
            let mut found = (0..).zip(&names).filter(|(_, cell)| **cell == *name);
            let (place, _) = found.next().ok_or_else(|| unknown(MISSING))?;
            if found.next().is_some() {
                return Err(unknown("it is there twice"));
            }
            places.insert(name, place);
        }
        Ok(Table { profile, places, count: without_end(&row.cells), line: row.line })
    }

    fn record<'r>(&'r self, row: &'r Cells) -> Record<'r> {
        Record { row, places: &self.places, thousands: self.profile.thousands }
    }

    fn is_footer(&self, row: &Cells) -> bool {
        match &self.profile.footer {
            None => false,
            Some(Footer::Empty(column)) => self.record(row).cell(column).is_none_or(Cell::is_blank),
            Some(Footer::Begins(text)) => row
                .cells
                .first()
                .and_then(|cell| cell.text().ok())
                .is_some_and(|cell| cell.starts_with(&**text)),
        }
    }

    /// The line that a row is. Cells without a name at its end may be there, if they are empty; a sheet has no others at all.
    fn line(&self, row: &Cells) -> Result<(MoneyLine, Currency), Refusal> {
        let profile = self.profile;
        let is_sheet = matches!(profile.layout, Layout::Sheet { .. });
        if without_end(&row.cells) > self.count || (row.cells.len() < self.count && !is_sheet) {
            let reason = format!("it has {} columns, and the header {}", row.cells.len(), self.count);
            return Err(Refusal::at(RefusalCode::BadRow, row.line, reason));
        }
        let record = self.record(row);
        let currency = currency_of(&profile.currency, &record)?;
        let Named { balance, number, merchant_number, kind, remark } = &profile.columns;
        let date = record.date(&profile.date)?;
        let time = profile.time.as_ref().map(|time| record.time(time)).transpose()?;
        let balance = balance.as_deref().map(|column| {
            let balance = record.amount(column, currency)?;
            balance.ok_or_else(|| record.bad(column, "there is no balance"))
        });
        let line = MoneyLine {
            line: row.line,
            amount: profile.amount.amount(&record, currency)?,
            booked: date_of(date).ok_or_else(|| record.bad(&profile.date.column, "dates begin in 1970"))?,
            time: time.map(|time| date.to_datetime(time)),
            value_date: None,
            number: record.text_of(number.as_deref())?,
            merchant_number: record.text_of(merchant_number.as_deref())?,
            kind: record.text_of(kind.as_deref())?,
            remark: record.text_of(remark.as_deref())?,
            balance: balance.transpose()?.map(|balance| balance.0.into()),
        };
        Ok((line, currency))
    }
}

const MISSING: &str = "there is no such column";

/// How many cells a row has without the empty ones at its end.
fn without_end(cells: &[Cell]) -> usize {
    cells.iter().rposition(|cell| !cell.is_blank()).map_or(0, |last| last + 1)
}

fn currency_of(rule: &CurrencyRule, record: &Record<'_>) -> Result<Currency, Refusal> {
    match rule {
        CurrencyRule::Fixed(currency) => Ok(*currency),
        CurrencyRule::Column { name, words } => {
            let text = record.text(name)?;
            let found = words.get(&*text).copied().or_else(|| Currency::from_code(&text));
            found.ok_or_else(|| record.bad(name, "it is no currency"))
        }
    }
}
