//! Transactions by reference, by the id that some client gave, or all of some dates.

use std::collections::BTreeSet;

use longmen_access_log::Subject;
use longmen_engine::ledger::{
    AccountId, Answer, ClientId, Command, Date, EntityId, MAX_BATCH, Operation, RecordPlace,
};
use longmen_engine::{FindQuery, FoundPage, Outcomes, Sought, TransactionRecord};

use super::context::{Ask, Context};
use super::cursor::Filters;
use super::dates::{first_frame, last_frame};
use super::known_accounts::KnownAccounts;
use crate::service::in_flight::InFlight;
use crate::service::sizes::{LINE, PAGE_OF_LEGS, one};
use crate::service::unanswered::Unanswered;

/// A page reads so many frames at most: it must not hold a reader for long.
const FOUND_IN: u64 = 8_192;
/// A page ends with the frame in which it has looked at so many transactions.
const LOOKED_AT: u64 = 262_144;
/// So often it looks further, where those that it found turn out to be other entities'.
const LOOK_UPS: usize = 16;

/// A page of transactions that are looked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FindAsked {
    pub(crate) what: FindWhat,
    /// Where the page begins, as the page before said.
    pub(crate) after: Option<RecordPlace>,
    pub(crate) limit: usize,
}

/// Which transactions are looked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FindWhat {
    pub(crate) sought: Sought,
    /// Who asked for them; `None`: any client.
    pub(crate) client: Option<ClientId>,
    /// What became of them.
    pub(crate) outcomes: Outcomes,
    /// Whose dates are meant, and whose transactions, those of others with a leg on one of its accounts among them; `None`:
    /// those of every entity.
    pub(crate) entity: Option<Box<str>>,
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
    /// Whether they are wanted with their legs on accounts of the entity (序时账).
    pub(crate) legs: bool,
}

/// Transactions in the order of the log, and where the next page begins, if there is more to look at.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) transactions: Vec<TransactionRecord>,
    /// The accounts of their legs, where they are asked for with them.
    pub(crate) accounts: Option<KnownAccounts>,
    pub(crate) next: Option<String>,
}

impl FindWhat {
    /// What a search is asked for.
    pub(crate) fn filters(&self) -> Filters {
        let FindWhat { sought, client, outcomes, entity, from, to, legs } = self;
        let (reference, id) = match sought {
            Sought::Reference(reference) => (Some(reference), None),
            Sought::Id(id) => (None, Some(id)),
            Sought::All => (None, None),
        };
        Filters::of("find")
            .with(reference)
            .with(id)
            .with(client.as_ref())
            .with(Some(outcomes.name()))
            .with(entity.as_ref())
            .with(from.as_ref())
            .with(to.as_ref())
            .with(legs.then_some("legs"))
    }

    /// The first record to look at, and the last frame: those in which the dates asked for were current.
    fn range(&self, closed: &[(Date, u64)]) -> (RecordPlace, u64) {
        let first = self.from.map_or(1, |from| first_frame(from, closed));
        (RecordPlace { frame: first, ordinal: 0 }, self.to.map_or(u64::MAX, |to| last_frame(to, closed)))
    }
}

impl Ask for FindAsked {
    const OPERATION: Operation = Operation::Find;

    type Answer = Found;

    fn price(&self) -> InFlight {
        one(LINE * self.limit + if self.what.legs { PAGE_OF_LEGS } else { 0 })
    }

    fn subject(&self) -> Subject {
        let FindWhat { sought, client, outcomes, entity, from, to, legs } = &self.what;
        let (reference, id) = match sought {
            Sought::Reference(reference) => (Some(reference.clone()), None),
            Sought::Id(id) => (None, Some(format!("{:032x}", id.0))),
            Sought::All => (None, None),
        };
        Subject::default()
            .with("reference", reference)
            .with("id", id)
            .with("client", client.map(|client| client.to_string()))
            .with("outcomes", Some(outcomes.name()))
            .with("entity", entity.clone())
            .with("from", from.map(|date| date.to_string()))
            .with("to", to.map(|date| date.to_string()))
            .with("legs", legs.then(|| "true".to_owned()))
            .with("after", self.after.map(|place| format!("{}/{}", place.frame, place.ordinal)))
            .with("limit", Some(self.limit.to_string()))
    }

    fn told(found: &Found, _: &mut Subject) -> usize {
        found.transactions.len()
    }

    async fn ask(self, context: &Context) -> Result<Found, Unanswered> {
        let FindAsked { what, after, limit } = self;
        context.permit(Self::OPERATION, what.entity.as_deref())?;
        if what.legs {
            context.permit(Operation::Transaction, what.entity.as_deref())?;
        }
        let (entity, closed) = match what.entity.clone() {
            Some(entity) => {
                let closings = context.closings(entity).await?;
                (Some(closings.entity), closings.closed)
            }
            None => (None, Vec::new()),
        };
        if let Some(after) = after {
            context.look_up(move |history| history.has_frame(after.frame)).await?;
        }
        let (first, last) = what.range(&closed);
        let begin = after.map_or(first, |after| after.max(first));
        let mut search = Search { what, entity, last, next: Some(begin), frames: FOUND_IN, heads: LOOKED_AT };
        let mut found = Vec::new();
        for _ in 0..LOOK_UPS {
            match limit.max(1) - found.len() {
                0 => break,
                left => found.extend(search.go_on(context, left).await?),
            }
            // A page with legs ends with what one look has found: its legs are bounded by that.
            if search.is_over() || (search.what.legs && !found.is_empty()) {
                break;
            }
        }
        let accounts = match search.what.legs {
            true => Some(search.keep_own_legs(context, &mut found).await?),
            false => None,
        };
        let place =
            |RecordPlace { frame, ordinal }| search.what.filters().cursor(format_args!("{frame}/{ordinal}"));
        Ok(Found { transactions: found, accounts, next: search.next.map(place) })
    }
}

/// A search while a page of it fills.
struct Search {
    what: FindWhat,
    entity: Option<EntityId>,
    /// The last frame to look at.
    last: u64,
    /// Where it goes on; `None`: it has come to its end.
    next: Option<RecordPlace>,
    /// How many frames and transactions the page may still look at.
    frames: u64,
    heads: u64,
}

impl Search {
    fn is_over(&self) -> bool {
        self.next.is_none() || self.frames == 0 || self.heads == 0
    }

    /// Looks further, for so many transactions at most.
    async fn go_on(&mut self, context: &Context, limit: usize) -> Result<Vec<TransactionRecord>, Unanswered> {
        let Some(begin) = self.next else { return Ok(Vec::new()) };
        let query = self.query(begin, limit);
        let page = context.look_up(move |history| history.find(&query)).await?;
        self.frames = self.frames.saturating_sub(page.frames);
        self.heads = self.heads.saturating_sub(page.heads);
        self.next = page.next;
        let mut found = self.own(context, page).await?;
        if let Some(more) = found.get(limit) {
            self.next = Some(RecordPlace { frame: more.frame, ordinal: more.ordinal });
            found.truncate(limit);
        }
        Ok(found)
    }

    fn query(&self, begin: RecordPlace, limit: usize) -> FindQuery {
        FindQuery {
            sought: self.what.sought.clone(),
            client: self.what.client,
            outcomes: self.what.outcomes,
            entity: self.entity,
            from: self.what.from.unwrap_or(Date::FIRST),
            to: self.what.to.unwrap_or(Date::LAST),
            legs: self.what.legs,
            begin,
            last: self.last,
            limit,
            frames: self.frames,
            heads: self.heads,
        }
    }

    /// Leaves of the legs those on accounts of the entity asked for, and gives these accounts: what others' books have of a transaction is
    /// not the caller's to see.
    async fn keep_own_legs(
        &self,
        context: &Context,
        found: &mut [TransactionRecord],
    ) -> Result<KnownAccounts, Unanswered> {
        let legs = found.iter().flat_map(|record| record.legs.iter().map(|leg| leg.account));
        let mut accounts = Vec::new();
        for some in legs.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().chunks(MAX_BATCH) {
            accounts.extend(context.accounts_in(some.iter().copied()).await?);
        }
        accounts.retain(|account| self.what.entity.as_deref() == Some(&*account.key.entity));
        let known = KnownAccounts::of(accounts);
        for record in found {
            record.legs.retain(|leg| known.key(leg.account).is_some());
        }
        Ok(known)
    }

    /// The transactions of the entity asked for, and those that touch one of its accounts.
    async fn own(&self, context: &Context, page: FoundPage) -> Result<Vec<TransactionRecord>, Unanswered> {
        let Some(code) = &self.what.entity else { return Ok(page.transactions) };
        let touched: BTreeSet<AccountId> = page.touched.iter().flatten().copied().collect();
        let own = own_accounts(context, code, &touched).await?;
        let is_own = |(record, touched): &(TransactionRecord, BTreeSet<AccountId>)| {
            Some(record.entity) == self.entity || !touched.is_disjoint(&own)
        };
        Ok(page.transactions.into_iter().zip(page.touched).filter(is_own).map(|(record, _)| record).collect())
    }
}

/// Those of these accounts that are an entity's.
async fn own_accounts(
    context: &Context,
    entity: &str,
    accounts: &BTreeSet<AccountId>,
) -> Result<BTreeSet<AccountId>, Unanswered> {
    let accounts: Vec<AccountId> = accounts.iter().copied().collect();
    let read = |answer| match answer {
        Answer::OwnAccounts(accounts) => Some(accounts),
        _ => None,
    };
    let mut own = BTreeSet::new();
    for accounts in accounts.chunks(MAX_BATCH) {
        let command = Command::OwnAccounts { entity: entity.into(), accounts: accounts.to_vec() };
        own.extend(context.ask(command, read).await?);
    }
    Ok(own)
}
