//! The names of a journal: clients, entities with their dates, subjects and accounts.

use std::collections::BTreeMap;

use crate::ledger::{
    AccountId, ClientId, Currency, Date, EntityId, OpenedEntry, Owner, Side, Subject, SubjectClass,
    SubjectId, YearStart,
};

/// The names of a journal, as far as it has been read.
#[derive(Debug, Default)]
pub struct Chart {
    pub(super) clients: BTreeMap<ClientId, Box<str>>,
    pub(super) entities: Vec<ChartEntity>,
    pub(super) subjects: Vec<Subject>,
    pub(super) accounts: Vec<JournalAccount>,
}

/// An entity (会计主体).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartEntity {
    pub id: EntityId,
    pub code: Box<str>,
    /// Its first accounting date.
    pub start: Date,
    /// When its year begins.
    pub year_starts: YearStart,
    /// The accounting date it has come to.
    pub date: Date,
}

/// An account (分户账) as it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalAccount {
    pub id: AccountId,
    pub entity: EntityId,
    pub subject: SubjectId,
    /// The account number.
    pub number: Box<str>,
    /// The account type; may be empty.
    pub kind: Box<str>,
    pub currency: Currency,
    /// Who owns it.
    pub owner: Owner,
    /// The side on which its balance normally stands.
    pub normal: Side,
    /// The accounting date on which it was opened.
    pub opened: Date,
}

impl Chart {
    /// The name of a client; empty where the log never named it.
    #[must_use]
    pub fn client(&self, client: ClientId) -> &str {
        self.clients.get(&client).map_or("", |name| name)
    }

    /// The entity of an account or subject of this chart.
    ///
    /// # Panics
    /// If the id is not of this chart.
    #[must_use]
    pub fn entity(&self, entity: EntityId) -> &ChartEntity {
        &self.entities[usize::from(entity.0)]
    }

    /// The subject of an account of this chart.
    ///
    /// # Panics
    /// If the id is not of this chart.
    #[must_use]
    pub fn subject(&self, subject: SubjectId) -> &Subject {
        &self.subjects[usize::try_from(subject.0).expect("a u32 fits an address")]
    }

    /// An account that an item named.
    ///
    /// # Panics
    /// If the id is not of this chart.
    #[must_use]
    pub fn account(&self, account: AccountId) -> &JournalAccount {
        self.find_account(account).expect("an item names accounts of its chart only")
    }

    /// Every account so far, by id.
    #[must_use]
    pub fn accounts(&self) -> &[JournalAccount] {
        &self.accounts
    }

    /// Whether the account stands off the balance sheet (表外).
    #[must_use]
    pub fn is_off_balance(&self, account: &JournalAccount) -> bool {
        self.subject(account.subject).opening.class == SubjectClass::OffBalance
    }

    pub(super) fn has_entity(&self, entity: EntityId) -> bool {
        usize::from(entity.0) < self.entities.len()
    }

    pub(super) fn find_account(&self, account: AccountId) -> Option<&JournalAccount> {
        self.accounts.get(account.index()?)
    }

    /// Adds an account and says whether the chart has its entity and subject, and its id is the next.
    pub(super) fn add_account(&mut self, opened: &OpenedEntry<'_>) -> bool {
        let entity = self.entities.get(usize::from(opened.entity.0));
        let subject = usize::try_from(opened.subject.0).ok().and_then(|at| self.subjects.get(at));
        let is_next = opened.account.index() == Some(self.accounts.len());
        let (Some(entity), Some(_), true) = (entity, subject, is_next) else { return false };
        self.accounts.push(JournalAccount {
            id: opened.account,
            entity: opened.entity,
            subject: opened.subject,
            number: opened.number.into(),
            kind: opened.kind.into(),
            currency: opened.currency,
            owner: opened.owner,
            normal: opened.placement.normal,
            opened: entity.date,
        });
        true
    }
}
