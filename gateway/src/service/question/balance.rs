//! How accounts stand.

use longmen_access_log::Subject;
use longmen_engine::ledger::{AccountRef, AccountView, Operation, Rejection};

use super::context::{Ask, Context};
use crate::service::in_flight::InFlight;
use crate::service::sizes::{ACCOUNT, cost};
use crate::service::unanswered::Unanswered;

/// Accounts, in the order in which they are to be told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BalanceAsked {
    pub(crate) accounts: Vec<AccountRef>,
}

impl Ask for BalanceAsked {
    const OPERATION: Operation = Operation::Balance;

    type Answer = Vec<Result<AccountView, Rejection>>;

    fn price(&self) -> InFlight {
        cost(self.accounts.len(), self.accounts.len() * ACCOUNT)
    }

    fn subject(&self) -> Subject {
        Subject::of_accounts(&self.accounts)
    }

    fn told(answer: &Self::Answer, subject: &mut Subject) -> usize {
        subject.found_each(answer);
        answer.iter().flatten().count()
    }

    async fn ask(self, context: &Context) -> Result<Self::Answer, Unanswered> {
        context.accounts_for(Self::OPERATION, self.accounts).await
    }
}
