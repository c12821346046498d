//! What becomes one voucher.

use serde::{Deserialize, Serialize};

/// What becomes one voucher.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Mode {
    /// 逐笔: one transaction.
    Transaction,
    /// 逐笔合并: as many whole transactions as fit.
    Packed,
    /// 汇总: the sums of the day by type, subject, side and currency.
    Day,
    /// 汇总 with 辅助核算: by the further terms of the lines as well.
    DayWithAux,
}

impl Mode {
    /// Its name: `day_with_aux`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub(crate) fn letter(self) -> char {
        match self {
            Mode::Transaction => 'T',
            Mode::Packed => 'P',
            Mode::Day => 'D',
            Mode::DayWithAux => 'A',
        }
    }

    pub(super) fn is_summary(self) -> bool {
        matches!(self, Mode::Day | Mode::DayWithAux)
    }
}
