//! What is kept of an account between days.

mod stating;
mod taking;

use longmen_ledger::{Amount, Currency, Date};
use serde::{Deserialize, Serialize};

use crate::allocation::Allocation;
use crate::bill::{Bill, BillState, Stated};
use crate::charges::sum;
use crate::movement::{Movement, MovementKind};
use crate::part::Part;
use crate::plan::Plan;
use crate::posting::Posting;
use crate::refusal::Refusal;
use crate::stored;

/// The bills of a credit account (信用户), folded from its movements one closed date at a time.
///
/// It keeps the bills that something is open of, the last ones that were paid, and the one whose cycle runs: a few hundred bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountBills {
    #[serde(with = "stored::currency")]
    currency: Currency,
    /// The first date that was not taken yet.
    #[serde(with = "stored::date")]
    next: Date,
    /// Stated bills, the oldest first.
    stated: Vec<Bill>,
    /// The bill whose cycle runs.
    running: Bill,
    /// What was paid too much, in the order in which it came.
    credits: Vec<Credit>,
}

/// What waits for the next bill (溢缴款).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Credit {
    id: Box<str>,
    kind: MovementKind,
    #[serde(with = "stored::date")]
    value: Date,
    /// In minor units; positive.
    amount: i64,
}

/// What a day brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// Where each repayment and refund went, in order.
    pub allocations: Vec<Allocation>,
    /// The bill that was stated at its end.
    pub statement: Option<Stated>,
    /// What is to be posted, on the date after.
    pub postings: Vec<Posting>,
    /// Bills that stand otherwise than at the end of the day before; one that was stated is there once, as it stands.
    pub changes: Vec<Change>,
    /// Bills that are kept no more, as they stood at its end.
    pub let_go: Vec<Bill>,
}

/// A bill that stands otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its statement date.
    pub bill: Date,
    pub from: BillState,
    pub to: BillState,
}

impl AccountBills {
    /// Bills from a first date on, of an account that already owes `opening`, negative where it has credit. What it owes is principal
    /// of the first bill.
    ///
    /// # Errors
    /// [`Refusal::Overflow`], where the credit is one that an amount cannot hold.
    pub fn open(currency: Currency, first: Date, opening: Amount) -> Result<AccountBills, Refusal> {
        let mut running = Bill::starting(first);
        running.charges.principal = opening.0.max(0);
        let amount = opening.0.checked_neg().ok_or(Refusal::Overflow)?;
        let credit = Credit { id: "opening".into(), kind: MovementKind::Repayment, value: first, amount };
        let credits = Some(credit).into_iter().filter(|credit| credit.amount > 0).collect();
        Ok(AccountBills { currency, next: first, stated: Vec::new(), running, credits })
    }

    /// Takes a closed date with its movements, in the order of the books. Returns the bills after it, and what the day brought; these
    /// bills stay as they are. `account` is the account's text, for what is posted.
    ///
    /// # Errors
    /// [`Refusal`], where the date is not the next one, a movement makes no sense, or a sum is too large.
    pub fn close(
        &self,
        plan: &Plan,
        account: &str,
        date: Date,
        movements: &[Movement],
    ) -> Result<(AccountBills, Day), Refusal> {
        if date != self.next {
            let closed = self.next.previous().unwrap_or(self.next);
            return Err(Refusal::NotTheNextDate { date, closed });
        }
        movements.iter().try_for_each(|movement| movement.check(date))?;
        let (mut after, mut day) = (self.clone(), Day::default());
        after.next = date.following().ok_or(Refusal::NoDayAfter(date))?;
        for movement in movements {
            after.take(plan, movement, &mut day.allocations)?;
        }
        after.accrue(account, date, &mut day.postings)?;
        if plan.cycle.is_statement_date(date) {
            day.statement = Some(after.state(plan, date, &mut day.allocations)?);
            after.charge(account, date, &mut day.postings);
        }
        day.changes = self.changes_to(&after, date)?;
        day.let_go = after.forget(date)?;
        Ok((after, day))
    }

    /// The currency of the account.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The date that is to be taken next.
    #[must_use]
    pub fn next_date(&self) -> Date {
        self.next
    }

    /// The bills that are kept, the oldest first: all of which something is open, the last ones that were paid, and the one whose
    /// cycle runs.
    pub fn bills(&self) -> impl Iterator<Item = &Bill> {
        self.stated.iter().chain([&self.running])
    }

    /// The bill whose cycle runs.
    #[must_use]
    pub fn running(&self) -> &Bill {
        &self.running
    }

    /// The kept bill of that statement date.
    #[must_use]
    pub fn bill(&self, statement: Date) -> Option<&Bill> {
        self.stated.iter().find(|bill| bill.stated.is_some_and(|stated| stated.date == statement))
    }

    /// What was paid too much, and waits for the next bill, in minor units.
    ///
    /// # Errors
    /// [`Refusal::Overflow`].
    pub fn credit(&self) -> Result<i64, Refusal> {
        sum(self.credits.iter().map(|credit| credit.amount))
    }

    /// What the account owes: all that is open, less the credit. Its balance, debit-positive, in minor units.
    ///
    /// # Errors
    /// [`Refusal::Overflow`].
    pub fn owed(&self) -> Result<i64, Refusal> {
        let open = self.bills().map(Bill::open).collect::<Result<Vec<i64>, Refusal>>()?;
        sum(open)?.checked_sub(self.credit()?).ok_or(Refusal::Overflow)
    }

    fn changes_to(&self, after: &AccountBills, date: Date) -> Result<Vec<Change>, Refusal> {
        let mut changes = Vec::new();
        for bill in &after.stated {
            let statement = bill.stated.expect("a stated bill has a statement").date;
            let before = self.bill(statement).zip(date.previous());
            let from = before.map_or(Ok(BillState::Open), |(bill, yesterday)| bill.state(yesterday))?;
            let to = bill.state(date)?;
            if from != to {
                changes.push(Change { bill: statement, from, to });
            }
        }
        Ok(changes)
    }

    /// Lets go of the oldest bills that are paid, but for the last ones.
    fn forget(&mut self, date: Date) -> Result<Vec<Bill>, Refusal> {
        let mut gone = Vec::new();
        while self.stated.len() > KEPT {
            let oldest = &self.stated[0];
            let is_charged = oldest.stated.is_some_and(|stated| stated.accrued == stated.charged);
            if oldest.state(date)? != BillState::Paid || !is_charged {
                break;
            }
            gone.push(self.stated.remove(0));
        }
        Ok(gone)
    }

    /// The places of stated bills and their parts of which something is open, as a repayment goes to them.
    fn open_places(&self, plan: &Plan) -> Result<Vec<(usize, Part, i64)>, Refusal> {
        let places = plan.repayment.places(self.stated.len()).into_iter();
        let open = places.map(|(bill, part)| Ok((bill, part, self.stated[bill].open_of(part)?)));
        open.filter(|found| !matches!(found, Ok((_, _, 0)))).collect()
    }
}

/// So many stated bills are kept though they are paid. What is reversed of an older one comes back as a debit of the running cycle.
const KEPT: usize = 3;
