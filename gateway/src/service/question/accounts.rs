//! Accounts in the order of their opening, of those that a filter lets through.

use longmen_access_log::Subject;
use longmen_engine::ledger::{AccountFilter, AccountId, AccountView, Answer, Command, Operation};

use super::context::{Ask, Context};
use super::cursor::Filters;
use crate::service::in_flight::InFlight;
use crate::service::sizes::{ACCOUNT, rows};
use crate::service::unanswered::Unanswered;

/// A page asks the engine so often at most, which looks at 8,192 accounts each time: others come between.
const STEPS: usize = 16;

/// A page of accounts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct AccountsAsked {
    /// The last account already seen, or [`AccountId::NONE`].
    pub(crate) after: AccountId,
    pub(crate) limit: u32,
    /// Which are meant.
    pub(crate) filter: Box<AccountFilter>,
}

/// Accounts, and where the next page begins, if there is more to look at.
#[derive(Debug)]
pub(crate) struct AccountsPage {
    pub(crate) accounts: Vec<AccountView>,
    pub(crate) next: Option<String>,
}

/// What a list of accounts is asked for.
pub(crate) fn filters(filter: &AccountFilter) -> Filters {
    let AccountFilter { entity, subject, owner, states, number, customer } = filter;
    Filters::of("accounts")
        .with(entity.as_ref())
        .with(subject.as_ref())
        .with(owner.map(|owner| owner.name()))
        .with(states.account.map(|state| state as u8))
        .with(states.payment.map(|state| state as u8))
        .with(number.as_ref())
        .with(customer.as_ref())
}

impl Ask for AccountsAsked {
    const OPERATION: Operation = Operation::Accounts;

    type Answer = AccountsPage;

    fn price(&self) -> InFlight {
        rows(self.limit, ACCOUNT)
    }

    fn subject(&self) -> Subject {
        let AccountFilter { entity, subject, owner, states, number, customer } = &*self.filter;
        let after = (self.after != AccountId::NONE).then(|| self.after.to_string());
        Subject::default()
            .with("entity", entity.clone())
            .with("subject", subject.clone())
            .with("owner", owner.map(|owner| owner.name()))
            .with("account_state", states.account.map(|state| (state as u8).to_string()))
            .with("payment_state", states.payment.map(|state| (state as u8).to_string()))
            .with("number_prefix", number.clone())
            .with("customer", customer.clone())
            .with("after", after)
            .with("limit", Some(self.limit.to_string()))
    }

    fn told(page: &AccountsPage, subject: &mut Subject) -> usize {
        page.accounts.iter().for_each(|account| subject.tell(account.id));
        page.accounts.len()
    }

    async fn ask(self, context: &Context) -> Result<AccountsPage, Unanswered> {
        let AccountsAsked { after, limit, filter } = self;
        context.permit(Self::OPERATION, filter.entity.as_deref())?;
        if filter.customer.is_some() {
            // It tells whose accounts are.
            context.permit(Operation::Customer, filter.entity.as_deref())?;
        }
        let (mut found, mut next) = (Vec::new(), Some(after));
        for _ in 0..STEPS {
            let left = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
            let Some(after) = next.filter(|_| left > 0) else { break };
            let command = Command::ListAccounts { after, limit: left, filter: filter.clone() };
            let (accounts, ended) = context.ask(command, page_of).await?;
            found.extend(accounts);
            next = ended;
        }
        let filters = filters(&filter);
        Ok(AccountsPage { accounts: found, next: next.map(|last| filters.cursor(last)) })
    }
}

fn page_of(answer: Answer) -> Option<(Vec<AccountView>, Option<AccountId>)> {
    match answer {
        Answer::AccountPage { accounts, next } => Some((accounts, next)),
        _ => None,
    }
}
