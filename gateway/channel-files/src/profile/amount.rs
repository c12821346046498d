//! How a table says what came in and what went out.

use longmen_ledger::{Amount, Currency};

use super::record::Record;
use crate::refusal::Refusal;

/// In which columns amounts stand, and what says which way they went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AmountRule {
    /// One column: what went out is negative.
    Signed { column: Box<str> },
    /// Two columns, of which one is empty or zero.
    Two { incoming: Box<str>, outgoing: Box<str>, minus: Minus },
    /// One column, and one with a word that says which way.
    Directed {
        column: Box<str>,
        direction: Box<str>,
        in_words: Vec<Box<str>>,
        out_words: Vec<Box<str>>,
        minus: Minus,
    },
}

/// What a minus means where a column or a word says already which way an amount went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Minus {
    /// There is to be none.
    #[default]
    Refused,
    /// It went the other way (红字冲销).
    Reversal,
    /// What went out is written with a minus, always, and what came in never.
    Outgoing,
}

impl AmountRule {
    /// The columns that it needs.
    pub(super) fn columns(&self) -> Vec<&str> {
        match self {
            AmountRule::Signed { column } => vec![column],
            AmountRule::Two { incoming, outgoing, .. } => vec![incoming, outgoing],
            AmountRule::Directed { column, direction, .. } => vec![column, direction],
        }
    }

    /// The amount of a row: positive what came in.
    pub(super) fn amount(&self, row: &Record<'_>, currency: Currency) -> Result<Amount, Refusal> {
        match self {
            AmountRule::Signed { column } => needed(row, column, currency),
            AmountRule::Two { incoming, outgoing, minus } => {
                let came = row.amount(incoming, currency)?;
                let went = row.amount(outgoing, currency)?;
                match (came.unwrap_or_default(), went.unwrap_or_default()) {
                    _ if came.is_none() && went.is_none() => {
                        Err(row.bad(incoming, "neither what came in stands there nor what went out"))
                    }
                    (came, Amount(0)) => minus.turned(came, true).map_err(|why| row.bad(incoming, why)),
                    (Amount(0), went) => minus.turned(went, false).map_err(|why| row.bad(outgoing, why)),
                    _ => Err(row.bad(outgoing, "it went out, and came in as well")),
                }
            }
            AmountRule::Directed { column, direction, in_words, out_words, minus } => {
                let amount = needed(row, column, currency)?;
                let word = row.text(direction)?;
                let is_incoming = in_words.iter().any(|known| **known == *word);
                if !is_incoming && !out_words.iter().any(|known| **known == *word) {
                    return Err(row.bad(direction, "it is none of the words for a direction"));
                }
                minus.turned(amount, is_incoming).map_err(|why| row.bad(column, why))
            }
        }
    }
}

fn needed(row: &Record<'_>, column: &str, currency: Currency) -> Result<Amount, Refusal> {
    row.amount(column, currency)?.ok_or_else(|| row.bad(column, "there is no amount"))
}

impl Minus {
    /// An amount as it is written, and the way that its column or word says, as one with a sign.
    fn turned(self, amount: Amount, is_incoming: bool) -> Result<Amount, &'static str> {
        match (self, is_incoming) {
            (Minus::Refused, _) if amount.0 < 0 => Err("it is negative, and the profile has no `minus`"),
            (Minus::Outgoing, true) if amount.0 < 0 => Err("it came in, and has a minus"),
            (Minus::Outgoing, false) if amount.0 > 0 => Err("it went out, and has no minus"),
            (Minus::Outgoing, _) | (_, true) => Ok(amount),
            (_, false) => amount.0.checked_neg().map(Amount).ok_or("it is beyond the largest amount"),
        }
    }
}
