//! A run while it goes on: what was read is taken in, days are folded, and what is to be posted is kept.

use std::collections::BTreeMap;

use longmen_client::{Client, TransactionRecord};
use longmen_interest::{DayBalances, Due, DueKind, Movement, Product, Refusal, Role};
use longmen_ledger::{Amount, Date};
use longmen_reconciliation_store::{DueState, InterestDue, InterestRun};

use crate::account_name::{currency_of, of_entity};
use crate::interest::error::InterestError;
use crate::interest::held::Held;
use crate::interest::pending::{Dates, Met, Moved, Pending};
use crate::interest::settings::Settings;
use crate::interest::step::{Step, Watch};
use crate::interest::sums::Sums;
use crate::journal::{Journal, date as date_of, reversed};
use crate::named_accounts::NamedAccounts;

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

/// A run while it goes on.
pub(crate) struct Run<'a, 's, 'w> {
    pub(crate) write: InterestRun<'a>,
    settings: &'s Settings,
    entity: &'a str,
    sums: Sums,
    /// What postings need beside the account itself.
    named: NamedAccounts,
    pub(crate) told: Accrued,
    watch: Watch<'w>,
}

impl<'a, 's, 'w> Run<'a, 's, 'w> {
    pub(crate) fn new(
        write: InterestRun<'a>,
        settings: &'s Settings,
        entity: &'a str,
        watch: Watch<'w>,
    ) -> Run<'a, 's, 'w> {
        let told = Accrued { run: write.id(), ..Accrued::default() };
        Run { write, settings, entity, sums: Sums::default(), named: NamedAccounts::default(), told, watch }
    }

    /// Refuses products by which days that are folded were not reckoned.
    pub(crate) fn hold_to_terms(&self) -> Result<(), InterestError> {
        for product in self.settings.products().all() {
            let Some((until, before)) = self.write.terms(product.name())? else { continue };
            let now = product.terms_until(until);
            let gone = before.iter().find(|line| !now.contains(line)).map(|line| format!("by `{line}`"));
            let came =
                || now.iter().find(|line| !before.contains(line)).map(|line| format!("without `{line}`"));
            if let Some(line) = gone.or_else(came) {
                return Err(InterestError::TermsChanged { product: product.name().to_owned(), until, line });
            }
        }
        Ok(())
    }

    /// Keeps by what days up to one were reckoned, of products that an account has.
    pub(crate) fn keep_terms(&self, until: Date) -> Result<(), InterestError> {
        for product in self.settings.products().all() {
            let name = product.name();
            if self.write.has_product(name)? {
                let until = self.write.terms(name)?.map_or(until, |(before, _)| before.max(until));
                self.write.keep_terms(name, until, &product.terms_until(until))?;
            }
        }
        Ok(())
    }

    /// Reads the journal on up to a frame. What it gives is read and not taken in yet.
    pub(crate) async fn read(
        &mut self,
        client: &mut Client,
        frame: u64,
    ) -> Result<Pending<'s>, InterestError> {
        let mut journal = Journal { entity: self.entity, place: self.write.journal()?, frame };
        let mut pending = Pending::default();
        loop {
            let (records, is_last) = journal.page(client).await?;
            for record in &records {
                self.take(client, record, &mut pending).await?;
            }
            (self.watch)(Step::Read { frame: journal.place.last.0, of: frame });
            if is_last {
                self.write.set_journal(&journal.place)?;
                return Ok(pending);
            }
            if pending.is_full() {
                self.take_in(std::mem::take(&mut pending))?;
            }
        }
    }

    async fn take(
        &mut self,
        client: &mut Client,
        record: &TransactionRecord,
        pending: &mut Pending<'s>,
    ) -> Result<(), InterestError> {
        let own = self.own(record)?;
        let mut dates = None;
        for leg in &record.legs {
            let Some(met) = pending.met(self.settings, leg) else { continue };
            // It was entered when it became due.
            if own.as_ref() == Some(&met.name) {
                continue;
            }
            let dates = match dates {
                Some(dates) => dates,
                None => *dates.insert(Dates {
                    booked: date_of("an accounting date", &record.accounting_date)?,
                    value: date_of("a value date", &record.value_date)?,
                    reverses: reversed(client, record).await?,
                }),
            };
            pending.add(leg, dates)?;
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

    /// Takes in what was read.
    pub(crate) fn take_in(&mut self, pending: Pending<'s>) -> Result<(), InterestError> {
        for page in pending.by_name().chunks(PAGE as usize) {
            for met in page {
                let mut held = self.held(met)?;
                self.enter_all(&mut held, &met.moved)?;
                self.write.keep(&held.kept()?)?;
            }
            self.write.flush()?;
        }
        Ok(())
    }

    /// Takes in what was read, and folds the days up to a date, of all accounts in one pass by their names.
    pub(crate) fn fold(&mut self, pending: Pending<'s>, to: Date) -> Result<(), InterestError> {
        let mut met = pending.by_name().into_iter().peekable();
        let mut after = String::new();
        loop {
            let page = self.write.behind(to, &after, PAGE)?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.account);
            for kept in page {
                while let Some(other) = met.next_if(|met| met.name < kept.account) {
                    let held = self.held(&other)?;
                    self.fold_one(held, &other.moved, to)?;
                }
                let own = met.next_if(|met| met.name == kept.account);
                let held = Held::read(self.settings, kept)?;
                self.fold_one(held, own.as_ref().map_or(&[], |own| &own.moved), to)?;
            }
            self.write.flush()?;
            (self.watch)(Step::Folded { accounts: self.told.accounts });
        }
        for (number, other) in (1_u32..).zip(met) {
            let held = self.held(&other)?;
            self.fold_one(held, &other.moved, to)?;
            if number % PAGE == 0 {
                self.write.flush()?;
            }
        }
        Ok(())
    }

    fn fold_one(&mut self, mut held: Held<'s>, moved: &[Moved], to: Date) -> Result<(), InterestError> {
        self.enter_all(&mut held, moved)?;
        self.told.accounts += u64::from(self.advance(&mut held, to)?);
        Ok(self.write.keep(&held.kept()?)?)
    }

    /// Folds an account's days up to a date; whether there were any.
    pub(crate) fn advance(&mut self, held: &mut Held<'s>, to: Date) -> Result<bool, InterestError> {
        let mut is_behind = false;
        while !held.interest.has_ended() && held.interest.next_day() <= to {
            is_behind = true;
            let dues = held.interest.advance(&held.terms, &held.name, to);
            let dues = dues.map_err(|refusal| held.refused(refusal))?;
            self.take_dues(held, &dues)?;
        }
        Ok(is_behind)
    }

    /// An account that is met: as it is kept, or for the first time.
    fn held(&self, met: &Met<'s>) -> Result<Held<'s>, InterestError> {
        match self.write.account(&met.name)? {
            Some(kept) => Held::read(self.settings, kept),
            None => Held::open(&met.name, met.product, met.assignment),
        }
    }

    fn enter_all(&mut self, held: &mut Held<'s>, moved: &[Moved]) -> Result<(), InterestError> {
        let (mut back, mut ahead) = (BTreeMap::new(), BTreeMap::new());
        for one in moved {
            let Dates { booked, value, reverses } = one.dates;
            let movement = Movement { booked, value, amount: held.signed(one.debit)?, reverses };
            // What was there before interest begins is there when it does.
            let day = held.terms.counts_from(&movement).max(held.begins);
            let is_back = day < held.interest.next_day();
            self.told.movements += u64::from(one.count);
            self.told.back_valued += if is_back { u64::from(one.count) } else { 0 };
            let sum = if is_back { &mut back } else { &mut ahead }.entry(day).or_insert(0_i64);
            *sum = sum.checked_add(movement.amount.0).ok_or_else(|| held.refused(Refusal::Overflow))?;
        }
        let amounts = |sums: BTreeMap<Date, i64>| -> Vec<(Date, Amount)> {
            sums.into_iter().filter(|(_, sum)| *sum != 0).map(|(day, sum)| (day, Amount(sum))).collect()
        };
        self.value_back(held, &amounts(back))?;
        for (day, amount) in amounts(ahead) {
            self.enter(held, day, amount)?;
        }
        Ok(())
    }

    /// Movements of days that are folded.
    fn value_back(&mut self, held: &mut Held<'s>, moved: &[(Date, Amount)]) -> Result<(), InterestError> {
        if moved.is_empty() {
            return Ok(());
        }
        let before = DayBalances::of(held.begins, 0, self.write.movements(&held.name)?);
        let dues = before
            .and_then(|before| held.interest.back_value(&held.terms, &held.name, moved, &before))
            .map_err(|refusal| held.refused(refusal))?;
        for (day, amount) in moved {
            self.write.keep_movement(&held.name, *day, *amount)?;
        }
        self.take_dues(held, &dues)
    }

    /// A movement of a day that is not folded.
    fn enter(&self, held: &mut Held<'s>, day: Date, amount: Amount) -> Result<(), InterestError> {
        if !held.interest.has_ended() {
            held.interest.enter(day, amount).map_err(|refusal| held.refused(refusal))?;
        }
        Ok(self.write.keep_movement(&held.name, day, amount)?)
    }

    /// Keeps what is due of an account; what moves the account itself is entered.
    pub(crate) fn take_dues(&mut self, held: &mut Held<'s>, dues: &[Due]) -> Result<(), InterestError> {
        for due in dues {
            let product = held.terms.product();
            if matches!(due.kind, DueKind::Accrue | DueKind::AccrueOverdraft) {
                self.sums.add(product, &held.name, due);
                continue;
            }
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
                asked: None,
            })?;
            if let Some(amount) = held.moved_by(due)? {
                self.enter(held, due.date, amount)?;
            }
        }
        Ok(())
    }

    /// Keeps accruals, summed.
    pub(crate) fn keep_sums(&mut self) -> Result<(), InterestError> {
        let sums = std::mem::take(&mut self.sums);
        for mut due in sums.dues(self.settings, self.entity)? {
            due.key = format!("{}{}", due.key, self.write.next_number(&due.key)?);
            self.keep(&due)?;
        }
        Ok(())
    }

    /// Holds the accounts that the settings name to the books, and ends the run: all of it is kept now.
    pub(crate) async fn end(self, client: &mut Client) -> Result<Accrued, InterestError> {
        self.named.check(client).await?;
        self.write.commit()?;
        Ok(self.told)
    }

    fn keep(&mut self, due: &InterestDue) -> Result<(), InterestError> {
        self.told.dues += 1;
        for name in [&due.debit, &due.credit].into_iter().filter(|name| **name != due.subject) {
            self.named.add(name, &format!("interest-{}", due.kind));
        }
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
