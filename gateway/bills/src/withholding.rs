//! What is taken from a payer's balance against a bill (代扣), by agreement and without a password.

use longmen_ledger::{Amount, Date};

use crate::bill::Bill;
use crate::posting::{Posting, PostingKind};
use crate::refusal::Refusal;

/// What a payer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payer {
    /// 可用余额, in minor units, as the ledger answers it: what is frozen, reserved and kept back for withholding is not in it. May be
    /// negative.
    pub available: i128,
    /// 代扣备用金, in minor units: what is kept back for withholding.
    pub reserve: Amount,
    /// What it is kept back for.
    pub reserve_for: ReserveFor,
}

/// What a withholding reserve is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReserveFor {
    /// The bill that is withheld for: it is released first.
    ThisBill,
    /// Something else, and not to be touched.
    Another,
}

/// What a withholding takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withholding {
    /// In minor units; zero where there is nothing to take, or to take it from.
    pub taken: i64,
    /// What the bill is open by after it, in minor units.
    pub rest: i64,
    /// The first date on which the rest is overdue; `None` where there is none.
    pub overdue_from: Option<Date>,
    /// What is to be posted, in order.
    pub postings: Vec<Posting>,
}

impl Bill {
    /// Takes what the payer has against what is open of this bill, in part where it has less. `account` is the credit account's text,
    /// and `date` the accounting date of the withholding: the same bill on the same date gives the same keys, so it is taken once a day.
    ///
    /// A bill that is not stated has nothing to take.
    ///
    /// # Errors
    /// [`Refusal::Overflow`].
    pub fn withhold(&self, account: &str, date: Date, payer: &Payer) -> Result<Withholding, Refusal> {
        let Some(stated) = &self.stated else {
            return Ok(Withholding { taken: 0, rest: 0, overdue_from: None, postings: Vec::new() });
        };
        let open = self.open()?;
        let is_for_this = payer.reserve_for == ReserveFor::ThisBill && open > 0;
        let released = if is_for_this { payer.reserve.0.max(0) } else { 0 };
        let there = payer.available.checked_add(released.into()).ok_or(Refusal::Overflow)?;
        let taken = there.clamp(0, open.into());
        let taken = i64::try_from(taken).expect("no more than is open");
        let steps = [(PostingKind::ReleaseReserve, released), (PostingKind::Withhold, taken)];
        let postings = steps.into_iter().filter(|(_, amount)| *amount > 0);
        let postings = postings.map(|(kind, amount)| Posting::new(kind, account, stated.date, amount, date));
        let rest = open - taken;
        let overdue_from = stated.due.following().filter(|_| rest > 0);
        Ok(Withholding { taken, rest, overdue_from, postings: postings.collect() })
    }
}
