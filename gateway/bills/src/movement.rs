//! What moves a credit account.

use longmen_ledger::{Amount, Date};
use serde::{Deserialize, Serialize};

use crate::part::Part;
use crate::refusal::Refusal;

/// What a transaction is to a bill.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MovementKind {
    /// 信用消费: a debit, principal of the bill.
    Spend,
    /// A debit, a fee of the bill.
    Fee,
    /// A debit, interest of the bill.
    Interest,
    /// 信用还款, 代扣: a credit.
    Repayment,
    /// 退款: a credit that gives back what was spent or charged, in whole or in part.
    Refund,
    /// 冲正: takes back one movement.
    Reversal,
}

/// A movement of a credit account on one accounting date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The id of the transaction.
    pub id: Box<str>,
    /// 会计日
    pub date: Date,
    /// 起息日: from when on it counts for late interest.
    pub value: Date,
    /// In minor units; positive, whichever way it goes.
    pub amount: Amount,
    pub effect: Effect,
}

/// What a movement does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A debit on this part.
    Charge(Part),
    Repayment,
    Refund(Original),
    Reversal(Original),
}

/// What a refund or a reversal goes back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// The id of its transaction.
    pub id: Box<str>,
    /// Its accounting date.
    pub date: Date,
    pub kind: MovementKind,
}

impl MovementKind {
    /// Its name: `spend`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The part that it is a debit on; `None` for what is none.
    #[must_use]
    pub fn part(self) -> Option<Part> {
        match self {
            MovementKind::Spend => Some(Part::Principal),
            MovementKind::Fee => Some(Part::Fee),
            MovementKind::Interest => Some(Part::Interest),
            MovementKind::Repayment | MovementKind::Refund | MovementKind::Reversal => None,
        }
    }

    /// What a movement of this kind does, where it needs an original with that; `None` where the original is missing.
    #[must_use]
    pub fn effect(self, original: Option<Original>) -> Option<Effect> {
        match self {
            MovementKind::Refund => original.map(Effect::Refund),
            MovementKind::Reversal => original.map(Effect::Reversal),
            MovementKind::Repayment => Some(Effect::Repayment),
            MovementKind::Spend => Some(Effect::Charge(Part::Principal)),
            MovementKind::Fee => Some(Effect::Charge(Part::Fee)),
            MovementKind::Interest => Some(Effect::Charge(Part::Interest)),
        }
    }
}

impl Movement {
    /// Whether it can be taken on a date.
    pub(crate) fn check(&self, date: Date) -> Result<(), Refusal> {
        if self.date != date {
            return Err(Refusal::OtherDate { id: self.id.clone(), found: self.date, date });
        }
        if self.amount <= Amount(0) {
            return Err(Refusal::NotPositive { id: self.id.clone() });
        }
        match &self.effect {
            Effect::Refund(original) if original.kind.part().is_none() => Err(Refusal::NotRefundable {
                id: self.id.clone(),
                original: original.id.clone(),
                kind: original.kind.name(),
            }),
            Effect::Reversal(original) if original.kind == MovementKind::Reversal => {
                Err(Refusal::NotReversible { id: self.id.clone(), original: original.id.clone() })
            }
            _ => Ok(()),
        }
    }
}
