//! Files of vouchers read again: what stands in them, as it stands there.

pub(crate) mod dbf;
pub(crate) mod galaxy;
pub(crate) mod u8_text;

use longmen_ledger::{Amount, Currency, Date, Side};

/// A line of a voucher, as a file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadLine {
    pub date: Date,
    pub word: Box<str>,
    pub number: u32,
    pub attachments: u16,
    pub subject: Box<str>,
    pub summary: Box<str>,
    pub side: Side,
    /// In minor units of the local currency; negative where it is red.
    pub local: Amount,
    /// What both sides know the voucher by, where the format has room for it.
    pub source_key: Option<Box<str>>,
}

/// Why a file cannot be read: nothing of it is.
#[derive(Debug, thiserror::Error)]
#[error("line {line}, {field}: {reason}")]
pub struct ReadError {
    /// The line, or the record, from 1; 0 is the head of the file.
    pub line: usize,
    pub field: &'static str,
    pub reason: Box<str>,
}

/// Where a fault is.
#[derive(Clone, Copy)]
struct At(usize);

impl At {
    fn fault(self, field: &'static str, reason: impl Into<Box<str>>) -> ReadError {
        ReadError { line: self.0, field, reason: reason.into() }
    }

    fn date(self, field: &'static str, text: &str) -> Result<Date, ReadError> {
        Date::parse(text).ok_or_else(|| self.fault(field, format!("{text:?} is no date")))
    }

    fn number<T: std::str::FromStr>(self, field: &'static str, text: &str) -> Result<T, ReadError> {
        text.parse().map_err(|_| self.fault(field, format!("{text:?} is no number that fits")))
    }

    /// The side on which there is an amount: exactly one.
    fn side(self, local: Currency, debit: &str, credit: &str) -> Result<(Side, Amount), ReadError> {
        let amount = |field, text: &str| {
            local.parse_amount(text).map_err(|why| self.fault(field, format!("{text:?} is {why}")))
        };
        match (amount("debit", debit)?, amount("credit", credit)?) {
            (debit, Amount(0)) => Ok((Side::Debit, debit)),
            (Amount(0), credit) => Ok((Side::Credit, credit)),
            _ => Err(self.fault("credit", "debit and credit both have an amount")),
        }
    }
}
