//! What an account had at a moment of the past.

use longmen_access_log::Subject;
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

    fn subject(&self) -> Subject {
        let (name, moment) = match self.moment {
            Moment::Time(time_us) => ("time_us", time_us.to_string()),
            Moment::Accounting(date) => ("date", date.to_string()),
            Moment::Value(date) => ("value_date", date.to_string()),
        };
        Subject::of_accounts([&self.account]).with(name, Some(moment))
    }

    fn told((account, _): &Self::Answer, subject: &mut Subject) -> usize {
        subject.found(account);
        1
    }

    async fn ask(self, context: &Context) -> Result<Self::Answer, Unanswered> {
        let BalanceAtAsked { account, moment } = self;
        let account = context.account_for(Self::OPERATION, account).await?;
        context
            .look_up(move |history| history.balance_at(&account, moment).map(|found| (account, found)))
            .await
    }
}
