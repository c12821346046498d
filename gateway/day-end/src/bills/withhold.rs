//! What is due is taken from those who pay (代扣).

use std::collections::BTreeMap;

use longmen_bills::{Movement, Payer, PostingKind, Reserve, ReserveFor, Settings};
use longmen_client::{AccountRef, Client};
use longmen_ledger::{Amount, Date};
use longmen_reconciliation_store::{BillDue, BillRow, BillsRun, DueState, Store};

use crate::account_name::key_of;
use crate::accounting_date::accounting_date;
use crate::bills::closed_dates::DatesOfJournal;
use crate::bills::error::BillsError;
use crate::bills::held::Held;
use crate::bills::movement::{moved, movement, taken};
use crate::bills::posting::{PostedBills, RefusedPosting, post_waiting};
use crate::error::NodeError;

/// Bills that are looked at in one go.
const PAGE: u32 = 1_000;

/// What a withholding came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Withheld {
    /// Bills that were due with something open.
    pub bills: u64,
    /// Bills of which something was asked for now.
    pub asked: u64,
    /// What was posted, and what the ledger did not take; payers that there are not among them.
    pub posting: PostedBills,
}

/// Takes what is open of bills that are due by the accounting date from the accounts that pay for them: what each has, and not more than is
/// open by now. A bill is withheld for once a date; what the ledger refused is asked for anew.
///
/// # Errors
/// [`BillsError`], [`BillsError::Behind`] where closed dates were not taken yet.
pub async fn withhold(
    client: &mut Client,
    store: &mut Store,
    settings: &Settings,
    entity: &str,
) -> Result<Withheld, BillsError> {
    let (today, _) = accounting_date(client, entity).await?;
    let is_taken = store.read().bills_taken(entity)?;
    if is_taken != today.previous() {
        let taken = is_taken.map_or_else(|| "their beginning".to_owned(), |date| date.to_string());
        return Err(BillsError::Behind { entity: entity.to_owned(), taken, today });
    }
    // Whatever was asked for before and has no answer may be in the books.
    let earlier = post_waiting(client, store, entity).await?;
    let mut told = ask(client, store, settings, (entity, today)).await?;
    let posting = post_waiting(client, store, entity).await?;
    told.posting.posted = earlier.posted + posting.posted;
    told.posting.refused.extend(earlier.refused.into_iter().chain(posting.refused));
    Ok(told)
}

/// Keeps what is to be taken.
async fn ask(
    client: &mut Client,
    store: &mut Store,
    settings: &Settings,
    (entity, today): (&str, Date),
) -> Result<Withheld, BillsError> {
    let write = store.begin_bills(entity)?;
    let (movements, payers, told) = (BTreeMap::new(), BTreeMap::new(), Withheld::default());
    let mut run = Run { write, settings, today, movements, payers, told };
    run.read_today(client, entity).await?;
    run.ask(client).await?;
    run.write.commit()?;
    Ok(run.told)
}

struct Run<'a, 's> {
    write: BillsRun<'a>,
    settings: &'s Settings,
    today: Date,
    /// What moved accounts with bills that are due today.
    movements: BTreeMap<String, Vec<Movement>>,
    /// What each has; `None` where there is none of that name.
    payers: BTreeMap<String, Option<Payer>>,
    told: Withheld,
}

impl Run<'_, '_> {
    /// A repayment of today is in no closed date yet, and is not to be taken again.
    async fn read_today(&mut self, client: &mut Client, entity: &str) -> Result<(), BillsError> {
        let mut journal = DatesOfJournal::of(entity, (self.today, self.today));
        while let Some(records) = journal.page(client).await? {
            for record in records {
                for one in moved(self.settings, &record)? {
                    if self.write.has_due(&one.account, self.today)? {
                        let row = movement(client, &self.write, self.settings, &record, &one).await?;
                        self.movements.entry(one.account).or_default().push(taken(&row)?);
                    }
                }
            }
        }
        Ok(())
    }

    async fn ask(&mut self, client: &mut Client) -> Result<(), BillsError> {
        let (mut account, mut statement) = (String::new(), Date::FIRST);
        loop {
            let page = self.write.due_by(self.today, (&account, statement), PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            (account, statement) = (last.account.clone(), last.statement);
            let mut due: BTreeMap<String, Vec<BillRow>> = BTreeMap::new();
            for row in page {
                due.entry(row.account.clone()).or_default().push(row);
            }
            let mut held = Vec::new();
            for (account, rows) in due {
                let kept = self.write.account(&account)?;
                let kept = kept.ok_or(NodeError::Answer { what: "an account", text: account })?;
                held.push((Held::read(self.settings, &kept)?, rows));
            }
            self.ask_payers(client, &held).await?;
            for (held, rows) in &held {
                self.plan(held, rows)?;
            }
        }
    }

    async fn ask_payers(
        &mut self,
        client: &mut Client,
        page: &[(Held<'_>, Vec<BillRow>)],
    ) -> Result<(), BillsError> {
        let mut asked: BTreeMap<String, (AccountRef, ReserveFor)> = BTreeMap::new();
        for (held, _) in page {
            let Some(name) = held.payer().filter(|name| !self.payers.contains_key(name)) else { continue };
            let reserve = match held.assigned.reserve {
                Reserve::Bills => ReserveFor::ThisBill,
                Reserve::Another => ReserveFor::Another,
            };
            let key = key_of(&name);
            let key = key.ok_or_else(|| NodeError::Answer { what: "a payer", text: name.clone() })?;
            asked.insert(name, (key.into(), reserve));
        }
        if asked.is_empty() {
            return Ok(());
        }
        let accounts: Vec<AccountRef> = asked.values().map(|(account, _)| account.clone()).collect();
        let found = client.balances(&accounts).await?;
        for ((name, (_, reserve_for)), found) in asked.into_iter().zip(found) {
            let payer = found.ok().map(|account| Payer {
                available: account.available,
                reserve: Amount(account.withholding),
                reserve_for,
            });
            self.payers.insert(name, payer);
        }
        Ok(())
    }

    /// Keeps what is to be taken for the bills of an account, the oldest first.
    fn plan(&mut self, held: &Held<'_>, rows: &[BillRow]) -> Result<(), BillsError> {
        let Some(name) = held.payer() else { return Ok(()) };
        let today = self.movements.get(&held.name).map_or(&[][..], Vec::as_slice);
        let by_now = held.bills.close(held.plan, &held.name, self.today, today);
        let (by_now, _) = by_now.map_err(|refusal| held.refused(refusal))?;
        for row in rows {
            self.told.bills += 1;
            let Some(bill) = by_now.bill(row.statement) else { continue };
            let payer = self.payers.get_mut(&name).expect("each payer was asked for");
            let Some(payer) = payer else {
                let key = format!("bill|{}|{}|withhold|{}", held.name, row.statement, self.today);
                self.told.posting.refused.push(RefusedPosting { key, code: "unknown_account".to_owned() });
                continue;
            };
            let found = bill.withhold(&held.name, self.today, payer);
            let found = found.map_err(|refusal| held.refused(refusal))?;
            let dues: Vec<_> = found.postings.into_iter().map(|posting| held.due(posting)).collect();
            let is_known = |due: &BillDue| {
                let kept = self.write.due(&due.key)?;
                Ok::<_, BillsError>(kept.is_some_and(|kept| kept.state != DueState::Refused))
            };
            for due in dues {
                if is_known(&due)? {
                    continue;
                }
                let amount = due.amount.0;
                if due.kind == PostingKind::ReleaseReserve.name() {
                    payer.available += i128::from(amount);
                    payer.reserve = Amount(0);
                } else {
                    payer.available -= i128::from(amount);
                    self.told.asked += 1;
                }
                self.write.add_due(&due)?;
            }
        }
        Ok(())
    }
}
