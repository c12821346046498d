//! A page of an account's entries.

use longmen_engine::ledger::{AccountRef, AccountView, Operation};
use longmen_engine::{StatementPage, StatementQuery};

use super::context::{Ask, Context};
use crate::service::in_flight::InFlight;
use crate::service::sizes::{ACCOUNT, LINE, one};
use crate::service::unanswered::Unanswered;

/// A page of an account's entries.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StatementAsked {
    pub(crate) account: AccountRef,
    pub(crate) query: StatementQuery,
}

impl Ask for StatementAsked {
    const OPERATION: Operation = Operation::Statement;

    type Answer = (Box<AccountView>, StatementPage);

    fn price(&self) -> InFlight {
        one(LINE * self.query.limit + ACCOUNT)
    }

    async fn ask(self, context: &Context) -> Result<Self::Answer, Unanswered> {
        let StatementAsked { account, query } = self;
        let account = context.account_for(Self::OPERATION, account).await?;
        context.look_up(move |history| history.statement(&account, &query).map(|page| (account, page))).await
    }
}
