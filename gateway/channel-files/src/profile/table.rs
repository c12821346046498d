//! A table, from its header to its footer, as a profile says.

use std::collections::BTreeMap;
use std::io::BufRead;

use longmen_ledger::Currency;

use super::cell::{Cell, Cells, Rows};
use super::delimited::Delimited;
use super::fixed::Fixed;
use super::record::Record;
use super::shape::{CurrencyRule, Footer, Header, Layout, Shape};
use super::sheet::Sheet;
use crate::received::Expected;
use crate::refusal::{Refusal, RefusalCode};

/// A table whose header was found.
pub(super) struct Table<'a> {
    shape: &'a Shape,
    places: BTreeMap<&'a str, usize>,
    /// How many columns it has; `None` where every row has all that are needed.
    count: Option<usize>,
    /// The line of the header.
    line: u64,
}

/// Reads a table, of which these columns are needed: `take` gets its rows. The line is told at which it ended.
pub(super) fn read(
    shape: &Shape,
    columns: &[&str],
    input: &mut dyn BufRead,
    expected: &Expected,
    take: &mut dyn FnMut(&Record<'_>) -> Result<(), Refusal>,
) -> Result<u64, Refusal> {
    if expected.date.is_none() && shape.date.needs_expected() {
        let reason = "its rows do not say of which date it is: the date that it is of must be told";
        return Err(Refusal::whole(RefusalCode::WrongDate, reason));
    }
    match &shape.layout {
        Layout::Delimited { encoding, separator, quote } => {
            let mut rows = Delimited::of(input, encoding, *separator, *quote, shape.skip());
            Table::find(shape, columns, &mut rows)?.each(&mut rows, take)
        }
        Layout::Sheet { name } => {
            let mut rows = Sheet::read(input, name.as_deref(), shape.skip())?;
            Table::find(shape, columns, &mut rows)?.each(&mut rows, take)
        }
        Layout::Fixed(layout) => {
            let footer = match &shape.footer {
                Some(Footer::Begins(text)) => Some(&**text),
                _ => None,
            };
            let mut rows = Fixed::of(input, layout, columns, footer, shape.skip());
            Table::without_header(shape, columns).each(&mut rows, take)
        }
    }
}

/// The currency of a row.
pub(super) fn currency_of(rule: &CurrencyRule, record: &Record<'_>) -> Result<Currency, Refusal> {
    match rule {
        CurrencyRule::Fixed(currency) => Ok(*currency),
        CurrencyRule::Column { name, words } => {
            let text = record.joined(name)?;
            let found = words.get(&*text).copied().or_else(|| Currency::from_code(&text));
            found.ok_or_else(|| record.bad_word(name, &text, "it is no currency"))
        }
    }
}

impl<'a> Table<'a> {
    fn without_header(shape: &'a Shape, columns: &[&'a str]) -> Table<'a> {
        let places = columns.iter().copied().zip(1..).collect();
        Table { shape, places, count: None, line: shape.skip() }
    }

    fn find(shape: &'a Shape, columns: &[&'a str], rows: &mut dyn Rows) -> Result<Table<'a>, Refusal> {
        let mut has_text = false;
        while let Some(row) = rows.next()? {
            if row.is_blank() {
                continue;
            }
            match (Table::at(shape, columns, &row), shape.header) {
                (Err(refusal), Header::Find) if *refusal.reason == *MISSING => has_text = true,
                (table, _) => return table,
            }
        }
        let reason = match has_text {
            true => format!("no line has all of its columns: {}", columns.join(", ")),
            false => "it is empty".into(),
        };
        Err(Refusal::whole(RefusalCode::UnknownHeader, reason))
    }

    fn at(shape: &'a Shape, columns: &[&'a str], row: &Cells) -> Result<Table<'a>, Refusal> {
        let names: Vec<String> = row.cells.iter().map(|cell| cell.text().unwrap_or_default()).collect();
        let mut places = BTreeMap::new();
        for name in columns {
            let unknown = |reason: &str| Refusal::of(RefusalCode::UnknownHeader, row.line, name, reason);
            let mut found = (0..).zip(&names).filter(|(_, cell)| **cell == **name);
            let (place, _) = found.next().ok_or_else(|| unknown(MISSING))?;
            if found.next().is_some() {
                return Err(unknown("it is there twice"));
            }
            places.insert(*name, place);
        }
        Ok(Table { shape, places, count: Some(without_end(&row.cells)), line: row.line })
    }

    /// Goes through its rows to its end.
    fn each(
        &self,
        rows: &mut dyn Rows,
        take: &mut dyn FnMut(&Record<'_>) -> Result<(), Refusal>,
    ) -> Result<u64, Refusal> {
        let mut last = self.line;
        while let Some(row) = rows.next()? {
            last = row.line;
            if self.is_footer(&row) {
                return Ok(last);
            }
            // Where no line may be shorter than others, none is blank without a reason.
            if self.count.is_none() || !row.is_blank() {
                self.hold_to_count(&row)?;
                take(&self.record(&row))?;
            }
        }
        match self.shape.footer {
            Some(_) => Err(Refusal::at(RefusalCode::Truncated, last, "it ends without its footer")),
            None => Ok(last),
        }
    }

    fn record<'r>(&'r self, row: &'r Cells) -> Record<'r> {
        Record { row, places: &self.places, digits: self.shape.digits }
    }

    fn is_footer(&self, row: &Cells) -> bool {
        match &self.shape.footer {
            None => false,
            Some(Footer::Empty(column)) => self.record(row).is_blank(column),
            Some(Footer::Begins(text)) => row
                .cells
                .first()
                .and_then(|cell| cell.text().ok())
                .is_some_and(|cell| cell.starts_with(&**text)),
        }
    }

    /// Cells without a name at its end may be there, if they are empty; a sheet has no others at all.
    fn hold_to_count(&self, row: &Cells) -> Result<(), Refusal> {
        let Some(count) = self.count else { return Ok(()) };
        let is_sheet = matches!(self.shape.layout, Layout::Sheet { .. });
        if without_end(&row.cells) > count || (row.cells.len() < count && !is_sheet) {
            let reason = format!("it has {} columns, and the header {count}", row.cells.len());
            return Err(Refusal::at(RefusalCode::BadRow, row.line, reason));
        }
        Ok(())
    }
}

const MISSING: &str = "there is no such column";

/// How many cells a row has without the empty ones at its end.
fn without_end(cells: &[Cell]) -> usize {
    cells.iter().rposition(|cell| !cell.is_blank()).map_or(0, |last| last + 1)
}
