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
use crate::record::admin::{Admin, RULES};
use crate::rejection::Rejection;
use crate::schedule::barrier::Barrier;
use crate::schedule::{AccountDescriptor, Coordinator, Step, is_off_balance};
use crate::shard::order::ShardOrder;

/// The most entities of a ledger.
const MAX_ENTITIES: usize = 10_000;

impl Coordinator {
    pub(super) fn hello(&mut self, name: &str) -> Result<Answer, Rejection> {
        if name.is_empty() || name.len() > MAX_NAME {
            return Err(Rejection::Malformed);
        }
        let client = self.catalog.client(name).unwrap_or_else(|| {
            let id = self.catalog.next_client();
            self.frame.push_admin(&Admin::Client { id, name: name.into() });
            self.catalog.add_client(id, name);
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
        if let Some(id) = self.catalog.entity(code) {
            let there = (self.catalog.first_date(id), self.catalog.year_starts(id));
            if there != (start, year_starts) {
                return Err(Rejection::KeyConflict);
            }
            return Ok(Answer::Opened(vec![Ok(Opened { id: u64::from(id.0), existed: true })]));
        }
        let count = self.catalog.entities().len();
        if count >= MAX_ENTITIES {
            return Err(Rejection::LimitExceeded);
        }
        let id = EntityId(u16::try_from(count).expect("entities are capped below 2^16"));
        self.frame.push_admin(&Admin::Entity { id, code: code.into(), start, year_starts });
        self.catalog.add_entity(code, start, year_starts);
        Ok(Answer::Opened(vec![Ok(Opened { id: u64::from(id.0), existed: false })]))
    }

    pub(super) fn open_subjects(
        &mut self,
        entity: &str,
        subjects: Vec<SubjectOpening>,
    ) -> Result<Answer, Rejection> {
        let entity = self.catalog.entity(entity).ok_or(Rejection::UnknownEntity)?;
        let results = subjects.into_iter().map(|opening| self.open_subject(entity, opening));
        Ok(Answer::Opened(results.collect()))
    }

    pub(super) fn open_subject(
        &mut self,
        entity: EntityId,
        opening: SubjectOpening,
    ) -> Result<Opened, Rejection> {
        if let Some(there) = self.catalog.judge_subject(entity, &opening)? {
            return Ok(Opened { id: u64::from(there.0), existed: true });
        }
        self.begin_rules();
        let id = self.catalog.add_subject(entity, opening.clone());
        self.frame.push_admin(&Admin::Subject { id, entity, opening });
        Ok(Opened { id: u64::from(id.0), existed: false })
    }

    /// Writes down that what follows is judged by the rules of this version, where the log does not say so yet.
    pub(super) fn begin_rules(&mut self) {
        if self.catalog.rules() < RULES {
            self.frame.push_admin(&Admin::Rules { version: RULES });
            self.catalog.set_rules(RULES);
        }
    }

    pub(super) fn open_accounts(&mut self, reply_to: Option<ReplyTo>, openings: &[AccountOpening]) -> Step {
        let mut results = Vec::with_capacity(openings.len());
        let mut by_shard: BTreeMap<ShardId, Vec<(AccountId, Account, bool)>> = BTreeMap::new();
        for opening in openings {
            let result = self.catalog.judge_opening(opening).map(|judged| match judged {
                Judged::There(id) => Opened { id: id.0, existed: true },
                Judged::New(account) => {
                    let hot = opening.hot && self.hot_count() < self.settings.hot_accounts;
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
        let frame = self.frame.number;
        let orders =
            by_shard.into_iter().map(|(shard, accounts)| (shard, ShardOrder::Open { frame, accounts }));
        self.wait(Barrier::Written { reply_to, answer: Answer::Opened(results) }, orders.collect())
    }

    fn tie(&mut self, entity: EntityId, customer: &str, account: AccountId) {
        self.frame.push_admin(&Admin::Customer { entity, account, customer: customer.into() });
        self.catalog.add_customer(entity, customer, account);
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
        let id = self.find(account)?;
        let entity = self.descriptor(id).expect("a found account has a descriptor").entity;
        if !self.catalog.accounts_of(entity, customer).any(|account| account == id) {
            self.register(client, "map_customer", &format!("{customer} to account {id}"), notes);
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
        let entity = self.catalog.entity(entity).ok_or(Rejection::UnknownEntity)?;
        let found = self.catalog.subject_by_code(entity, subject).ok_or(Rejection::UnknownSubject)?;
        let (takes_accounts, id) = (self.catalog.takes_accounts(found), found.id);
        if !takes_accounts {
            return Err(Rejection::NotLeaf);
        }
        if from < self.catalog.date(entity) {
            return Err(Rejection::DateClosed);
        }
        self.register(client, "map_type", &format!("{kind} to subject {subject} from {from}"), notes);
        self.frame.push_admin(&Admin::Mapping { entity, subject: id, from, kind: kind.into() });
        self.catalog.add_mapping(entity, kind, from, id);
        Ok(Answer::Done)
    }

    pub(super) fn add_account(&mut self, account: &Account, hot: bool) -> AccountId {
        let id = self.catalog.next_account();
        let entry = Catalog::opened_entry(id, account, hot);
        self.catalog.add_account(&entry);
        self.descriptors.push(AccountDescriptor::new(account, is_off_balance(&self.catalog, account)));
        if hot {
            self.add_gate(Gate::new(id, &Row::open(&entry, Position::NONE)));
        }
        id
    }
}
