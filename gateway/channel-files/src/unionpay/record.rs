//! A line, cut into fields by their bytes.

use std::fmt;

use encoding_rs::GB18030;
use longmen_ledger::Amount;

use crate::lines::decode;
use crate::refusal::{Refusal, RefusalCode};

/// Where a field stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    start: usize,
    width: usize,
}

impl Field {
    /// A field by its number, counted from 1, among fields of so many bytes.
    pub(super) const fn of(name: &'static str, number: usize, widths: &[usize]) -> Field {
        Field { name, start: length(widths, number - 1), width: widths[number - 1] }
    }

    /// Its bytes, where the line reaches so far.
    pub(super) fn bytes(self, line: &[u8]) -> Option<&[u8]> {
        line.get(self.start..self.start + self.width)
    }
}

/// How many bytes the first fields have, and the blanks behind them.
pub(super) const fn length(widths: &[usize], fields: usize) -> usize {
    let (mut length, mut field) = (0, 0);
    while field < fields {
        length += widths[field] + 1;
        field += 1;
    }
    length
}

/// Whether there is a blank behind each of the first fields, as far as the bytes reach.
pub(super) fn has_blanks(line: &[u8], widths: &[usize], fields: usize) -> bool {
    (1..=fields).all(|fields| line.get(length(widths, fields) - 1).is_none_or(|byte| *byte == b' '))
}

/// An amount with a sign: `C` what comes to whoever the file is of, `D` what that one pays.
pub(super) fn signed(field: &[u8]) -> Option<Amount> {
    let (sign, digits) = field.split_first()?;
    let Amount(amount) = unsigned(digits)?;
    match sign {
        b'C' => Some(Amount(amount)),
        b'D' => Some(Amount(-amount)),
        _ => None,
    }
}

/// An amount of minor units. Twelve digits, the most that a field has, are far within 64 bits.
fn unsigned(field: &[u8]) -> Option<Amount> {
    let digits = str::from_utf8(field).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok().map(Amount)
}

/// A line of the right length, whose fields are asked for.
pub(super) struct Record<'a> {
    pub(super) line: u64,
    pub(super) bytes: &'a [u8],
}

impl Record<'_> {
    /// What stands in a field, without blanks around it.
    pub(super) fn text(&self, field: Field) -> Result<String, Refusal> {
        let text = decode(GB18030, self.line, field.bytes(self.bytes).unwrap_or_default());
        let text = text.map_err(|refusal| Refusal { column: Some(field.name.into()), ..refusal })?;
        Ok(text.trim().into())
    }

    /// The same, where something must stand there.
    pub(super) fn needed(&self, field: Field) -> Result<String, Refusal> {
        let text = self.text(field)?;
        if text.is_empty() { Err(self.bad(field, "it is empty")) } else { Ok(text) }
    }

    pub(super) fn unsigned(&self, field: Field) -> Result<Amount, Refusal> {
        let amount = field.bytes(self.bytes).and_then(unsigned);
        amount.ok_or_else(|| self.bad(field, "it is no amount such as 000000010000"))
    }

    pub(super) fn signed(&self, field: Field) -> Result<Amount, Refusal> {
        let amount = field.bytes(self.bytes).and_then(signed);
        amount.ok_or_else(|| self.bad(field, "it is no amount such as C000000010000 or D000000010000"))
    }

    /// That a field is wrong.
    pub(super) fn bad(&self, field: Field, why: impl fmt::Display) -> Refusal {
        self.refuse(RefusalCode::BadRow, field, why)
    }

    /// That a field is wrong, by its code.
    pub(super) fn refuse(&self, code: RefusalCode, field: Field, why: impl fmt::Display) -> Refusal {
        let text = String::from_utf8_lossy(field.bytes(self.bytes).unwrap_or_default());
        Refusal::of(code, self.line, field.name, format!("`{}`: {why}", text.trim()))
    }
}
