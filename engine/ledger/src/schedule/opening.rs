//! Opening: clients, entities, subjects and accounts, each idempotent by its natural key; and closing a date.

use std::collections::BTreeMap;

use crate::account::AccountOpening;
use crate::account::row::Row;
use crate::chart::catalog::{Account, Catalog, Judged, MAX_NAME};
use crate::chart::subject::SubjectOpening;
use crate::command::{AccountRef, Answer, Opened, ReplyTo};
use crate::hot::gate::Gate;
use crate::ids::{AccountId, ClientId, EntityId, Position, ShardId};
use crate::money::date::{Date, YearStart};
use crate::record::admin::Admin;
use crate::rejection::Rejection;
use crate::schedule::barrier::Barrier;
use crate::schedule::{Coordinator, Step};
use crate::shard::order::ShardOrder;

/// The most entities of a ledger.
const MAX_ENTITIES: usize = 10_000;

impl Coordinator {
    pub(super) fn hello(&mut self, name: &str) -> Result<Answer, Rejection> {
        if name.is_empty() || name.len() > MAX_NAME {
            return Err(Rejection::Malformed);
        }
        let client = self.books.catalog.client(name).unwrap_or_else(|| {
            let id = self.books.catalog.next_client();
            self.output.frame.push_admin(&Admin::Client { id, name: name.into() });
            self.books.catalog.add_client(id, name);
            id
        });
        Ok(Answer::Welcome { client })
    }

    pub(super) fn open_entity(
        &mut self,
        code: &str,
        start: Date,
        year_starts: YearStart,
    ) -> Result<Answer, Rejection> {
        if code.is_empty() || code.len() > MAX_NAME {
            return Err(Rejection::Malformed);
        }
        if let Some(id) = self.books.catalog.entity(code) {
            let there = (self.books.catalog.first_date(id), self.books.catalog.year_starts(id));
            if there != (start, year_starts) {
                return Err(Rejection::KeyConflict);
            }
            return Ok(Answer::Opened(vec![Ok(Opened { id: u64::from(id.0), existed: true })]));
        }
        let count = self.books.catalog.entities().len();
        if count >= MAX_ENTITIES {
            return Err(Rejection::LimitExceeded);
        }
        let id = EntityId(u16::try_from(count).expect("entities are capped below 2^16"));
        self.output.frame.push_admin(&Admin::Entity { id, code: code.into(), start, year_starts });
        self.books.catalog.add_entity(code, start, year_starts);
        Ok(Answer::Opened(vec![Ok(Opened { id: u64::from(id.0), existed: false })]))
    }

    pub(super) fn open_subjects(
        &mut self,
        entity: &str,
        subjects: Vec<SubjectOpening>,
    ) -> Result<Answer, Rejection> {
        let entity = self.books.catalog.entity(entity).ok_or(Rejection::UnknownEntity)?;
        let results = subjects.into_iter().map(|opening| self.open_subject(entity, opening));
        Ok(Answer::Opened(results.collect()))
    }

    pub(super) fn open_subject(
        &mut self,
        entity: EntityId,
        opening: SubjectOpening,
    ) -> Result<Opened, Rejection> {
        if let Some(there) = self.books.catalog.judge_subject(entity, &opening)? {
            return Ok(Opened { id: u64::from(there.0), existed: true });
        }
        self.output.begin_rules(&mut self.books.catalog);
        let id = self.books.catalog.add_subject(entity, opening.clone());
        self.output.frame.push_admin(&Admin::Subject { id, entity, opening });
        Ok(Opened { id: u64::from(id.0), existed: false })
    }

    pub(super) fn open_accounts(&mut self, reply_to: Option<ReplyTo>, openings: &[AccountOpening]) -> Step {
        let mut results = Vec::with_capacity(openings.len());
        let mut by_shard: BTreeMap<ShardId, Vec<(AccountId, Account, bool)>> = BTreeMap::new();
        for opening in openings {
            let result = self.books.catalog.judge_opening(opening).map(|judged| match judged {
                Judged::There(id) => Opened { id: id.0, existed: true },
                Judged::New(account) => {
                    let hot = opening.hot && self.hot.count() < self.settings.hot_accounts;
                    let id = self.add_account(&account, hot);
                    if let Some(customer) = &opening.customer {
                        self.tie(account.entity, customer, id);
                    }
                    by_shard.entry(self.shard_of(id)).or_default().push((id, account, hot));
                    Opened { id: id.0, existed: false }
                }
            });
            results.push(result);
        }
        let frame = self.output.frame.number;
        let orders =
            by_shard.into_iter().map(|(shard, accounts)| (shard, ShardOrder::Open { frame, accounts }));
        self.wait(Barrier::Written { reply_to, answer: Answer::Opened(results) }, orders.collect())
    }

    fn tie(&mut self, entity: EntityId, customer: &str, account: AccountId) {
        self.output.frame.push_admin(&Admin::Customer { entity, account, customer: customer.into() });
        self.books.catalog.add_customer(entity, customer, account);
    }

    pub(super) fn map_customer(
        &mut self,
        client: ClientId,
        account: &AccountRef,
        customer: &str,
        notes: &[u8],
    ) -> Result<Answer, Rejection> {
        if customer.is_empty() || customer.len() > MAX_NAME {
            return Err(Rejection::Malformed);
        }
        let id = self.books.find(account)?;
        let entity = self.books.entity_of(id);
        if !self.books.catalog.accounts_of(entity, customer).any(|account| account == id) {
            self.output.register(client, "map_customer", &format!("{customer} to account {id}"), notes);
            self.tie(entity, customer, id);
        }
        Ok(Answer::Done)
    }

    pub(super) fn map_type(
        &mut self,
        client: ClientId,
        (entity, kind, subject): (&str, &str, &str),
        from: Date,
        notes: &[u8],
    ) -> Result<Answer, Rejection> {
        if kind.is_empty() || kind.len() > MAX_NAME {
            return Err(Rejection::Malformed);
        }
        let entity = self.books.catalog.entity(entity).ok_or(Rejection::UnknownEntity)?;
        let found = self.books.catalog.subject_by_code(entity, subject).ok_or(Rejection::UnknownSubject)?;
        let (takes_accounts, id) = (self.books.catalog.takes_accounts(found), found.id);
        if !takes_accounts {
            return Err(Rejection::NotLeaf);
        }
        if from < self.books.catalog.date(entity) {
            return Err(Rejection::DateClosed);
        }
        self.output.register(client, "map_type", &format!("{kind} to subject {subject} from {from}"), notes);
        self.output.frame.push_admin(&Admin::Mapping { entity, subject: id, from, kind: kind.into() });
        self.books.catalog.add_mapping(entity, kind, from, id);
        Ok(Answer::Done)
    }

    pub(super) fn add_account(&mut self, account: &Account, hot: bool) -> AccountId {
        let id = self.books.add_account(account, hot);
        if hot {
            let row = Row::open(&Catalog::opened_entry(id, account, hot), Position::NONE);
            self.hot.add(Gate::new(id, &row), &mut self.books);
        }
        id
    }
}
