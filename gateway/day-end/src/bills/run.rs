//! A run: closed dates are taken, and bills and what is to be posted are kept.

use std::collections::BTreeMap;

use longmen_bills::{AccountBills, Bill, Day, Movement, Refusal, Settings};
use longmen_client::{Client, TransactionRecord};
use longmen_ledger::{Amount, Date};
use longmen_reconciliation_store::{BillRow, BillsRun, Store};

use crate::accounting_date::accounting_date;
use crate::bills::balance::balance_at;
use crate::bills::closed_dates::DatesOfJournal;
use crate::bills::error::BillsError;
use crate::bills::held::Held;
use crate::bills::kept::read_account;
use crate::bills::movement::{Moved, moved, movement, taken};
use crate::journal::date as date_of;
use crate::named_accounts::NamedAccounts;

/// Accounts that are folded at a time.
const PAGE: u32 = 1_000;

/// What a run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BillsRan {
    /// The last date that was taken, by this run or before; `None` where the entity has closed none.
    pub taken: Option<Date>,
    /// Movements that were taken in.
    pub movements: u64,
    /// Accounts whose bills were brought forward.
    pub accounts: u64,
    /// Bills that were stated.
    pub stated: u64,
    /// What is to be posted.
    pub dues: u64,
}

struct Run<'a, 's, F> {
    write: BillsRun<'a>,
    settings: &'s Settings,
    /// Whether dates were taken before.
    is_behind: bool,
    told: BillsRan,
    /// What postings need beside the account itself.
    named: NamedAccounts,
    /// Gets how many movements and accounts were gone through.
    watched: F,
}

/// Takes an entity's closed dates up to one, or up to the last that is closed, into the bills of its accounts, and keeps bills and what is
/// to be posted. All of it is kept, or nothing. `watched` gets how many movements and accounts were gone through.
///
/// # Errors
/// [`BillsError`].
pub async fn run_bills(
    client: &mut Client,
    store: &mut Store,
    settings: &Settings,
    entity: &str,
    date: Option<Date>,
    watched: impl FnMut(u64),
) -> Result<BillsRan, BillsError> {
    let (current, _) = accounting_date(client, entity).await?;
    let Some(closed) = current.previous() else { return Ok(BillsRan::default()) };
    let to = date.unwrap_or(closed);
    if to > closed {
        return Err(BillsError::NotClosed { entity: entity.to_owned(), date: to, current });
    }
    let write = store.begin_bills(entity)?;
    let before = write.taken()?;
    let told = BillsRan { taken: before.max(Some(to)), ..BillsRan::default() };
    let mut run =
        Run { write, settings, is_behind: before.is_some(), told, named: NamedAccounts::default(), watched };
    let from = before.map_or(Date::FIRST, Date::next);
    run.read(client, DatesOfJournal::of(entity, (from, to))).await?;
    run.fold(to)?;
    if before < Some(to) {
        run.write.set_taken(to)?;
    }
    run.named.check(client).await?;
    run.write.commit()?;
    Ok(run.told)
}

impl<F: FnMut(u64)> Run<'_, '_, F> {
    async fn read(&mut self, client: &mut Client, mut dates: DatesOfJournal<'_>) -> Result<(), BillsError> {
        while let Some(records) = dates.page(client).await? {
            for record in records {
                for one in moved(self.settings, &record)? {
                    self.take(client, &record, &one).await?;
                }
            }
        }
        Ok(())
    }

    async fn take(
        &mut self,
        client: &mut Client,
        record: &TransactionRecord,
        one: &Moved,
    ) -> Result<(), BillsError> {
        let date = date_of("an accounting date", &record.accounting_date)?;
        let kept = self.write.account(&one.account)?;
        let begins = match &kept {
            Some(kept) => kept.next_date,
            None => self.begins(one).max(date),
        };
        if date < begins || kept.is_none() {
            let before = match &kept {
                Some(kept) => read_account(kept)?.owed().map_err(|refusal| refused(one, refusal))?,
                None => self.owed_before(client, one, date).await?,
            };
            // What is owed before bills begin is owed when they do.
            let opening = before.checked_add(if date < begins { one.amount } else { 0 });
            let opening = Amount(opening.ok_or_else(|| refused(one, Refusal::Overflow))?);
            let held = Held::open(self.settings, (&one.account, &one.subject), begins, opening)?;
            self.write.keep(&held.kept()?)?;
        }
        if date >= begins {
            let row = movement(client, &self.write, self.settings, record, one).await?;
            self.write.add_movement(&row)?;
            self.told.movements += 1;
            self.watch();
        }
        Ok(())
    }

    fn watch(&mut self) {
        (self.watched)(self.told.movements + self.told.accounts);
    }

    /// The first date of the first cycle of an account that is met for the first time.
    fn begins(&self, one: &Moved) -> Date {
        let found = self.settings.assigned(&one.account, &one.subject);
        found.expect("what has no bills does not move them").1.begins
    }

    /// What an account owed before it is met for the first time: nothing, unless it got its bills behind dates that were taken.
    async fn owed_before(&self, client: &mut Client, one: &Moved, date: Date) -> Result<i64, BillsError> {
        let Some(yesterday) = date.previous().filter(|_| self.is_behind) else { return Ok(0) };
        let owed = balance_at(client, &one.account, yesterday).await?;
        i64::try_from(owed).map_err(|_| refused(one, Refusal::Overflow))
    }

    fn fold(&mut self, to: Date) -> Result<(), BillsError> {
        let mut after = String::new();
        loop {
            let page = self.write.behind(to, &after, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after.clone_from(&last.account);
            for kept in &page {
                let mut held = Held::read(self.settings, kept)?;
                self.advance(&mut held, to)?;
                self.write.keep(&held.kept()?)?;
                self.told.accounts += 1;
                self.watch();
            }
        }
    }

    /// Brings an account's bills to the end of a date.
    fn advance(&mut self, held: &mut Held<'_>, to: Date) -> Result<(), BillsError> {
        let mut movements: BTreeMap<Date, Vec<Movement>> = BTreeMap::new();
        for row in self.write.movements(&held.name, held.bills.next_date())? {
            movements.entry(row.date).or_default().push(taken(&row)?);
        }
        let mut rows = BTreeMap::new();
        while held.bills.next_date() <= to {
            let date = held.bills.next_date();
            let today = movements.remove(&date).unwrap_or_default();
            let closed = held.bills.close(held.plan, &held.name, date, &today);
            let (after, day) = closed.map_err(|refusal| held.refused(refusal))?;
            let before = std::mem::replace(&mut held.bills, after);
            changed(held, &before, &day, date, &mut rows)?;
            self.told.stated +=
                u64::from(day.statement.is_some_and(|stated| rows.contains_key(&stated.date)));
            for posting in day.postings {
                self.told.dues += 1;
                let due = held.due(posting);
                let others = [&due.debit, &due.credit].into_iter().filter(|name| **name != due.account);
                others.for_each(|name| self.named.add(name, &format!("bill-{}", due.kind)));
                self.write.add_due(&due)?;
            }
        }
        rows.values().try_for_each(|row| Ok(self.write.keep_bill(row)?))
    }
}

fn refused(one: &Moved, refusal: Refusal) -> BillsError {
    BillsError::Refused { account: one.account.clone(), refusal }
}

/// Bills that stand otherwise at the end of a date.
fn changed(
    held: &Held<'_>,
    before: &AccountBills,
    day: &Day,
    date: Date,
    rows: &mut BTreeMap<Date, BillRow>,
) -> Result<(), BillsError> {
    let is_changed = |bill: &&Bill| {
        bill.stated().is_some_and(|stated| {
            before.bill(stated.date) != Some(bill) || day.changes.iter().any(|one| one.bill == stated.date)
        })
    };
    for bill in held.bills.bills().filter(is_changed).chain(&day.let_go) {
        if let Some(row) = held.row(bill, date)? {
            rows.insert(row.statement, row);
        }
    }
    Ok(())
}
