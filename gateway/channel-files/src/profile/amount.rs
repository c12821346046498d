//! How a table says what came in and what went out.

use longmen_ledger::{Amount, Currency};

use super::cell::amount_of;
use super::names::Names;
use super::record::Record;
use crate::refusal::Refusal;

/// In which columns amounts stand, and what says which way they went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AmountRule {
    /// One column: what went out is negative.
    Signed { column: Box<str> },
    /// One column, whose text begins with a word that says which way: `C000000010000`.
    Prefixed { column: Box<str>, ways: Ways },
    /// Two columns, of which one is empty or zero.
    Two { incoming: Box<str>, outgoing: Box<str>, minus: Minus },
    /// One column, and one with a word that says which way, or several that make one.
    Directed { column: Box<str>, direction: Names, ways: Ways, minus: Minus },
}

/// The words that say which way an amount went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ways {
    pub(super) incoming: Vec<Box<str>>,
    pub(super) outgoing: Vec<Box<str>>,
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
            AmountRule::Signed { column } | AmountRule::Prefixed { column, .. } => vec![column],
            AmountRule::Two { incoming, outgoing, .. } => vec![incoming, outgoing],
            AmountRule::Directed { column, direction, .. } => {
                let mut columns = vec![&**column];
                columns.extend(direction.all());
                columns
            }
        }
    }

    /// The amount of a row: positive what came in.
    pub(super) fn amount(&self, row: &Record<'_>, currency: Currency) -> Result<Amount, Refusal> {
        match self {
            AmountRule::Signed { column } => needed(row, column, currency),
            AmountRule::Prefixed { column, ways } => prefixed(row, column, ways, currency),
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
            AmountRule::Directed { column, direction, ways, minus } => {
                let amount = needed(row, column, currency)?;
                let word = row.joined(direction)?;
                let is_incoming = ways.is_incoming(&word);
                let is_incoming = is_incoming.ok_or_else(|| {
                    row.bad_word(direction, &word, "it is none of the words for a direction")
                })?;
                minus.turned(amount, is_incoming).map_err(|why| row.bad(column, why))
            }
        }
    }

    /// The same, or zero where nothing stands there.
    pub(super) fn amount_if_any(&self, row: &Record<'_>, currency: Currency) -> Result<Amount, Refusal> {
        let is_blank = match self {
            AmountRule::Two { incoming, outgoing, .. } => row.is_blank(incoming) && row.is_blank(outgoing),
            AmountRule::Signed { column }
            | AmountRule::Prefixed { column, .. }
            | AmountRule::Directed { column, .. } => row.is_blank(column),
        };
        if is_blank { Ok(Amount(0)) } else { self.amount(row, currency) }
    }
}

fn needed(row: &Record<'_>, column: &str, currency: Currency) -> Result<Amount, Refusal> {
    row.amount(column, currency)?.ok_or_else(|| row.bad(column, "there is no amount"))
}

fn prefixed(row: &Record<'_>, column: &str, ways: &Ways, currency: Currency) -> Result<Amount, Refusal> {
    let text = row.text(column)?;
    let (digits, is_incoming) = ways
        .cut(&text)
        .ok_or_else(|| row.bad(column, "it does not begin with a word that says which way it went"))?;
    let amount = amount_of(digits, currency, row.digits).map_err(|why| row.bad(column, why))?;
    let turned = Minus::Refused.turned(amount, is_incoming);
    turned.map_err(|_| row.bad(column, "it has a minus behind the word that says which way it went"))
}

impl Ways {
    /// Which way a word says.
    fn is_incoming(&self, word: &str) -> Option<bool> {
        let has = |words: &[Box<str>]| words.iter().any(|known| **known == *word);
        has(&self.incoming).then_some(true).or_else(|| has(&self.outgoing).then_some(false))
    }

    /// What stands behind the word that a text begins with, and which way that says.
    fn cut<'a>(&self, text: &'a str) -> Option<(&'a str, bool)> {
        let behind = |words: &[Box<str>]| words.iter().find_map(|word| text.strip_prefix(&**word));
        let incoming = behind(&self.incoming).map(|digits| (digits, true));
        incoming.or_else(|| behind(&self.outgoing).map(|digits| (digits, false)))
    }
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
