//! Words of vouchers (凭证字).

use longmen_ledger::Side;

use crate::made::draft::Line;
use crate::pattern::Patterns;

/// How many words there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WordScheme {
    /// 记
    #[default]
    One,
    /// 收, 付, 转
    Three,
    /// 现收, 现付, 银收, 银付, 转
    Five,
}

/// Which money a subject is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Money {
    /// 库存现金
    Cash,
    /// 银行存款
    Bank,
}

/// Gives vouchers their words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    pub(crate) scheme: WordScheme,
    /// Our subjects of cash and of bank accounts.
    pub(crate) money: Patterns<Money>,
}

impl Words {
    /// The word of lines that belong together. What pays counts before what receives, so that a transfer between two banks, or from cash to a bank, is
    /// a payment; by the side that a line stands on, so that a red receipt (红字) is a receipt still. Of several the first counts.
    #[must_use]
    pub fn of(&self, lines: &[Line]) -> &'static str {
        if self.scheme == WordScheme::One {
            return "记";
        }
        let on = |side: Side| {
            lines.iter().filter(|line| line.side == side).find_map(|line| self.money.of(&line.subject))
        };
        match (self.scheme, on(Side::Credit), on(Side::Debit)) {
            (_, None, None) => "转",
            (WordScheme::Five, Some(Money::Cash), _) => "现付",
            (WordScheme::Five, Some(Money::Bank), _) => "银付",
            (WordScheme::Five, None, Some(Money::Cash)) => "现收",
            (WordScheme::Five, None, Some(Money::Bank)) => "银收",
            (_, Some(_), _) => "付",
            (_, None, Some(_)) => "收",
        }
    }
}
