//! What a question is answered from.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;

use longmen_access_log::Subject;
use longmen_engine::ledger::{
    AccountId, AccountRef, AccountView, Acting, Answer, ClientId, Command, Currency, Date, Operation,
    RecordPlace, Rejection, TransactionKey,
};
use longmen_engine::{Closings, Damaged, History, HistoryError, ScrubReport};

use super::exchange::Exchange;
use crate::service::in_flight::InFlight;
use crate::service::load::Load;
use crate::service::log::Log;
use crate::service::unanswered::Unanswered;

/// A question.
pub(crate) trait Ask {
    /// What its caller must be permitted.
    const OPERATION: Operation;

    /// What it comes to.
    type Answer;

    /// What its answer takes of the permits, estimated from above.
    fn price(&self) -> InFlight;

    /// What it is about, for the access log.
    fn subject(&self) -> Subject;

    /// How many rows an answer has. The accounts that it tells of go into the subject.
    fn told(answer: &Self::Answer, subject: &mut Subject) -> usize;

    /// Answers it.
    fn ask(self, context: &Context) -> impl Future<Output = Result<Self::Answer, Unanswered>> + Send;
}

/// What a question is answered from: the engine for what is current, the log for what was.
pub(crate) struct Context {
    client: ClientId,
    /// Who acts for the client; `None`: itself, and it may do everything.
    acting: Option<Arc<Acting>>,
    /// The permits that the question holds itself.
    cost: InFlight,
    load: Arc<Load>,
    log: Log,
    exchange: Exchange,
}

impl Context {
    pub(in super::super) fn new(
        (client, acting): (ClientId, Option<Arc<Acting>>),
        cost: InFlight,
        load: Arc<Load>,
        log: Log,
    ) -> Context {
        Context { client, acting, cost, load, log, exchange: Exchange::default() }
    }

    pub(super) fn exchange(&self) -> Exchange {
        self.exchange.clone()
    }

    /// Who asks.
    pub(super) fn client(&self) -> ClientId {
        self.client
    }

    /// Asks the engine; `read` takes from its answer what such a command is answered with.
    pub(super) async fn ask<T>(
        &self,
        command: Command,
        read: impl FnOnce(Answer) -> Option<T>,
    ) -> Result<T, Unanswered> {
        match self.exchange.ask(command).await {
            Answer::Rejected(rejection) => Err(rejection.into()),
            answer => Ok(read(answer).expect("the engine answers each command with what belongs to it")),
        }
    }

    /// Whether the caller may do this in the books of every entity.
    pub(super) fn may_everywhere(&self, operation: Operation) -> bool {
        self.acting.as_ref().is_none_or(|acting| acting.permissions.may_everywhere(operation))
    }

    /// Whether the caller may do this in the books of an entity, in a currency where it is about one.
    pub(super) fn may_in(&self, operation: Operation, entity: &str, currency: Option<Currency>) -> bool {
        self.acting.as_ref().is_none_or(|acting| acting.permissions.may_in(operation, entity, currency, 0))
    }

    /// Lets a question through about the books of an entity, in all their currencies; whoever may not see all books must name
    /// one.
    pub(super) fn permit(&self, operation: Operation, entity: Option<&str>) -> Result<(), Rejection> {
        let permitted = match entity.filter(|entity| !entity.is_empty()) {
            Some(entity) => {
                let acting = self.acting.as_ref();
                acting.is_none_or(|acting| acting.permissions.may_in_all_currencies(operation, entity))
            }
            None => self.may_everywhere(operation),
        };
        if permitted { Ok(()) } else { Err(Rejection::Forbidden) }
    }

    /// How an account stands that the caller may do this to. Who may not do it everywhere does not learn whether there is an
    /// account that it may not see.
    pub(super) async fn account_for(
        &self,
        operation: Operation,
        account: AccountRef,
    ) -> Result<Box<AccountView>, Unanswered> {
        let found = self.accounts_for(operation, vec![account]).await?.pop().expect("one was asked for");
        Ok(Box::new(found?))
    }

    /// The same of several, in the order asked for.
    pub(super) async fn accounts_for(
        &self,
        operation: Operation,
        accounts: Vec<AccountRef>,
    ) -> Result<Vec<Result<AccountView, Rejection>>, Unanswered> {
        let mut found = self.accounts(accounts).await?;
        if !self.may_everywhere(operation) {
            for account in &mut found {
                let may_see = account.as_ref().is_ok_and(|account| self.may_see(operation, account));
                if !may_see {
                    *account = Err(Rejection::Forbidden);
                }
            }
        }
        Ok(found)
    }

    /// Whether the caller may do this to an account.
    pub(super) fn may_see(&self, operation: Operation, account: &AccountView) -> bool {
        self.may_in(operation, &account.key.entity, Some(account.key.currency))
    }

    /// How these accounts stand, in the order asked for.
    pub(super) async fn accounts(
        &self,
        accounts: Vec<AccountRef>,
    ) -> Result<Vec<Result<AccountView, Rejection>>, Unanswered> {
        self.ask(Command::Balances(accounts), accounts_of).await
    }

    /// How accounts stand that rows speak of, each once; those that are not open are left out. Without rows, nobody is asked.
    pub(super) async fn accounts_in(
        &self,
        rows: impl Iterator<Item = AccountId>,
    ) -> Result<Vec<AccountView>, Unanswered> {
        let accounts: BTreeSet<AccountId> = rows.collect();
        if accounts.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.accounts(accounts.into_iter().map(AccountRef::Id).collect()).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The closed dates of an entity.
    pub(super) async fn closings(&self, entity: Box<str>) -> Result<Closings, Unanswered> {
        let command = Command::Closings { entity, from: Date::FIRST, to: Date::LAST };
        let read = |answer| match answer {
            Answer::Closings { entity, current, closed } => Some(Closings { entity, current, closed }),
            _ => None,
        };
        self.ask(command, read).await
    }

    /// Where a transaction of the caller lies in the log; `None`: there is none.
    pub(super) async fn locate(&self, key: TransactionKey) -> Result<Option<RecordPlace>, Unanswered> {
        let read = |answer| match answer {
            Answer::Located(places) => Some(places),
            _ => None,
        };
        let places = self.ask(Command::Locate(vec![key]), read).await?;
        Ok(places.first().copied().flatten())
    }

    /// Has `read` look something up in the log.
    pub(super) async fn look_up<T: Send + 'static>(
        &self,
        read: impl FnOnce(&History) -> Result<T, HistoryError> + Send + 'static,
    ) -> Result<T, Unanswered> {
        self.log.look_up(read).await
    }

    /// What is under way beside this question, and how many connections there are.
    pub(super) fn load(&self) -> (InFlight, u32) {
        let held = self.load.permits.held();
        let others = InFlight {
            transactions: held.transactions - self.cost.transactions,
            bytes: held.bytes - self.cost.bytes,
        };
        (others, self.load.places.taken())
    }

    /// What is known of the node's files.
    pub(super) fn disk(&self) -> (Damaged, ScrubReport) {
        self.log.disk()
    }
}

/// Accounts, where that is what the engine answers.
pub(super) fn accounts_of(answer: Answer) -> Option<Vec<Result<AccountView, Rejection>>> {
    match answer {
        Answer::Accounts(accounts) => Some(accounts),
        _ => None,
    }
}
