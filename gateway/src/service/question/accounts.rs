//! Accounts in the order of their opening.

use longmen_engine::ledger::{AccountId, AccountView, Command, Rejection};

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
}

impl Ask for AccountsAsked {
    type Answer = Vec<Result<AccountView, Rejection>>;

    fn price(&self) -> InFlight {
        rows(self.limit, ACCOUNT)
    }

    async fn ask(self, context: &Context) -> Result<Self::Answer, Unanswered> {
        let AccountsAsked { after, limit } = self;
        context.ask(Command::ListAccounts { after, limit }, accounts_of).await
    }
}
