//! Transactions by reference, or by the id that some client gave.

use longmen_engine::ledger::{Date, EntityId, RecordPlace};
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
    /// Whose dates are meant, and whose transactions; `None`: those of every entity.
    pub(crate) entity: Option<Box<str>>,
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
    /// Where the page begins, as the page before said.
    pub(crate) after: Option<RecordPlace>,
    pub(crate) limit: usize,
}

impl Ask for FindAsked {
    type Answer = FoundPage;

    fn price(&self) -> InFlight {
        one(LINE * self.limit)
    }

    async fn ask(mut self, context: &Context) -> Result<FoundPage, Unanswered> {
        let (entity, closed) = match self.entity.take() {
            Some(entity) => {
                let closings = context.closings(entity).await?;
                (Some(closings.entity), closings.closed)
            }
            None => (None, Vec::new()),
        };
        let (after, query) = (self.after, self.query(entity, &closed));
        context
            .look_up(move |history| {
                after.map_or(Ok(()), |after| history.has_frame(after.frame))?;
                history.find(&query)
            })
            .await
    }
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
