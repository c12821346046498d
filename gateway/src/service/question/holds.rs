//! A page of holds.

use longmen_access_log::Subject;
use longmen_engine::ledger::{
    AccountId, AccountRef, AccountView, Answer, Command, Hold, Operation, TransactionKey,
};

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
    /// Whose they are, where one account's were asked for.
    pub(crate) of: Option<Box<AccountView>>,
}

impl Ask for HoldsAsked {
    const OPERATION: Operation = Operation::Holds;

    type Answer = HoldsPage;

    fn price(&self) -> InFlight {
        rows(self.limit, HOLD)
    }

    fn subject(&self) -> Subject {
        let after = self
            .after
            .map(|(account, TransactionKey { client, id })| format!("{account}/{client}/{:032x}", id.0));
        Subject::of_accounts(&self.account).with("after", after).with("limit", Some(self.limit.to_string()))
    }

    fn told(page: &HoldsPage, subject: &mut Subject) -> usize {
        match &page.of {
            Some(account) => subject.found(account),
            None => page.holds.iter().for_each(|(account, _)| subject.tell(*account)),
        }
        page.holds.len()
    }

    async fn ask(self, context: &Context) -> Result<HoldsPage, Unanswered> {
        let HoldsAsked { account, after, limit } = self;
        let of = match &account {
            Some(account) => Some(context.account_for(Self::OPERATION, account.clone()).await?),
            None => context.permit(Self::OPERATION, None).map(|()| None)?,
        };
        let read = |answer| match answer {
            Answer::Holds(holds) => Some(holds),
            _ => None,
        };
        let holds = context.ask(Command::Holds { account, after, limit }, read).await?;
        let accounts = context.accounts_in(holds.iter().map(|(account, _)| *account)).await?;
        Ok(HoldsPage { holds, limit, accounts: KnownAccounts::of(accounts), of })
    }
}
