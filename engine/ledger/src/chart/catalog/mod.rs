//! The catalog: clients, entities with their accounting dates, the chart of subjects, and the accounts by
//! their natural keys.

mod chart;
mod customers;
mod fees;
mod judged;
mod mappings;
mod modes;
mod proposed;
mod replay;

use std::collections::{BTreeMap, BTreeSet};

use crate::account::registered::Account;
use crate::account::{AccountKey, AccountOpening};
use crate::chart::account_index::{AccountIndex, KeyRef};
use crate::chart::booking_modes::BookingModes;
use crate::chart::fee_rules::FeeRules;
use crate::chart::subject::{Subject, SubjectClass};
use crate::ids::{AccountId, ClientId, EntityId, LineId, SubjectId, UnitId};
use crate::money::currency::Currency;
use crate::money::date::{Date, YearStart};
use crate::proposals::register::Proposals;
use crate::record::admin::Admin;
use crate::record::entry::{OpenedEntry, Placement};
use crate::rejection::Rejection;

/// The most bytes of a client's name, an entity's code, an account number or an account type.
pub(crate) const MAX_NAME: usize = 64;

/// An accounting entity (会计主体).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    pub code: Box<str>,
    /// The accounting date that postings get now.
    pub date: Date,
    /// When its year begins.
    pub year_starts: YearStart,
}

/// A line of the general ledger: what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineKey {
    /// The leaf subject.
    pub subject: SubjectId,
    pub currency: Currency,
}

/// Everything that has a name.
#[derive(Clone, Debug)]
pub struct Catalog {
    clients: BTreeMap<Box<str>, ClientId>,
    entities: Vec<Entity>,
    subjects: Vec<Subject>,
    chart: BTreeMap<(EntityId, Box<str>), SubjectId>,
    /// Leaves that have subjects below them: only charts have any that are older than the rules.
    leaves_above: BTreeSet<SubjectId>,
    /// The version of the rules that the log has been judged by of late, see [`RULES`].
    rules: u16,
    /// The digest of the file that says who may do what; empty: there was none.
    access: Box<str>,
    /// The one before it in the log; the same again, once that one holds which was approved.
    access_held: Box<str>,
    proposals: Proposals,
    lines: Vec<LineKey>,
    line_ids: BTreeMap<LineKey, LineId>,
    units: Vec<(EntityId, Currency)>,
    unit_ids: BTreeMap<(EntityId, Currency), UnitId>,
    accounts: Vec<Account>,
    account_index: AccountIndex,
    /// The frames that closed each date.
    closings: BTreeMap<(EntityId, Date), u64>,
    customers: BTreeMap<(EntityId, Box<str>), BTreeSet<AccountId>>,
    mappings: BTreeMap<(EntityId, Box<str>), BTreeMap<Date, SubjectId>>,
    modes: BookingModes,
    fees: FeeRules,
}

impl Catalog {
    /// An empty catalog. `seed` keeps clients from choosing names that collide.
    #[must_use]
    pub fn new(seed: u64) -> Catalog {
        Catalog {
            clients: BTreeMap::new(),
            entities: Vec::new(),
            subjects: Vec::new(),
            chart: BTreeMap::new(),
            leaves_above: BTreeSet::new(),
            rules: 0,
            access: Box::default(),
            access_held: Box::default(),
            proposals: Proposals::default(),
            lines: Vec::new(),
            line_ids: BTreeMap::new(),
            units: Vec::new(),
            unit_ids: BTreeMap::new(),
            accounts: Vec::new(),
            account_index: AccountIndex::new(seed),
            closings: BTreeMap::new(),
            customers: BTreeMap::new(),
            mappings: BTreeMap::new(),
            modes: BookingModes::default(),
            fees: FeeRules::default(),
        }
    }

    /// The client of that name.
    #[must_use]
    pub fn client(&self, name: &str) -> Option<ClientId> {
        self.clients.get(name).copied()
    }

    /// The id that the next client gets.
    #[must_use]
    pub fn next_client(&self) -> ClientId {
        ClientId(u32::try_from(self.clients.len() + 1).expect("clients are counted in a u32"))
    }

    /// Adds a client.
    pub fn add_client(&mut self, id: ClientId, name: &str) {
        assert_eq!(id, self.next_client(), "client ids are dense");
        self.clients.insert(name.into(), id);
    }

    /// The clients' names by id.
    #[must_use]
    pub fn clients(&self) -> BTreeMap<ClientId, &str> {
        self.clients.iter().map(|(name, id)| (*id, name.as_ref())).collect()
    }

    /// The entity of that code.
    #[must_use]
    pub fn entity(&self, code: &str) -> Option<EntityId> {
        let index = self.entities.iter().position(|entity| entity.code.as_ref() == code)?;
        u16::try_from(index).ok().map(EntityId)
    }

    /// The code of an entity.
    #[must_use]
    pub fn entity_code(&self, entity: EntityId) -> &str {
        &self.entities[usize::from(entity.0)].code
    }

    /// The entities, by id.
    #[must_use]
    pub fn entities(&self) -> &[Entity] {
        &self.entities
    }

    /// The current accounting date of an entity.
    #[must_use]
    #[inline]
    pub fn date(&self, entity: EntityId) -> Date {
        self.entities[usize::from(entity.0)].date
    }

    /// The first accounting date of an entity: the first that was closed, or the current one.
    #[must_use]
    pub fn first_date(&self, entity: EntityId) -> Date {
        let mut closed = self.closings.range((entity, Date::FIRST)..=(entity, Date::LAST));
        closed.next().map_or(self.date(entity), |((_, date), _)| *date)
    }

    /// When the year of an entity begins.
    #[must_use]
    pub fn year_starts(&self, entity: EntityId) -> YearStart {
        self.entities[usize::from(entity.0)].year_starts
    }

    /// Adds an entity.
    pub fn add_entity(&mut self, code: &str, start: Date, year_starts: YearStart) {
        self.entities.push(Entity { code: code.into(), date: start, year_starts });
    }

    /// Sets the current accounting date of an entity.
    pub fn set_date(&mut self, entity: EntityId, date: Date) {
        self.entities[usize::from(entity.0)].date = date;
    }

    /// Notes in which frame a date was closed.
    pub fn add_closing(&mut self, entity: EntityId, date: Date, frame: u64) {
        self.closings.insert((entity, date), frame);
    }

    /// The closed dates of an entity from one to another, each with the frame that closed it.
    pub fn closings(&self, entity: EntityId, from: Date, to: Date) -> impl Iterator<Item = (Date, u64)> {
        let range = (from <= to).then(|| self.closings.range((entity, from)..=(entity, to)));
        range.into_iter().flatten().map(|((_, date), frame)| (*date, *frame))
    }

    /// Writes clients, entities with their current dates, and subjects as administrative records.
    pub fn write_names(&self, out: &mut Vec<u8>) {
        if self.rules > 0 {
            Admin::Rules { version: self.rules }.write(out);
        }
        for digest in [&self.access_held, &self.access].into_iter().filter(|digest| !digest.is_empty()) {
            Admin::Access { digest: digest.clone() }.write(out);
        }
        for (id, name) in self.clients() {
            Admin::Client { id, name: name.into() }.write(out);
        }
        for (id, entity) in (0..).map(EntityId).zip(&self.entities) {
            let Entity { code, date: start, year_starts } = entity.clone();
            Admin::Entity { id, code, start, year_starts }.write(out);
        }
        for subject in &self.subjects {
            let Subject { id, entity, opening } = subject.clone();
            Admin::Subject { id, entity, opening }.write(out);
        }
        self.proposals.write(out);
        for (&(entity, date), &frame) in &self.closings {
            Admin::Closing { entity, date, frame }.write(out);
        }
        for ((entity, customer), accounts) in &self.customers {
            for &account in accounts {
                Admin::Customer { entity: *entity, account, customer: customer.clone() }.write(out);
            }
        }
        for ((entity, kind), dates) in &self.mappings {
            for (&from, &subject) in dates {
                Admin::Mapping { entity: *entity, subject, from, kind: kind.clone() }.write(out);
            }
        }
        self.write_modes(out);
        self.write_fees(out);
    }

    /// Writes accounts by their places as opened entries.
    pub fn write_accounts(&self, places: std::ops::Range<usize>, out: &mut Vec<u8>) {
        for (place, account) in places.clone().zip(&self.accounts[places]) {
            Catalog::opened_entry(AccountId(place as u64 + 1), account, false).write(out);
        }
    }

    /// The accounts, in order of their ids from 1 on.
    #[must_use]
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The account with that id.
    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.get(id.index()?)
    }

    /// The account of a natural key.
    #[must_use]
    pub fn find(&self, key: &AccountKey) -> Option<AccountId> {
        let entity = self.entity(&key.entity)?;
        self.find_in(entity, &key.number, &key.kind, key.currency)
    }

    /// The natural key of an account.
    #[must_use]
    pub fn key(&self, account: &Account) -> AccountKey {
        AccountKey {
            entity: self.entities[usize::from(account.entity.0)].code.clone(),
            number: account.number.clone(),
            kind: account.kind.clone(),
            currency: account.currency,
        }
    }

    /// What the lines of the general ledger are about, by their ids.
    #[must_use]
    pub fn lines(&self) -> &[LineKey] {
        &self.lines
    }

    /// Judges an opening: the account it would make, or the account that is there with the same attributes.
    ///
    /// # Errors
    /// The rejection, in the order of precedence.
    pub fn judge_opening(&self, opening: &AccountOpening) -> Result<Judged, Rejection> {
        let key = &opening.key;
        let limits = opening.overdraft_limit.0 >= 0 && opening.credit_limit.is_none_or(|limit| limit.0 >= 0);
        if key.number.is_empty() || key.number.len() > MAX_NAME || key.kind.len() > MAX_NAME || !limits {
            return Err(Rejection::Malformed);
        }
        let entity = self.entity(&key.entity).ok_or(Rejection::UnknownEntity)?;
        let there = self.find_in(entity, &key.number, &key.kind, key.currency);
        let mapped = opening.subject.is_empty();
        let subject = match there.and_then(|id| self.account(id)).filter(|_| mapped) {
            Some(account) => Some(self.subject(account.subject)),
            None if mapped => {
                self.mapped(entity, &key.kind, self.date(entity)).map(|subject| self.subject(subject))
            }
            None => self.subject_by_code(entity, &opening.subject),
        };
        let subject = subject.ok_or(Rejection::UnknownSubject)?;
        if !subject.opening.leaf {
            return Err(Rejection::NotLeaf);
        }
        if !subject.opening.class.takes(opening) {
            return Err(Rejection::WrongClass);
        }
        let Some(id) = there else {
            if !self.takes_accounts(subject) {
                return Err(Rejection::NotLeaf);
            }
            if !subject.opening.is_valid_on(self.date(entity)) {
                return Err(Rejection::UnknownSubject);
            }
            return self
                .account_for(opening, entity, subject)
                .map(Judged::New)
                .ok_or(Rejection::LimitExceeded);
        };
        let account = &self.accounts[id.index().expect("a found account has a place")];
        let same = account.subject == subject.id
            && account.owner == opening.owner
            && account.may_go_negative == may_go_negative(opening, subject)
            && account.overdraft_limit == opening.overdraft_limit
            && account.credit_limit == opening.credit_limit;
        if same { Ok(Judged::There(id)) } else { Err(Rejection::KeyConflict) }
    }

    /// Adds an account that has just been opened or is replayed, with its line and unit where they are new.
    ///
    /// # Panics
    /// If ids, lines or units do not come in order.
    pub fn add_account(&mut self, opened: &OpenedEntry<'_>) {
        self.add_unlisted(opened);
        self.account_index.add(opened.account, opened.natural_key(), &self.accounts);
    }

    /// Adds an account that the index does not find.
    fn add_unlisted(&mut self, opened: &OpenedEntry<'_>) {
        assert_eq!(opened.account, self.next_account(), "account ids are dense");
        self.place(opened);
        self.accounts.push(Account {
            number: opened.number.into(),
            kind: opened.kind.into(),
            entity: opened.entity,
            currency: opened.currency,
            subject: opened.subject,
            owner: opened.owner,
            may_go_negative: opened.may_go_negative,
            overdraft_limit: opened.overdraft_limit,
            credit_limit: opened.credit_limit,
            placement: opened.placement,
        });
    }

    /// Notes the line and the unit of an account, where they are new. Nearly none are: their numbers tell.
    fn place(&mut self, opened: &OpenedEntry<'_>) {
        let Placement { line: id, unit, .. } = opened.placement;
        let line = LineKey { subject: opened.subject, currency: opened.currency };
        if self.lines.get(id.0 as usize) != Some(&line) {
            assert_eq!(id.0 as usize, self.lines.len(), "a subject and currency have one line, in order");
            let there = self.line_ids.insert(line, id);
            assert_eq!(there, None, "a subject and currency have one line");
            self.lines.push(line);
        }
        let Some(id) = unit else { return };
        let unit = (opened.entity, opened.currency);
        if self.units.get(usize::from(id.0)) != Some(&unit) {
            assert_eq!(usize::from(id.0), self.units.len(), "an entity and currency have one unit, in order");
            let there = self.unit_ids.insert(unit, id);
            assert_eq!(there, None, "an entity and currency have one unit");
            self.units.push(unit);
        }
    }

    /// Makes room for so many more accounts at once: to grow is to copy, into memory that was never touched. The index
    /// of a snapshot's accounts is made beside it.
    pub(crate) fn reserve(&mut self, accounts: usize) {
        self.accounts.reserve(accounts);
    }

    /// The id that the next account gets.
    #[must_use]
    pub fn next_account(&self) -> AccountId {
        AccountId(self.accounts.len() as u64 + 1)
    }

    /// The opened entry of an account, to be written to the log.
    #[must_use]
    pub fn opened_entry<'a>(id: AccountId, account: &'a Account, hot: bool) -> OpenedEntry<'a> {
        OpenedEntry {
            account: id,
            entity: account.entity,
            subject: account.subject,
            currency: account.currency,
            owner: account.owner,
            number: &account.number,
            kind: &account.kind,
            may_go_negative: account.may_go_negative,
            hot,
            overdraft_limit: account.overdraft_limit,
            credit_limit: account.credit_limit,
            placement: account.placement,
        }
    }

    fn account_for(&self, opening: &AccountOpening, entity: EntityId, subject: &Subject) -> Option<Account> {
        let key = &opening.key;
        let line = LineKey { subject: subject.id, currency: key.currency };
        let next_line = LineId(u32::try_from(self.lines.len()).expect("lines are counted in a u32"));
        // The largest number stands for "no unit" in the log.
        let next_unit = UnitId(u16::try_from(self.units.len()).ok().filter(|unit| *unit < u16::MAX)?);
        let unit = self.unit_ids.get(&(entity, key.currency)).copied().unwrap_or(next_unit);
        let off_balance = subject.opening.class == SubjectClass::OffBalance;
        Some(Account {
            number: key.number.clone(),
            kind: key.kind.clone(),
            entity,
            currency: key.currency,
            subject: subject.id,
            owner: opening.owner,
            may_go_negative: may_go_negative(opening, subject),
            overdraft_limit: opening.overdraft_limit,
            credit_limit: opening.credit_limit,
            placement: Placement {
                line: self.line_ids.get(&line).copied().unwrap_or(next_line),
                unit: (!off_balance).then_some(unit),
                normal: subject.opening.normal,
            },
        })
    }

    fn find_in(&self, entity: EntityId, number: &str, kind: &str, currency: Currency) -> Option<AccountId> {
        self.account_index.find(KeyRef { entity, number, kind, currency }, &self.accounts)
    }
}

/// A memo account may always go below zero, whether it was said or not.
fn may_go_negative(opening: &AccountOpening, subject: &Subject) -> bool {
    opening.may_go_negative || subject.opening.class == SubjectClass::Memo
}

impl<'a> OpenedEntry<'a> {
    /// What the account will be found by.
    pub(crate) fn natural_key(&self) -> KeyRef<'a> {
        KeyRef { entity: self.entity, number: self.number, kind: self.kind, currency: self.currency }
    }
}

/// What an opening comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// A new account.
    New(Account),
    /// The account that is there already, with the same attributes.
    There(AccountId),
}
