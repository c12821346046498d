//! What an account had at a moment of the past.

use longmen_engine::ledger::{AccountRef, AccountView, Operation};
use longmen_engine::{Moment, PastBalance};

use super::context::{Ask, Context};
use crate::service::in_flight::InFlight;
use crate::service::sizes::{ACCOUNT, one};
use crate::service::unanswered::Unanswered;

/// An account at a moment of the past.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BalanceAtAsked {
    pub(crate) account: AccountRef,
    pub(crate) moment: Moment,
}

impl Ask for BalanceAtAsked {
    const OPERATION: Operation = Operation::BalanceAt;

    type Answer = (Box<AccountView>, PastBalance);

    fn price(&self) -> InFlight {
        one(ACCOUNT)
    }

    async fn ask(self, context: &Context) -> Result<Self::Answer, Unanswered> {
        let BalanceAtAsked { account, moment } = self;
        let account = context.account_for(Self::OPERATION, account).await?;
        context
            .look_up(move |history| history.balance_at(&account, moment).map(|found| (account, found)))
            .await
    }
}
