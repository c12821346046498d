//! The legs of a merged entry.

use longmen_access_log::Subject;
use longmen_engine::MergedPage;
use longmen_engine::ledger::{AccountRef, AccountView, Operation, Position, Rejection};

use super::context::{Ask, Context};
use crate::service::in_flight::InFlight;
use crate::service::sizes::{ACCOUNT, LINE, one};
use crate::service::unanswered::Unanswered;

/// Legs of a merged entry.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EntryAsked {
    pub(crate) account: AccountRef,
    pub(crate) position: Position,
    /// The first leg.
    pub(crate) from: u32,
    pub(crate) limit: usize,
}

impl Ask for EntryAsked {
    const OPERATION: Operation = Operation::Entry;

    type Answer = (Box<AccountView>, MergedPage);

    fn price(&self) -> InFlight {
        one(LINE * self.limit + ACCOUNT)
    }

    fn subject(&self) -> Subject {
        Subject::of_accounts([&self.account])
            .with("position", Some(self.position.to_string()))
            .with("from", Some(self.from.to_string()))
            .with("limit", Some(self.limit.to_string()))
    }

    fn told((account, page): &Self::Answer, subject: &mut Subject) -> usize {
        subject.found(account);
        page.legs.len()
    }

    async fn ask(self, context: &Context) -> Result<Self::Answer, Unanswered> {
        let EntryAsked { account, position, from, limit } = self;
        let account = context.account_for(Self::OPERATION, account).await?;
        let found = context.look_up(move |history| {
            history.merged_entry(&account, position, from, limit).map(|page| page.map(|page| (account, page)))
        });
        found.await?.ok_or_else(|| {
            Unanswered::Rejected(Rejection::Malformed, Some("position: no merged entry lies there".into()))
        })
    }
}
