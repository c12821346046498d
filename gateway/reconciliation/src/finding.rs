//! What a comparison finds.

use crate::transaction::Transaction;

/// How two sides differ.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::EnumString,
    strum::FromRepr,
    strum::IntoStaticStr,
)]
#[strum(serialize_all = "snake_case")]
#[repr(u8)]
pub enum Class {
    /// 平: both have it, and the same.
    Matched,
    /// Both have it, the same but for the fee.
    FeeDiffers,
    /// 金额不符: both have it, of another amount.
    AmountDiffers,
    /// 状态不符: one has it done, the other not.
    StateDiffers,
    /// 长款: the channel has it, the books do not.
    Long,
    /// 短款: the books have it, the channel does not.
    Short,
    /// The file has it more than once; one of them was compared.
    DuplicateInFile,
    /// The books have it more than once; one of them was compared.
    DuplicateInBook,
    /// 在途: the books have tried it, and the channel does not know it. Nothing has moved on either side.
    Pending,
}

impl Class {
    /// Its name: `amount_differs`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What becomes of a finding.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::EnumString,
    strum::FromRepr,
    strum::IntoStaticStr,
)]
#[strum(serialize_all = "snake_case")]
#[repr(u8)]
pub enum Fate {
    /// Nothing is left to do.
    Closed,
    /// A fee that differs by no more than is let through: it is booked as the channel has it.
    Adjusted,
    /// 存疑: it waits for the next file.
    Hung,
    /// 挂账: it was not found in time, and goes to a suspense account.
    Suspense,
    /// Somebody has to decide about it.
    Open,
}

impl Fate {
    /// Its name: `hung`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A transaction of either side or of both, and how they compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub class: Class,
    pub fate: Fate,
    pub book: Option<Transaction>,
    pub file: Option<Transaction>,
    /// File days that it was hung over.
    pub days: u32,
    /// What the books of this date lack to be as the file of this date, in minor units.
    pub explains: i128,
}

impl Finding {
    /// The number by which both sides know it.
    #[must_use]
    pub fn merchant_number(&self) -> &str {
        let either = self.book.as_ref().or(self.file.as_ref());
        either.map_or("", |transaction| &transaction.merchant_number)
    }

    /// Whether it is a difference, or was one the day before.
    #[must_use]
    pub fn is_told(&self) -> bool {
        is_told(self.class, self.days)
    }

    /// By how much the file's amount is above the books', in minor units, where both have it.
    #[must_use]
    pub fn amount_difference(&self) -> Option<i128> {
        let (book, file) = (self.book.as_ref()?, self.file.as_ref()?);
        Some(i128::from(file.gross.0) - i128::from(book.gross.0))
    }

    /// By how much the file's fee is above the books', in minor units, where both have it.
    #[must_use]
    pub fn fee_difference(&self) -> Option<i128> {
        let (book, file) = (self.book.as_ref()?, self.file.as_ref()?);
        Some(i128::from(file.fee.0) - i128::from(book.fee.0))
    }
}

/// Whether somebody is told of a finding: it is a difference, or was one for so many days.
pub(crate) fn is_told(class: Class, days: u32) -> bool {
    class != Class::Matched || days > 0
}
