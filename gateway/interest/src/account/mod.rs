//! Interest of one account, day by day.

mod back_value;
mod settling;
pub(crate) mod strand;

use longmen_ledger::{Amount, Date};
use serde::{Deserialize, Serialize};

use crate::exact::Exact;
use crate::part::Part;
use crate::period::Period;
use crate::refusal::Refusal;
use crate::segments::Segments;
use crate::settlement_rule::SettlementRule;
use crate::terms::Terms;
use strand::Strand;

/// What is kept of an account's interest between days. Each closed day is folded in once; a stretch without movements costs as
/// much as one day. It can be written down and read back, and is small: products and sums, no balances of former days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountInterest {
    #[serde(with = "crate::date_serde")]
    start: Date,
    /// The open period; of an account that has ended, its last.
    period: Period,
    /// The first day that is not folded.
    #[serde(with = "crate::date_serde")]
    next: Date,
    has_ended: bool,
    /// At the end of the day before `next`, by value date, in minor units.
    #[serde(with = "crate::wide_serde")]
    balance: i128,
    /// What counts from `next` or later, by day.
    ahead: Vec<Ahead>,
    balance_part: Strand,
    overdraft_part: Strand,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Ahead {
    #[serde(with = "crate::date_serde")]
    from: Date,
    #[serde(with = "crate::wide_serde")]
    amount: i128,
}

impl AccountInterest {
    /// An account whose interest begins on `start`. `opening` is what it had before, in minor units, positive in the product's
    /// direction; `matures` its maturity (到期日), of a product that settles then.
    ///
    /// # Errors
    /// [`Refusal::Maturity`].
    pub fn open(
        terms: &Terms<'_>,
        start: Date,
        opening: i128,
        matures: Option<Date>,
    ) -> Result<AccountInterest, Refusal> {
        let to = match (terms.product().settles(), matures) {
            (SettlementRule::AtMaturity, Some(day)) if day > start => day.previous(),
            (SettlementRule::AtMaturity, _) | (_, Some(_)) => return Err(Refusal::Maturity),
            (rule, None) => rule.on_or_after(start),
        };
        Ok(AccountInterest {
            start,
            period: Period { from: start, to: to.unwrap_or(Date::LAST) },
            next: start,
            has_ended: false,
            balance: opening,
            ahead: Vec::new(),
            balance_part: Strand::default(),
            overdraft_part: Strand::default(),
        })
    }

    /// A movement that counts from a day that is not folded yet.
    ///
    /// # Errors
    /// [`Refusal::BackValued`], where the day is folded: [`AccountInterest::back_value`] takes it. [`Refusal::Ended`],
    /// [`Refusal::Overflow`].
    pub fn enter(&mut self, from: Date, amount: Amount) -> Result<(), Refusal> {
        self.check_goes_on()?;
        if from < self.next {
            return Err(Refusal::BackValued(from));
        }
        let amount = i128::from(amount.0);
        match self.ahead.binary_search_by_key(&from, |ahead| ahead.from) {
            Ok(at) => {
                let sum = &mut self.ahead[at].amount;
                *sum = sum.checked_add(amount).ok_or(Refusal::Overflow)?;
            }
            Err(at) => self.ahead.insert(at, Ahead { from, amount }),
        }
        Ok(())
    }

    /// The first day that is not folded yet.
    #[must_use]
    pub fn next_day(&self) -> Date {
        self.next
    }

    /// The open period, with days that are yet to come; of an account that has ended, its last.
    #[must_use]
    pub fn period(&self) -> Period {
        self.period
    }

    /// Whether it was closed or has matured, and earns nothing more.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// By value date at the end of the last folded day, in minor units, positive in the product's direction.
    #[must_use]
    pub fn balance(&self) -> i128 {
        self.balance
    }

    /// Products (积数) since the last settlement.
    #[must_use]
    pub fn segments(&self, part: Part) -> &Segments {
        &self.strand(part).segments
    }

    /// Interest since the last settlement, with what was carried into it, before it is rounded.
    ///
    /// # Errors
    /// [`Refusal::Overflow`]; [`Refusal::HistoryDiffers`], where the product no longer has the rates.
    pub fn earned(&self, terms: &Terms<'_>, part: Part) -> Result<Exact, Refusal> {
        match terms.reckoning(part) {
            Some(reckoning) => self.strand(part).earned(&reckoning),
            None => Ok(Exact::ZERO),
        }
    }

    /// What rounded to nothing at the last settlement and was carried over.
    #[must_use]
    pub fn carried(&self, part: Part) -> Exact {
        self.strand(part).carried
    }

    /// Accrued since the last settlement, in minor units.
    #[must_use]
    pub fn accrued(&self, part: Part) -> i128 {
        self.strand(part).accrued
    }

    /// Paid at all settlements, in minor units, without adjustments.
    #[must_use]
    pub fn paid(&self, part: Part) -> i128 {
        self.strand(part).paid
    }

    fn strand(&self, part: Part) -> &Strand {
        match part {
            Part::Balance => &self.balance_part,
            Part::Overdraft => &self.overdraft_part,
        }
    }

    fn strand_mut(&mut self, part: Part) -> &mut Strand {
        match part {
            Part::Balance => &mut self.balance_part,
            Part::Overdraft => &mut self.overdraft_part,
        }
    }

    fn check_goes_on(&self) -> Result<(), Refusal> {
        if self.has_ended { Err(Refusal::Ended(self.period.to)) } else { Ok(()) }
    }
}
