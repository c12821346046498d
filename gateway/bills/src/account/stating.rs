//! The end of a day: late interest, and the statement.

use longmen_ledger::Date;

use super::AccountBills;
use crate::allocation::Allocation;
use crate::bill::{Bill, Stated};
use crate::late_terms::LateSpan;
use crate::plan::Plan;
use crate::posting::{Posting, PostingKind};
use crate::refusal::Refusal;

impl AccountBills {
    /// Accrues late interest: what it has become by now, less what was accrued before.
    pub(super) fn accrue(
        &mut self,
        account: &str,
        date: Date,
        postings: &mut Vec<Posting>,
    ) -> Result<(), Refusal> {
        for bill in &mut self.stated {
            let interest = bill.late_interest(date)?;
            let stated = bill.stated.as_mut().expect("a stated bill has a statement");
            let more = interest - stated.accrued;
            stated.accrued = interest;
            let kind = if more > 0 { PostingKind::Accrue } else { PostingKind::ReturnAccrual };
            if more != 0 {
                postings.push(Posting::new(kind, account, stated.date, more.abs(), date));
            }
        }
        Ok(())
    }

    /// States the bill whose cycle runs, and begins the next. Credit goes against it first.
    pub(super) fn state(
        &mut self,
        plan: &Plan,
        date: Date,
        allocations: &mut Vec<Allocation>,
    ) -> Result<Stated, Refusal> {
        let due = plan.cycle.due_date(date)?;
        let grace = plan.cycle.grace_date(due)?;
        let late = plan.late_terms(self.currency);
        let (owed, charged, accrued) = (self.owed()?, 0, 0);
        let mut stated = Stated { date, due, grace, total: 0, minimum: 0, owed, late, accrued, charged };
        let mut bill = std::mem::replace(&mut self.running, Bill::starting(self.next));
        bill.stated = Some(stated);
        self.stated.push(bill);
        self.use_credits(plan, date, allocations)?;
        let bill = self.stated.last_mut().expect("it was pushed");
        stated.total = bill.open()?;
        stated.minimum = plan.minimum_due(stated.total, self.currency)?;
        bill.stated = Some(stated);
        Ok(stated)
    }

    /// Brings to the account what was accrued since the last statement.
    pub(super) fn charge(&mut self, account: &str, date: Date, postings: &mut Vec<Posting>) {
        for stated in self.stated.iter_mut().filter_map(|bill| bill.stated.as_mut()) {
            let more = stated.accrued - stated.charged;
            stated.charged = stated.accrued;
            let kind = if more > 0 { PostingKind::Charge } else { PostingKind::ReturnCharge };
            if more != 0 {
                postings.push(Posting::new(kind, account, stated.date, more.abs(), date));
            }
        }
    }
}

impl Bill {
    /// Late interest of all days to `through`, in minor units.
    ///
    /// # Errors
    /// [`Refusal::Overflow`].
    pub fn late_interest(&self, through: Date) -> Result<i64, Refusal> {
        let Some(stated) = &self.stated else { return Ok(0) };
        let spans = self.late_spans(through)?;
        let mut products = spans.iter().map(LateSpan::product);
        let product = products.try_fold(0_i128, i128::checked_add);
        stated.late.interest(product.ok_or(Refusal::Overflow)?)
    }
}
