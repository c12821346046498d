//! Where a repayment went.

use longmen_ledger::Date;

use crate::movement::MovementKind;
use crate::part::Part;

/// What became of a repayment or refund, or of a piece of it. All pieces of one transaction together are its amount; of one that was
/// reversed, nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// The transaction that the money came with.
    pub id: Box<str>,
    /// [`MovementKind::Repayment`] or [`MovementKind::Refund`]; [`MovementKind::Reversal`], where that takes a debit back.
    pub kind: MovementKind,
    pub value: Date,
    pub target: Target,
    /// In minor units; negative what is taken from there.
    pub amount: i64,
}

/// What money was counted against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A part of the bill of that statement date.
    Bill(Date, Part),
    /// A part of what is not stated yet.
    OpenCycle(Part),
    /// 溢缴款: it waits for the next bill.
    Credit,
}
