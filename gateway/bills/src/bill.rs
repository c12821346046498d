//! One bill: what was charged in a cycle, what was settled of it, and by when it was to be.

use longmen_ledger::Date;
use serde::{Deserialize, Serialize};

use crate::charges::{Charges, sum};
use crate::late_terms::{LateBase, LateSpan, LateTerms, late_spans};
use crate::movement::MovementKind;
use crate::part::Part;
use crate::refusal::Refusal;
use crate::stored;

/// A bill (账单).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bill {
    /// The first date of its cycle.
    #[serde(with = "stored::date")]
    pub(crate) from: Date,
    pub(crate) charges: Charges,
    /// What was settled of it, as it came.
    pub(crate) settlements: Vec<Settlement>,
    /// Until then it is open, and takes what is charged.
    pub(crate) stated: Option<Stated>,
}

/// What stands on the statement (账单日).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stated {
    /// The statement date: the last date of its cycle, by which the bill is named.
    #[serde(with = "stored::date")]
    pub date: Date,
    /// 最后还款日
    #[serde(with = "stored::date")]
    pub due: Date,
    /// The last date on which a payment counts as made on the due date (容时).
    #[serde(with = "stored::date")]
    pub grace: Date,
    /// What is due of this bill, in minor units: charges less what was settled of them by then.
    pub total: i64,
    /// 最低还款额, in minor units.
    pub minimum: i64,
    /// What the account owes in all, earlier bills with it; negative where it has credit. The balance of the account at that date,
    /// debit-positive, in minor units.
    pub owed: i64,
    /// Late interest goes by these.
    pub late: LateTerms,
    /// Late interest accrued so far, in minor units.
    pub accrued: i64,
    /// Of that, what was charged to the account.
    pub charged: i64,
}

/// What one movement settled of a part of a bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    /// The transaction: a repayment or refund, or the original of what was taken back.
    pub id: Box<str>,
    pub kind: MovementKind,
    /// The accounting date on which it came to this bill.
    #[serde(with = "stored::date")]
    pub date: Date,
    /// From when on it counts for late interest.
    #[serde(with = "stored::date")]
    pub value: Date,
    pub part: Part,
    /// In minor units; negative what was taken back.
    pub amount: i64,
}

/// Where a bill stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum BillState {
    /// 未出账: its cycle runs.
    Open,
    /// 已出账: stated, and nothing settled since.
    Billed,
    /// 部分还款
    PartlyPaid,
    /// 已还清: nothing is open, whatever was before.
    Paid,
    /// 逾期: something is open, and the due date and the days of grace are over.
    Overdue,
}

impl Bill {
    pub(crate) fn starting(from: Date) -> Bill {
        Bill { from, charges: Charges::default(), settlements: Vec::new(), stated: None }
    }

    /// The first date of its cycle.
    #[must_use]
    pub fn from(&self) -> Date {
        self.from
    }

    /// What was charged in its cycle.
    #[must_use]
    pub fn charges(&self) -> Charges {
        self.charges
    }

    /// What was settled of it, in the order in which it came.
    #[must_use]
    pub fn settlements(&self) -> &[Settlement] {
        &self.settlements
    }

    /// What stands on its statement; `None` while its cycle runs.
    #[must_use]
    pub fn stated(&self) -> Option<&Stated> {
        self.stated.as_ref()
    }

    /// What is still to be paid of a part, in minor units; never negative.
    ///
    /// # Errors
    /// [`Refusal::Overflow`].
    pub fn open_of(&self, part: Part) -> Result<i64, Refusal> {
        let settled = sum(self.settled(|of| of == part).map(|(_, amount)| amount))?;
        self.charges.of(part).checked_sub(settled).ok_or(Refusal::Overflow)
    }

    /// What is still to be paid, in minor units; never negative.
    ///
    /// # Errors
    /// [`Refusal::Overflow`].
    pub fn open(&self) -> Result<i64, Refusal> {
        let settled = sum(self.settled(|_| true).map(|(_, amount)| amount))?;
        self.charges.total()?.checked_sub(settled).ok_or(Refusal::Overflow)
    }

    /// Where it stands at the end of a date.
    ///
    /// # Errors
    /// [`Refusal::Overflow`].
    pub fn state(&self, at: Date) -> Result<BillState, Refusal> {
        let Some(stated) = &self.stated else { return Ok(BillState::Open) };
        let open = self.open()?;
        Ok(match open {
            0 => BillState::Paid,
            _ if at > stated.grace => BillState::Overdue,
            _ if open < stated.total => BillState::PartlyPaid,
            _ => BillState::Billed,
        })
    }

    /// What is missing to the minimum due, in minor units: zero where that is paid.
    ///
    /// # Errors
    /// [`Refusal::Overflow`].
    pub fn minimum_open(&self) -> Result<i64, Refusal> {
        let Some(stated) = &self.stated else { return Ok(0) };
        let settled = stated.total.checked_sub(self.open()?).ok_or(Refusal::Overflow)?;
        Ok(stated.minimum.saturating_sub(settled).clamp(0, stated.minimum))
    }

    /// The days from the due date on to `through` on which something was overdue, by value date. What is paid in full within the days
    /// of grace was never late; what is not is late from the day after the due date.
    ///
    /// # Errors
    /// [`Refusal::Overflow`].
    pub fn late_spans(&self, through: Date) -> Result<Vec<LateSpan>, Refusal> {
        let Some(stated) = self.stated.filter(|stated| through > stated.grace) else { return Ok(Vec::new()) };
        let counts = |part| stated.late.on == LateBase::Bill || part == Part::Principal;
        let base = match stated.late.on {
            LateBase::Principal => self.charges.principal,
            LateBase::Bill => self.charges.total()?,
        };
        let in_time = self.settled(|_| true).filter(|(value, _)| *value <= stated.grace);
        let is_in_time = sum(in_time.map(|(_, amount)| amount))? >= self.charges.total()?;
        let after = if is_in_time { stated.grace } else { stated.due };
        let first = after.following().ok_or(Refusal::NoDayAfter(after))?;
        late_spans(base, self.settled(counts), first, through)
    }

    /// What was settled of the parts that `counts` names, each with its value date.
    fn settled(&self, counts: impl Fn(Part) -> bool) -> impl Iterator<Item = (Date, i64)> {
        let counted = self.settlements.iter().filter(move |settled| counts(settled.part));
        counted.map(|settled| (settled.value, settled.amount))
    }

    /// Whether an accounting date lies in its cycle.
    pub(crate) fn covers(&self, date: Date) -> bool {
        self.from <= date && self.stated.is_none_or(|stated| date <= stated.date)
    }
}
