//! A run: the journal is read on, days are folded, and what is to be posted is kept.

use std::collections::BTreeMap;

use longmen_client::{Client, RecordedLeg, TransactionRecord};
use longmen_interest::{DayBalances, Due, DueKind, Movement, Product, Role};
use longmen_ledger::{Amount, Date};
use longmen_reconciliation_store::{DueState, InterestDue, InterestRun, Store};

use crate::account_name::{currency_of, name_of, of_entity};
use crate::accounting_date::accounting_date;
use crate::interest::error::InterestError;
use crate::interest::held::Held;
use crate::interest::settings::Settings;
use crate::journal::{Journal, date as date_of, reversed};

/// Accounts that are folded at a time.
const PAGE: u32 = 1_000;

/// What a run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accrued {
    pub run: i64,
    /// Accounts whose days were folded.
    pub accounts: u64,
    /// Movements that were taken in.
    pub movements: u64,
    /// Of them those of days that were folded before.
    pub back_valued: u64,
    /// What is to be posted, accruals summed.
    pub dues: u64,
}

struct Run<'a, 's> {
    write: InterestRun<'a>,
    settings: &'s Settings,
    entity: &'a str,
    sums: BTreeMap<Sum, i128>,
    told: Accrued,
}

/// Accruals that are posted as one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sum {
    date: Date,
    product: String,
    currency: String,
    is_overdraft: bool,
    /// What is debited and credited where it is above zero.
    debit: Role,
    credit: Role,
}

/// Reads an entity's journal on, folds the days up to `date` of each account that has interest, and keeps what is to be posted. All of it is
/// kept, or nothing.
///
/// # Errors
/// [`InterestError`].
pub async fn accrue(
    client: &mut Client,
    store: &mut Store,
    settings: &Settings,
    entity: &str,
    date: Date,
) -> Result<Accrued, InterestError> {
    let (current, frame) = accounting_date(client, entity).await?;
    if date > current {
        return Err(InterestError::NotYet { entity: entity.to_owned(), date, current });
    }
    let write = store.begin_interest(entity, date, frame)?;
    let told = Accrued { run: write.id(), ..Accrued::default() };
    let mut run = Run { write, settings, entity, sums: BTreeMap::new(), told };
    run.read(client, frame).await?;
    run.fold(date)?;
    run.keep_sums()?;
    run.write.commit()?;
    Ok(run.told)
}

impl<'s> Run<'_, 's> {
    async fn read(&mut self, client: &mut Client, frame: u64) -> Result<(), InterestError> {
        let mut journal = Journal { entity: self.entity, place: self.write.journal()?, frame };
        loop {
            let (records, is_last) = journal.page(client).await?;
            for record in records {
                self.take(client, &record).await?;
            }
            if is_last {
                return Ok(self.write.set_journal(&journal.place)?);
            }
        }
    }

    async fn take(&mut self, client: &mut Client, record: &TransactionRecord) -> Result<(), InterestError> {
        let own = self.own(record)?;
        let mut reverses = None;
        for leg in &record.legs {
            let name = name_of(leg);
            // It was entered when it became due.
            if own.as_deref() == Some(&*name) {
                continue;
            }
            let Some((product, begins)) = self.settings.assigned(&name, &leg.subject) else { continue };
            if reverses.is_none() {
                reverses = Some(reversed(client, record).await?);
            }
            self.take_leg(record, leg, (&name, product, begins), reverses.flatten())?;
        }
        Ok(())
    }

    /// The account whose interest a transaction is, where a run asked for it.
    fn own(&self, record: &TransactionRecord) -> Result<Option<String>, InterestError> {
        match record.text_id.as_deref().filter(|id| id.starts_with("interest|") && &*record.action == "post")
        {
            Some(id) => {
                let key = id.rsplit_once("|again-").map_or(id, |(key, _)| key);
                Ok(self.write.subject_of(key)?)
            }
            None => Ok(None),
        }
    }

    fn take_leg(
        &mut self,
        record: &TransactionRecord,
        leg: &RecordedLeg,
        (name, product, begins): (&str, &'s Product, Date),
        reverses: Option<Date>,
    ) -> Result<(), InterestError> {
        let mut held = match self.write.account(name)? {
            Some(kept) => Held::read(self.settings, &kept)?,
            None => Held::open(name, product, begins)?,
        };
        let movement = Movement {
            booked: date_of("an accounting date", &record.accounting_date)?,
            value: date_of("a value date", &record.value_date)?,
            amount: held.signed(leg.side, leg.amount)?,
            reverses,
        };
        // What was there before interest begins is there when it does.
        let day = held.terms.counts_from(&movement).max(held.begins);
        self.told.movements += 1;
        self.enter(&mut held, day, movement.amount)?;
        Ok(self.write.keep(&held.kept()?)?)
    }

    fn enter(&mut self, held: &mut Held<'s>, day: Date, amount: Amount) -> Result<(), InterestError> {
        let mut dues = Vec::new();
        if day < held.interest.next_day() {
            self.told.back_valued += 1;
            let moved = self.write.movements(&held.name)?;
            let before = DayBalances::of(held.begins, 0, moved);
            let found = before.and_then(|before| {
                held.interest.back_value(&held.terms, &held.name, &[(day, amount)], &before)
            });
            dues = found.map_err(|refusal| held.refused(refusal))?;
        } else if !held.interest.has_ended() {
            held.interest.enter(day, amount).map_err(|refusal| held.refused(refusal))?;
        }
        self.write.keep_movement(&held.name, day, amount)?;
        self.take_dues(held, &dues)
    }

    fn fold(&mut self, to: Date) -> Result<(), InterestError> {
        let mut after = String::new();
        loop {
            let page = self.write.behind(to, &after, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after.clone_from(&last.account);
            for kept in &page {
                let mut held = Held::read(self.settings, kept)?;
                while !held.interest.has_ended() && held.interest.next_day() <= to {
                    let dues = held.interest.advance(&held.terms, &held.name, to);
                    let dues = dues.map_err(|refusal| held.refused(refusal))?;
                    self.take_dues(&mut held, &dues)?;
                }
                self.write.keep(&held.kept()?)?;
                self.told.accounts += 1;
            }
        }
    }

    fn take_dues(&mut self, held: &mut Held<'s>, dues: &[Due]) -> Result<(), InterestError> {
        for due in dues {
            if matches!(due.kind, DueKind::Accrue | DueKind::AccrueOverdraft) {
                self.add_up(held, due);
                continue;
            }
            let product = held.terms.product();
            self.keep(&InterestDue {
                key: due.key.clone(),
                date: due.date,
                kind: due.kind.to_string(),
                subject: held.name.clone(),
                period: due.period.to_string(),
                currency: currency_of(&held.name).to_owned(),
                debit: self.resolved(product, due.debit, &held.name),
                credit: self.resolved(product, due.credit, &held.name),
                amount: due.amount,
                state: DueState::Waiting,
                refusal: None,
                refusals: 0,
            })?;
            if let Some(amount) = held.moved_by(due)? {
                self.enter(held, due.date, amount)?;
            }
        }
        Ok(())
    }

    fn add_up(&mut self, held: &Held<'_>, due: &Due) {
        let is_forward = matches!(due.debit, Role::Expense | Role::Receivable);
        let (debit, credit) = if is_forward { (due.debit, due.credit) } else { (due.credit, due.debit) };
        let amount = i128::from(due.amount.0);
        let sum = Sum {
            date: due.date,
            product: held.terms.product().name().to_owned(),
            currency: currency_of(&held.name).to_owned(),
            is_overdraft: due.kind == DueKind::AccrueOverdraft,
            debit,
            credit,
        };
        // Amounts are of 64 bits, and accounts are fewer than 2^63.
        *self.sums.entry(sum).or_default() += if is_forward { amount } else { -amount };
    }

    fn keep_sums(&mut self) -> Result<(), InterestError> {
        for (sum, amount) in std::mem::take(&mut self.sums) {
            if amount == 0 {
                continue;
            }
            let (debit, credit) = if amount > 0 { (sum.debit, sum.credit) } else { (sum.credit, sum.debit) };
            let product = self.settings.products().get(&sum.product).expect("an account has it");
            let kind = if sum.is_overdraft { DueKind::AccrueOverdraft } else { DueKind::Accrue };
            let Sum { date, currency, .. } = &sum;
            let key = format!(
                "interest|{}|{}|{currency}|{date}|{kind}|{}",
                self.entity, sum.product, self.told.run
            );
            let amount =
                i64::try_from(amount.unsigned_abs()).map_err(|_| InterestError::TooMuch(key.clone()))?;
            let role = |role| of_entity(self.entity, product.account(role).unwrap_or_default(), currency);
            self.keep(&InterestDue {
                date: *date,
                kind: kind.to_string(),
                subject: sum.product.clone(),
                period: date.to_string(),
                currency: currency.clone(),
                debit: role(debit),
                credit: role(credit),
                amount: Amount(amount),
                state: DueState::Waiting,
                refusal: None,
                refusals: 0,
                key,
            })?;
        }
        Ok(())
    }

    fn keep(&mut self, due: &InterestDue) -> Result<(), InterestError> {
        self.told.dues += 1;
        Ok(self.write.add_due(due)?)
    }

    /// The name of an account that a posting needs.
    fn resolved(&self, product: &Product, role: Role, account: &str) -> String {
        match product.account(role) {
            Some(number) => of_entity(self.entity, number, currency_of(account)),
            None => account.to_owned(),
        }
    }
}
