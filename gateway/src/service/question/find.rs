//! Transactions by reference, or by the id that some client gave.

use std::collections::BTreeSet;

use longmen_engine::ledger::{AccountId, Date, EntityId, Operation, RecordPlace};
use longmen_engine::{FindQuery, FoundPage, Sought};

use super::context::{Ask, Context};
use super::dates::{first_frame, last_frame};
use crate::service::in_flight::InFlight;
use crate::service::sizes::{LINE, one};
use crate::service::unanswered::Unanswered;

/// A page reads so many frames at most: it must not hold a reader for long.
const FOUND_IN: u64 = 8_192;

/// A page of transactions that are looked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FindAsked {
    pub(crate) sought: Sought,
    /// Whose dates are meant, and whose transactions, those of others with a leg on one of its accounts among them; `None`:
    /// those of every entity.
    pub(crate) entity: Option<Box<str>>,
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
    /// Where the page begins, as the page before said.
    pub(crate) after: Option<RecordPlace>,
    pub(crate) limit: usize,
}

impl Ask for FindAsked {
    const OPERATION: Operation = Operation::Find;

    type Answer = FoundPage;

    fn price(&self) -> InFlight {
        one(LINE * self.limit)
    }

    async fn ask(mut self, context: &Context) -> Result<FoundPage, Unanswered> {
        context.permit(Self::OPERATION, self.entity.as_deref())?;
        let code = self.entity.take();
        let (entity, closed) = match code.clone() {
            Some(entity) => {
                let closings = context.closings(entity).await?;
                (Some(closings.entity), closings.closed)
            }
            None => (None, Vec::new()),
        };
        let (after, query) = (self.after, self.query(entity, &closed));
        let look_up = context.look_up(move |history| {
            after.map_or(Ok(()), |after| history.has_frame(after.frame))?;
            history.find(&query)
        });
        let mut page = look_up.await?;
        if let (Some(code), Some(entity)) = (code, entity) {
            let touched = context.accounts_in(page.touched.iter().flatten().copied()).await?;
            let own = touched.into_iter().filter(|account| account.key.entity == code);
            let own: BTreeSet<AccountId> = own.map(|account| account.id).collect();
            keep(&mut page, entity, &own);
        }
        Ok(page)
    }
}

/// Keeps the transactions of an entity, and those that touch one of its own accounts.
fn keep(page: &mut FoundPage, entity: EntityId, own: &BTreeSet<AccountId>) {
    let touched = std::mem::take(&mut page.touched);
    let mut touched = touched.iter();
    page.transactions.retain(|record| {
        let touched = touched.next().expect("the page says of each what it touches");
        record.entity == entity || !touched.is_disjoint(own)
    });
}

impl FindAsked {
    /// The frames in which the dates asked for were current.
    fn query(self, entity: Option<EntityId>, closed: &[(Date, u64)]) -> FindQuery {
        let FindAsked { sought, from, to, after, limit, .. } = self;
        let first = RecordPlace { frame: from.map_or(1, |from| first_frame(from, closed)), ordinal: 0 };
        FindQuery {
            sought,
            entity,
            from: from.unwrap_or(Date::FIRST),
            to: to.unwrap_or(Date::LAST),
            begin: after.map_or(first, |after| after.max(first)),
            last: to.map_or(u64::MAX, |to| last_frame(to, closed)),
            limit,
            frames: FOUND_IN,
        }
    }
}
