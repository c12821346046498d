//! By which rule the legs of a transaction were made, and of which amount: what its record says of that.
//!
//! The legs of a refund by amount are made by the rule of its original, so its record says the same, with what was refunded.

use std::num::NonZeroU32;

use crate::money::amount::Amount;
use crate::money::currency::Currency;
use crate::transaction::notes::{self, Note};

/// By which rule legs were made, and of which amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charged {
    /// The file of rules, by its number among those of its entity.
    pub file: NonZeroU32,
    /// The rule's place in its file, counted from 0.
    pub rule: u32,
    /// What people call the rule.
    pub name: Box<str>,
    /// The gross amount; of a refund what was refunded of it. In minor units.
    pub gross: Amount,
    pub currency: Currency,
}

impl Charged {
    /// As notes of the record.
    pub(crate) fn notes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        notes::write(out, Note::FeeRule, &self.name);
        notes::write(
            out,
            Note::Gross,
            &format!("{} {}", self.currency.print(self.gross.0.into()), self.currency),
        );
        notes::write(out, Note::FeeFile, &format!("{}/{}", self.file, self.rule + 1));
    }

    /// What the notes of a record say; `None` where they say no such thing.
    #[must_use]
    pub fn read(notes: &[u8]) -> Option<Charged> {
        let (mut name, mut gross, mut place) = (None, None, None);
        for (note, text) in notes::read(notes) {
            match note {
                Note::FeeRule => name = Some(text),
                Note::Gross => gross = Some(text),
                Note::FeeFile => place = Some(text),
                _ => {}
            }
        }
        let (amount, code) = gross?.split_once(' ')?;
        let (file, rule) = place?.split_once('/')?;
        let currency = Currency::from_code(code)?;
        Some(Charged {
            file: file.parse().ok()?,
            rule: rule.parse::<NonZeroU32>().ok()?.get() - 1,
            name: name?.into(),
            gross: currency.parse_amount(amount).ok()?,
            currency,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for (code, minor) in [("CNY", 1), ("CNY", 100_001), ("JPY", 7), ("CNY", i64::MAX)] {
            let charged = Charged {
                file: NonZeroU32::new(3).unwrap(),
                rule: 1,
                name: "card payments".into(),
                gross: Amount(minor),
                currency: Currency::from_code(code).unwrap(),
            };
            let mut bytes = Vec::new();
            notes::write(&mut bytes, Note::Kind, "card_pay");
            charged.write(&mut bytes);
            assert_eq!(Charged::read(&bytes), Some(charged));
        }
        let mut bytes = Vec::new();
        notes::write(&mut bytes, Note::FeeRule, "r");
        notes::write(&mut bytes, Note::Gross, "1.00 CNY");
        assert_eq!(Charged::read(&bytes), None, "the file is not said");
        notes::write(&mut bytes, Note::FeeFile, "0/1");
        assert_eq!(Charged::read(&bytes), None, "files are counted from 1");
    }
}
