//! Accounts in the order of their opening.

use longmen_engine::ledger::{AccountId, AccountView, Command, Operation, Rejection};

use super::context::{Ask, Context, accounts_of};
use crate::service::in_flight::InFlight;
use crate::service::sizes::{ACCOUNT, rows};
use crate::service::unanswered::Unanswered;

/// A page of accounts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct AccountsAsked {
    /// The last account already seen, or [`AccountId::NONE`].
    pub(crate) after: AccountId,
    pub(crate) limit: u32,
    /// Whose they are; `None`: of every entity.
    pub(crate) entity: Option<Box<str>>,
}

impl Ask for AccountsAsked {
    const OPERATION: Operation = Operation::Accounts;

    type Answer = Vec<Result<AccountView, Rejection>>;

    fn price(&self) -> InFlight {
        rows(self.limit, ACCOUNT)
    }

    async fn ask(self, context: &Context) -> Result<Self::Answer, Unanswered> {
        let AccountsAsked { after, limit, entity } = self;
        context.permit(Self::OPERATION, entity.as_deref())?;
        context.ask(Command::ListAccounts { after, limit, entity }, accounts_of).await
    }
}
