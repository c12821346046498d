//! Why there are no vouchers, or no file of them: all of a day, or nothing.

use std::fmt;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum RefusalCode {
    /// Debits are not credits, in a currency or in the local one.
    Unbalanced,
    /// Nothing says what a subject is in the accounting system.
    UnknownSubject,
    /// Nothing says which of their subjects a memo account stands for (渠道应收, 备付金).
    UnknownMemo,
    /// Nothing says what an entity is called there.
    UnknownEntity,
    /// Nothing says what a currency is called there.
    UnknownCurrency,
    /// Nothing says what a term of a line is called there.
    UnknownAux,
    /// Off-balance entries came, and the settings have no word for them and do not leave them out.
    NoOffBalanceWord,
    /// What is left out is not off-balance.
    LeftOutOfBalance,
    /// The date is in a period that is closed there.
    ClosedPeriod,
    /// A currency has no rate.
    NoRate,
    /// A turnover of many transactions came, where vouchers are made by transaction.
    NoTransaction,
    /// More lines than the accounting system takes, and no clearing subject to split them by.
    TooManyLines,
    /// More source documents than fit (附单据数).
    TooManyAttachments,
    /// A text is wider than its field.
    TextTooWide,
    /// A character is not in GBK, and the file is.
    NotInGbk,
    /// A text has control characters.
    BadText,
    /// An amount is wider than its field.
    AmountTooWide,
    /// An amount has more decimal places than its field.
    AmountTooFine,
    /// A sum or a local amount does not fit 64 bits of minor units.
    Overflow,
    /// One voucher has red lines and others, and the target can mark only whole vouchers as red.
    MixedRed,
    /// One voucher has several currencies, and the format has one a voucher.
    MixedCurrencies,
    /// The format has no off-balance vouchers.
    NoOffBalance,
}

impl RefusalCode {
    /// Its name: `unknown_subject`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Why a day, or a file, is refused as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    pub code: RefusalCode,
    /// What it is about: a transaction, a type, a voucher's source key.
    pub about: Box<str>,
    /// In words.
    pub reason: Box<str>,
}

impl Refusal {
    pub(crate) fn new(code: RefusalCode, about: &str, reason: impl Into<Box<str>>) -> Refusal {
        Refusal { code, about: about.into(), reason: reason.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}: {}", self.code.name(), self.about, self.reason)
    }
}
