//! A page of holds.

use longmen_engine::ledger::{AccountId, AccountRef, Answer, Command, Hold, Operation, TransactionKey};

use super::context::{Ask, Context};
use super::known_accounts::KnownAccounts;
use crate::service::in_flight::InFlight;
use crate::service::sizes::{HOLD, rows};
use crate::service::unanswered::Unanswered;

/// Holds: of one account all that are known, else those of which something remains.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct HoldsAsked {
    /// `None`: all.
    pub(crate) account: Option<AccountRef>,
    /// The last hold already seen, by account and name.
    pub(crate) after: Option<(AccountId, TransactionKey)>,
    pub(crate) limit: u32,
}

/// Holds, by account and name, and their accounts.
#[derive(Debug)]
pub(crate) struct HoldsPage {
    pub(crate) holds: Vec<(AccountId, Hold)>,
    /// How many were asked for; there may be more where there are as many.
    pub(crate) limit: u32,
    pub(crate) accounts: KnownAccounts,
}

impl Ask for HoldsAsked {
    const OPERATION: Operation = Operation::Holds;

    type Answer = HoldsPage;

    fn price(&self) -> InFlight {
        rows(self.limit, HOLD)
    }

    async fn ask(self, context: &Context) -> Result<HoldsPage, Unanswered> {
        let HoldsAsked { account, after, limit } = self;
        match &account {
            Some(account) => drop(context.account_for(Self::OPERATION, account.clone()).await?),
            None => context.permit(Self::OPERATION, None)?,
        }
        let read = |answer| match answer {
            Answer::Holds(holds) => Some(holds),
            _ => None,
        };
        let holds = context.ask(Command::Holds { account, after, limit }, read).await?;
        let accounts = context.accounts_in(holds.iter().map(|(account, _)| *account)).await?;
        Ok(HoldsPage { holds, limit, accounts: KnownAccounts::of(accounts) })
    }
}
