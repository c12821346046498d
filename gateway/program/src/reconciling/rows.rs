//! Rows of a CSV file with named columns, and what is wrong with one.

use std::fs::File;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};
use longmen_engine::ledger::{Amount, Currency};
use longmen_reconciliation::{BookState, Transaction};

use crate::failure::Failure;

/// A CSV file, read row by row.
pub(super) struct Rows<'a> {
    path: &'a Path,
    columns: Vec<Option<usize>>,
    names: &'static [&'static str],
    reader: csv::Reader<File>,
    record: StringRecord,
}

impl<'a> Rows<'a> {
    /// Opens a file whose header has the columns of `names`; those from `optional` on need not be there.
    pub(super) fn open(
        path: &'a Path,
        names: &'static [&'static str],
        optional: usize,
    ) -> Result<Rows<'a>, Failure> {
        let wrong = |why: String| Failure::Usage(format!("{}: {why}", path.display()));
        let file = File::open(path)
            .map_err(|error| Failure::Usage(format!("cannot read {}: {error}", path.display())))?;
        let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(file);
        let header = reader.headers().map_err(|error| wrong(error.to_string()))?.clone();
        let place = |name: &&str| header.iter().position(|cell| cell.trim_start_matches('\u{feff}') == *name);
        let columns: Vec<Option<usize>> = names.iter().map(place).collect();
        if let Some(at) = columns[..optional].iter().position(Option::is_none) {
            return Err(wrong(format!(
                "there is no column `{}`; the columns are {}",
                names[at],
                names.join(", ")
            )));
        }
        Ok(Rows { path, columns, names, reader, record: StringRecord::new() })
    }

    /// Goes to the next row; false at the end.
    pub(super) fn next(&mut self) -> Result<bool, Failure> {
        self.reader
            .read_record(&mut self.record)
            .map_err(|error| Failure::Usage(format!("{}: {error}", self.path.display())))
    }

    /// The line that the row begins on.
    pub(super) fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    /// A cell by the number of its column; empty where the file has no such column.
    pub(super) fn text(&self, column: usize) -> &str {
        self.columns[column].and_then(|place| self.record.get(place)).unwrap_or_default()
    }

    /// A cell, as `parse` reads it.
    pub(super) fn parse<T>(
        &self,
        column: usize,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Failure> {
        let text = self.text(column);
        parse(text).ok_or_else(|| self.wrong(column, &format!("`{text}` is not {expected}")))
    }

    /// That a cell is wrong.
    pub(super) fn wrong(&self, column: usize, why: &str) -> Failure {
        let (path, line, name) = (self.path.display(), self.line(), self.names[column]);
        Failure::Usage(format!("{path}, line {line}, {name}: {why}"))
    }

    /// The transaction of a row, whose columns begin at `first`: reference, kind, merchant_number, amount, fee, currency, state.
    pub(super) fn transaction(&self, first: usize) -> Result<Transaction, Failure> {
        let currency = self.text(first + 5);
        let currency = if currency.is_empty() { "CNY" } else { currency };
        let currency = Currency::from_code(currency)
            .ok_or_else(|| self.wrong(first + 5, "it is no currency, such as CNY"))?;
        let state = |text: &str| if text.is_empty() { Some(BookState::Done) } else { text.parse().ok() };
        let filled = |text: &str| (!text.is_empty()).then(|| text.into());
        Ok(Transaction {
            reference: self.text(first).into(),
            kind: self.parse(
                first + 1,
                "pay, refund, revoke, recharge, payout, settle, fee or other",
                |text| text.parse().ok(),
            )?,
            merchant_number: self.parse(first + 2, "a number", filled)?,
            line: self.line(),
            gross: self.amount(first + 3, currency)?,
            fee: self.amount(first + 4, currency)?,
            currency,
            state: self.parse(first + 6, "done, pending or failed", state)?,
        })
    }

    fn amount(&self, column: usize, currency: Currency) -> Result<Amount, Failure> {
        let text = self.text(column);
        currency.parse_amount(text).map_err(|error| self.wrong(column, &format!("`{text}`: {error}")))
    }
}
