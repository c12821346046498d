//! What is found of money.

use super::bank_line::BankLine;
use super::settlement::Settlement;

/// How what a channel settled and what the bank has stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Class {
    /// 平: the bank has it, in one line or several, or several days in one.
    Matched,
    /// A day whose net is zero: no line is expected.
    NothingDue,
    /// 在途: its date has not come yet.
    NotDue,
    /// The bank's line names it, and has another amount.
    AmountDiffers,
    /// 未到账: its date has come, and the bank has nothing.
    NotArrived,
    /// The bank has a line that no channel's settlement explains.
    UnknownLine,
    /// More than one answer is possible: a person says which.
    Ambiguous,
}

impl Class {
    /// Its name: `not_arrived`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether nothing is left for anybody to do.
    #[must_use]
    pub fn is_closed(self) -> bool {
        matches!(self, Class::Matched | Class::NothingDue | Class::NotDue)
    }
}

/// Settlements and lines of the bank that belong to each other, or one of them alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub class: Class,
    /// By date. Each settlement stands in one finding.
    pub settlements: Vec<Settlement>,
    /// By date. Each line stands in one finding.
    pub lines: Vec<BankLine>,
    /// By how many working days it is late: when it came, or until the statement ends.
    pub late: u32,
    /// Whether all sums were looked at that could have explained it: false where there were too many.
    pub is_searched: bool,
    /// What the settlements lack to be as the lines, in minor units.
    pub explains: i128,
}
