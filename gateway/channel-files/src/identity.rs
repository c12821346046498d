//! Whose file it is, of which date, and that no row comes twice: held to from the first row to the last.

use hashbrown::HashSet;
use longmen_ledger::Date;
use xxhash_rust::xxh3::xxh3_128;

use crate::received::{Expected, Received};
use crate::refusal::{Refusal, RefusalCode};
use crate::row::StatementRow;

/// What a file is, as far as its rows have said.
#[derive(Debug)]
pub(crate) struct Identity {
    merchant: Option<Box<str>>,
    date: Option<Date>,
    /// Digests of what names a row. 128 bits: two rows of 10 million share one by chance once in 10^24 files.
    seen: HashSet<u128>,
    /// What names the row that is looked at.
    named: Vec<u8>,
    received: Received,
}

impl Identity {
    pub(crate) fn of(expected: &Expected) -> Identity {
        let Expected { merchant, date, .. } = expected.clone();
        Identity { merchant, date, seen: HashSet::new(), named: Vec::new(), received: Received::default() }
    }

    /// Holds to the merchant that a line names.
    pub(crate) fn merchant(&mut self, line: u64, column: &str, merchant: &str) -> Result<(), Refusal> {
        match &self.merchant {
            None => self.merchant = Some(merchant.into()),
            Some(wanted) if **wanted == *merchant => {}
            Some(wanted) => {
                let reason = format!("it is of `{merchant}`, and the file of `{wanted}`");
                return Err(Refusal::of(RefusalCode::WrongMerchant, line, column, reason));
            }
        }
        Ok(())
    }

    /// Holds to the date that a line names.
    pub(crate) fn date(&mut self, line: u64, column: &str, date: Date) -> Result<(), Refusal> {
        match self.date {
            None => self.date = Some(date),
            Some(wanted) if wanted == date => {}
            Some(wanted) => {
                let reason = format!("it is of {date}, and the file of {wanted}");
                return Err(Refusal::of(RefusalCode::WrongDate, line, column, reason));
            }
        }
        Ok(())
    }

    /// Takes a row that is not there yet. One that the channel calls by the same number, for the same order, is the same.
    pub(crate) fn row(&mut self, row: &StatementRow) -> Result<(), Refusal> {
        self.named.clear();
        for part in [row.kind.name(), "\0", &row.channel_number, "\0", &row.merchant_number] {
            self.named.extend_from_slice(part.as_bytes());
        }
        if !self.seen.insert(xxh3_128(&self.named)) {
            let (kind, number) = (row.kind.name(), &row.channel_number);
            let reason = format!("{kind} {number} of {} was there before", row.merchant_number);
            return Err(Refusal::at(RefusalCode::DuplicateRow, row.line, reason));
        }
        self.received.add(row);
        Ok(())
    }

    /// What there was.
    pub(crate) fn end(self) -> Received {
        Received { merchant: self.merchant, date: self.date, ..self.received }
    }
}
