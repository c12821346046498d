//! A rule of amounts as it is written.

use serde::Deserialize;

use super::amount::{AmountRule, Minus, Ways};
use super::names::Names;
use super::profile_error::{ProfileError, bad};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAmount {
    signed: Option<Box<str>>,
    incoming: Option<Box<str>>,
    outgoing: Option<Box<str>>,
    column: Option<Box<str>>,
    direction: Option<Names>,
    #[serde(default, rename = "in")]
    in_words: Vec<Box<str>>,
    #[serde(default, rename = "out")]
    out_words: Vec<Box<str>>,
    minus: Option<Minus>,
}

impl RawAmount {
    pub(super) fn checked(self) -> Result<AmountRule, ProfileError> {
        let RawAmount { signed, incoming, outgoing, column, direction, in_words, out_words, minus } = self;
        let has_words = !in_words.is_empty() || !out_words.is_empty();
        let ways = Ways { incoming: in_words, outgoing: out_words };
        match (signed, incoming, outgoing, column, direction) {
            (Some(column), None, None, None, None) if minus.is_none() => match has_words {
                false => Ok(AmountRule::Signed { column }),
                true => Ok(AmountRule::Prefixed { column, ways: ways.checked()?.prefixes()? }),
            },
            (None, Some(incoming), Some(outgoing), None, None) if !has_words => match incoming == outgoing {
                true => bad("amount.outgoing", "it is the column of what comes in"),
                false => Ok(AmountRule::Two { incoming, outgoing, minus: minus.unwrap_or_default() }),
            },
            (None, None, None, Some(column), Some(direction)) => {
                let minus = minus.unwrap_or_default();
                Ok(AmountRule::Directed { column, direction, ways: ways.checked()?, minus })
            }
            _ => bad(
                "amount",
                "it says one of three: `signed`, with `in` and `out` or without; `incoming` and `outgoing`; or `column`, `direction`, `in` and `out`",
            ),
        }
    }
}

impl Ways {
    /// Words for both, of which none means both.
    fn checked(self) -> Result<Ways, ProfileError> {
        if self.incoming.is_empty() || self.outgoing.is_empty() {
            return bad("amount.in", "an amount goes both ways: it needs the words `in` and `out`");
        }
        match self.incoming.iter().any(|word| self.outgoing.contains(word)) {
            true => bad("amount.out", "a word cannot mean both"),
            false => Ok(self),
        }
    }

    /// Words that an amount begins with: which of them it is must be plain.
    fn prefixes(self) -> Result<Ways, ProfileError> {
        let words: Vec<&str> = self.incoming.iter().chain(&self.outgoing).map(|word| &**word).collect();
        let begins = |at: usize, word: &str| {
            words.iter().enumerate().any(|(other, longer)| other != at && longer.starts_with(word))
        };
        match words.iter().enumerate().find(|(at, word)| word.is_empty() || begins(*at, word)) {
            Some((_, word)) => bad("amount.in", format!("`{word}` is what another word begins with")),
            None => Ok(self),
        }
    }
}
