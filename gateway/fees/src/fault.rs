//! What is wrong with a file of rules, in one line and with its place.

use std::fmt;
use std::ops::Range;

use longmen_ledger::{AmountError, Currency};

use crate::rate::RateError;

/// Where a file of rules is wrong, and why: one line, whatever stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFileError {
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    pub fault: RuleFault,
}

/// Why a file of rules cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleFault {
    /// It is no TOML, or has other keys than a file of rules.
    #[error("{0}")]
    Toml(String),
    /// A name or an account of which a reader would not see all.
    #[error(
        "{0:?} is no name: 1 to {MAX_NAME} bytes, all of which can be seen, without a blank at either end"
    )]
    Name(Box<str>),
    #[error("{0:?} is no currency: write the three letters of ISO 4217, such as CNY")]
    Currency(Box<str>),
    #[error("{0:?} is no date: write 2026-12-01")]
    Date(Box<str>),
    #[error("{text:?} is {source}")]
    Rate { text: Box<str>, source: RateError },
    /// An amount that is none of the rule's currency, or is below zero.
    #[error("{text:?} is no amount of {code}: {why}")]
    Amount { text: Box<str>, code: &'static str, why: NotAnAmount },
    #[error(
        "{0:?} is no share: write a number above zero and at most 1000000, with at most 6 decimal places"
    )]
    Share(Box<str>),
    /// A fee without anything that says how much it is.
    #[error("this fee has no rate, no fixed part and no band: what does it come to?")]
    NoTariff,
    #[error("this fee has a rate and bands: put the rate into the bands")]
    RateBesideBands,
    #[error("this fee has bands: say `bands = \"slices\"` (分段) or `bands = \"whole\"` (靠档)")]
    KindOfBands,
    #[error("this fee says what its bands are, and has none")]
    NoBands,
    #[error("a band ends above the one before it: {text:?} does not")]
    BandOrder { text: Box<str> },
    #[error("the last band has no `up_to`, and all others have one")]
    LastBand,
    #[error("a slice has no fixed part: give it to the fee")]
    FixedOfSlice,
    #[error("the minimum is above the maximum")]
    MinimumAboveMaximum,
    #[error("what the house pays names an account of its own that bears it: `cost`; no other fee does")]
    Cost,
    #[error("{0:?} gets nothing here: the payer pays, and what the payee pays goes to another")]
    Receiver(Box<str>),
    /// What would not give back all of the fee, or more than is refunded.
    #[error(
        "`refund = \"by_rate\"` is for a fee with one rate alone: no fixed part, minimum, bands or tax on top; say \"proportional\""
    )]
    ByRate,
    #[error("of several fees of the payee that go back none is `by_rate`: say \"proportional\"")]
    ByRateBesideOthers,
    #[error("{0:?} has a share already")]
    ShareTwice(Box<str>),
    #[error("`remainder_to` without shares")]
    NothingToSplit,
    #[error("a rule has at most {MAX_FEES} fees and {MAX_SHARES} shares")]
    TooMany,
    #[error("{0:?} is named with each transaction: no account of the file is it")]
    PartyHasNoAccount(Box<str>),
    #[error("{0:?} has an account in this currency already")]
    AccountTwice(Box<str>),
    /// Two rules between which nothing decides.
    #[error("the rule in line {line} has the same type, channel, merchant, currency and date")]
    SameRule { line: usize },
}

/// A name in a rule that stands for no account of the books.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the rule {rule:?} needs an account for {role:?} in {currency}: give it in an [[account]]")]
pub struct NoAccount {
    /// The rule's name.
    pub rule: Box<str>,
    /// As the rule calls it.
    pub role: Box<str>,
    pub currency: Currency,
}

/// Why a text is no amount of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAmount {
    #[error(transparent)]
    Text(#[from] AmountError),
    #[error("below zero")]
    Negative,
}

/// The longest name or account, in bytes.
pub(crate) const MAX_NAME: usize = 128;
/// Together with the shares, and a tax and a cost each, less than a transaction has legs.
pub(crate) const MAX_FEES: usize = 32;
pub(crate) const MAX_SHARES: usize = 256;

/// A fault, and where it stands in the text.
#[derive(Debug)]
pub(crate) struct Misplaced {
    pub(crate) at: Range<usize>,
    pub(crate) fault: RuleFault,
}

impl Misplaced {
    pub(crate) fn within(self, text: &str) -> RuleFileError {
        let (line, column) = place(text, self.at.start);
        RuleFileError { line, column, fault: self.fault }
    }
}

impl RuleFileError {
    pub(crate) fn of_toml(text: &str, error: &toml::de::Error) -> RuleFileError {
        let at = error.span().unwrap_or_default();
        // It may quote the file, and whatever a terminal would obey in it.
        let message = error.message().replace(char::is_control, " ");
        Misplaced { at, fault: RuleFault::Toml(message) }.within(text)
    }
}

/// Line and column of a byte.
pub(crate) fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

impl fmt::Display for RuleFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.fault)
    }
}

impl std::error::Error for RuleFileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.fault)
    }
}
