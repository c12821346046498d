//! One request at a time, with arguments and results instead of frames.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::account::{AccountOpening, AccountRef, SubjectOpening};
use crate::answer::{
    Account, AccountsFound, Holds, Opened, OpenedAll, PostResult, Posted, Status, TransactionRecord, Welcome,
    each,
};
use crate::connection::{AnswerFrame, Connection};
use crate::error::{ClientError, Refusal};
use crate::history::{
    Chart, FoundTransactions, GeneralLedger, MergedEntry, PastBalance, Register, Statement, TrialBalance,
};
use crate::id::TransactionId;
use crate::question::{
    BalanceAtRequest, EntryRequest, FindRequest, GeneralLedgerRequest, RegisterRequest, StatementRequest,
};
use crate::request::{
    BalanceRequest, CancelRequest, ChartRequest, CloseDayRequest, CustomerRequest, HoldsRequest,
    ListAccountsRequest, MapCustomerRequest, MapTypeRequest, OpenAccountsRequest, OpenEntityRequest,
    OpenSubjectsRequest, PostRequest, Registration, SetHotRequest, SetLimitsRequest, SetReserveRequest,
    SetStateRequest, TransactionRequest, TrialBalanceRequest,
};
use crate::transaction::Transaction;
use crate::wire::Operation;

/// A client that asks and waits. For many requests under way at once use [`Connection`].
///
/// Every method gives [`ClientError::Refused`] when the node refused the request as a whole, and another
/// [`ClientError`] when no answer could be had; after the latter connect again and repeat posts with the same ids.
#[derive(Debug)]
pub struct Client {
    connection: Connection,
    welcome: Welcome,
    tag: u64,
    limit: Option<Duration>,
}

impl Client {
    /// Connects and says hello under `name`, with `token` where the node has tokens.
    ///
    /// # Errors
    /// When the node cannot be reached, or refuses the name and token.
    pub async fn connect(address: &str, name: &str, token: Option<&str>) -> Result<Client, ClientError> {
        let (connection, welcome) = Connection::open(address, name, token).await?;
        Ok(Client { connection, welcome, tag: 0, limit: None })
    }

    /// The same, waiting no longer than `limit` for the welcome and afterwards for any answer.
    ///
    /// # Errors
    /// As [`Client::connect`]; [`ClientError::TimedOut`], when it takes longer.
    pub async fn connect_within(
        address: &str,
        name: &str,
        token: Option<&str>,
        limit: Duration,
    ) -> Result<Client, ClientError> {
        let connected = timeout(limit, Client::connect(address, name, token)).await;
        let client = connected.map_err(|_| ClientError::TimedOut { limit })??;
        Ok(Client { limit: Some(limit), ..client })
    }

    /// What the node said to the hello.
    #[must_use]
    pub fn welcome(&self) -> &Welcome {
        &self.welcome
    }

    /// Asks for nothing but an answer.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn ping(&mut self) -> Result<(), ClientError> {
        self.ask(Operation::Ping, &()).await?.done()
    }

    /// Opens an accounting entity with its first accounting date (`YYYY-MM-DD`); idempotent by code.
    ///
    /// # Errors
    /// See [`Client`]; `key_conflict`, when it is open with another first date, or another year than the calendar's.
    pub async fn open_entity(&mut self, code: &str, start: &str) -> Result<Opened, ClientError> {
        self.open_entity_with(&OpenEntityRequest { code, start, year_starts: None }).await
    }

    /// The same, where the books' year may begin in another month than January.
    ///
    /// # Errors
    /// See [`Client`]; `key_conflict`, when it is open with another first date or another year.
    pub async fn open_entity_with(&mut self, request: &OpenEntityRequest<'_>) -> Result<Opened, ClientError> {
        let mut opened = self.open(Operation::OpenEntity, request).await?;
        let one = opened.pop().ok_or(ClientError::Lacks { what: "the result of the opening" })?;
        Ok(one?)
    }

    /// Opens subjects of an entity; idempotent by code. One result each.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn open_subjects(
        &mut self,
        entity: &str,
        subjects: &[SubjectOpening],
    ) -> Result<Vec<Result<Opened, Refusal>>, ClientError> {
        self.open(Operation::OpenSubjects, &OpenSubjectsRequest { entity, subjects }).await
    }

    /// Opens accounts; idempotent by natural key. One result each.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn open_accounts(
        &mut self,
        accounts: &[AccountOpening],
    ) -> Result<Vec<Result<Opened, Refusal>>, ClientError> {
        self.open(Operation::OpenAccounts, &OpenAccountsRequest { accounts }).await
    }

    /// Posts transactions in order, at most [`crate::MAX_BATCH`]; one result each, and with `balances` the balance
    /// after each leg of what was posted.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn post(
        &mut self,
        transactions: &[Transaction],
        balances: bool,
    ) -> Result<Posted, ClientError> {
        self.request(Operation::Post, &PostRequest { transactions, balances }).await
    }

    /// Posts one transaction.
    ///
    /// # Errors
    /// See [`Client`]; a refusal of the transaction is a [`PostResult`] and no error.
    pub async fn post_one(&mut self, transaction: &Transaction) -> Result<PostResult, ClientError> {
        let posted = self.post(std::slice::from_ref(transaction), false).await?;
        only_result(posted)
    }

    /// Cancels a transaction id, seen or not; a later original is refused.
    ///
    /// # Errors
    /// See [`Client`]; that it was posted already is a [`PostResult`] and no error.
    pub async fn cancel(
        &mut self,
        id: impl Into<TransactionId>,
        time: Option<u32>,
    ) -> Result<PostResult, ClientError> {
        let posted = self.request(Operation::Cancel, &CancelRequest { id: id.into(), time }).await?;
        only_result(posted)
    }

    /// Sets the states of an account; `None` leaves a state as it is.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn set_state(
        &mut self,
        account: impl Into<AccountRef>,
        account_state: Option<u8>,
        payment_state: Option<u8>,
    ) -> Result<(), ClientError> {
        let (account, registration) = (account.into(), Registration::default());
        self.set_state_with(&SetStateRequest { account, account_state, payment_state, registration }).await
    }

    /// Sets the states of an account, for the register.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn set_state_with(&mut self, request: &SetStateRequest<'_>) -> Result<(), ClientError> {
        self.ask(Operation::SetState, request).await?.done()
    }

    /// Sets the withholding reserve (代扣备用金) of an account: what is kept back from its available balance.
    ///
    /// # Errors
    /// See [`Client`]; `insufficient_funds`, when less is available.
    pub async fn set_reserve(&mut self, request: &SetReserveRequest<'_>) -> Result<(), ClientError> {
        self.ask(Operation::SetReserve, request).await?.done()
    }

    /// Sets limits (限额) of an account.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn set_limits(&mut self, request: &SetLimitsRequest<'_>) -> Result<(), ClientError> {
        self.ask(Operation::SetLimits, request).await?.done()
    }

    /// Ties an account to a customer (客户号).
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn map_customer(&mut self, request: &MapCustomerRequest<'_>) -> Result<(), ClientError> {
        self.ask(Operation::MapCustomer, request).await?.done()
    }

    /// Says which subject accounts of a type get that are opened from a date on.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn map_type(&mut self, request: &MapTypeRequest<'_>) -> Result<(), ClientError> {
        self.ask(Operation::MapType, request).await?.done()
    }

    /// Gives an account a batching actor (热点账户), or takes it away.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn set_hot(&mut self, account: impl Into<AccountRef>, hot: bool) -> Result<(), ClientError> {
        let (account, registration) = (account.into(), Registration::default());
        self.set_hot_with(&SetHotRequest { account, hot, registration }).await
    }

    /// Gives an account a batching actor, or takes it away, for the register.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn set_hot_with(&mut self, request: &SetHotRequest<'_>) -> Result<(), ClientError> {
        self.ask(Operation::SetHot, request).await?.done()
    }

    /// Ends the accounting date of an entity (日切); `next` (`YYYY-MM-DD`) begins.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn close_day(&mut self, entity: &str, next: &str) -> Result<(), ClientError> {
        let registration = Registration::default();
        self.close_day_with(&CloseDayRequest {
            entity,
            next,
            carry_forward: Vec::new(),
            forced: false,
            registration,
        })
        .await
    }

    /// Ends the accounting date of an entity, carrying income and expense forward first where an account is given for
    /// that (年终结转).
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn close_day_with(&mut self, request: &CloseDayRequest<'_>) -> Result<(), ClientError> {
        self.ask(Operation::CloseDay, request).await?.done()
    }

    /// How accounts stand, one result each.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn balances(
        &mut self,
        accounts: &[AccountRef],
    ) -> Result<Vec<Result<Account, Refusal>>, ClientError> {
        let found: AccountsFound = self.request(Operation::Balance, &BalanceRequest { accounts }).await?;
        each(found.accounts)
    }

    /// How one account stands.
    ///
    /// # Errors
    /// See [`Client`]; `unknown_account`, when there is none.
    pub async fn balance(&mut self, account: impl Into<AccountRef>) -> Result<Account, ClientError> {
        let mut found = self.balances(&[account.into()]).await?;
        Ok(found.pop().ok_or(ClientError::Lacks { what: "the account" })??)
    }

    /// A page of accounts in order of opening, from the one after `after` (0: from the first).
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn accounts(&mut self, after: u64, limit: u32) -> Result<Vec<Account>, ClientError> {
        let found: AccountsFound =
            self.request(Operation::Accounts, &ListAccountsRequest { after, limit }).await?;
        Ok(each(found.accounts)?.into_iter().collect::<Result<_, _>>()?)
    }

    /// The accounts of a customer (客户号).
    ///
    /// # Errors
    /// See [`Client`]; `unknown_entity`, when there is none of that code.
    pub async fn customer(&mut self, entity: &str, customer: &str) -> Result<Vec<Account>, ClientError> {
        let found: AccountsFound =
            self.request(Operation::Customer, &CustomerRequest { entity, customer }).await?;
        Ok(each(found.accounts)?.into_iter().collect::<Result<_, _>>()?)
    }

    /// A page of holds (冻结), by account and name: of one account, or of all those of which something remains.
    ///
    /// # Errors
    /// See [`Client`]; `unknown_account`, when there is none.
    pub async fn holds(&mut self, request: &HoldsRequest<'_>) -> Result<Holds, ClientError> {
        self.request(Operation::Holds, request).await
    }

    /// A page of an account's entries, newest first; `before` is `next` of the page before.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn statement(
        &mut self,
        account: impl Into<AccountRef>,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Statement, ClientError> {
        self.statement_with(&StatementRequest { before, ..StatementRequest::new(account, limit) }).await
    }

    /// A page of an account's entries over a range.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn statement_with(&mut self, request: &StatementRequest<'_>) -> Result<Statement, ClientError> {
        self.request(Operation::Statement, request).await
    }

    /// What an account had at a moment of the past.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn balance_at(&mut self, request: &BalanceAtRequest<'_>) -> Result<PastBalance, ClientError> {
        self.request(Operation::BalanceAt, request).await
    }

    /// The legs that a merged entry stands for.
    ///
    /// # Errors
    /// See [`Client`]; `malformed`, when the entry is not merged.
    pub async fn entry(&mut self, request: &EntryRequest<'_>) -> Result<MergedEntry, ClientError> {
        self.request(Operation::Entry, request).await
    }

    /// A page of a register (登记簿): who changed what, when and why.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn register(&mut self, request: &RegisterRequest<'_>) -> Result<Register, ClientError> {
        self.request(Operation::Register, request).await
    }

    /// The general ledger of an entity over a range of accounting dates.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn general_ledger(
        &mut self,
        request: &GeneralLedgerRequest<'_>,
    ) -> Result<GeneralLedger, ClientError> {
        self.request(Operation::GeneralLedger, request).await
    }

    /// A transaction of this client by its id.
    ///
    /// # Errors
    /// See [`Client`]; `unknown_transaction`, when the node does not know it.
    pub async fn transaction(
        &mut self,
        id: impl Into<TransactionId>,
    ) -> Result<TransactionRecord, ClientError> {
        let request = TransactionRequest { id: Some(id.into()), place: None };
        self.request(Operation::Transaction, &request).await
    }

    /// The transaction, of whichever client, whose record lies at a place (`frame/ordinal`) that a result or a search
    /// gave.
    ///
    /// # Errors
    /// See [`Client`]; `unknown_transaction`, when none lies there.
    pub async fn transaction_at(&mut self, place: &str) -> Result<TransactionRecord, ClientError> {
        self.request(Operation::Transaction, &TransactionRequest { id: None, place: Some(place) }).await
    }

    /// A page of transactions, of whichever client, by their reference or by their id.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn find(&mut self, request: &FindRequest<'_>) -> Result<FoundTransactions, ClientError> {
        self.request(Operation::Find, request).await
    }

    /// The chart of an entity (科目表).
    ///
    /// # Errors
    /// See [`Client`]; `unknown_entity`, when there is none of that code.
    pub async fn chart(&mut self, entity: &str) -> Result<Chart, ClientError> {
        self.request(Operation::Chart, &ChartRequest { entity }).await
    }

    /// The general ledger of an entity at its leaves; an empty code: of every entity.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn trial_balance(&mut self, entity: &str) -> Result<TrialBalance, ClientError> {
        self.request(Operation::TrialBalance, &TrialBalanceRequest { entity }).await
    }

    /// How the node is.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn status(&mut self) -> Result<Status, ClientError> {
        self.request(Operation::Status, &()).await
    }

    async fn open(
        &mut self,
        operation: Operation,
        body: &impl Serialize,
    ) -> Result<Vec<Result<Opened, Refusal>>, ClientError> {
        let opened: OpenedAll = self.request(operation, body).await?;
        each(opened.results)
    }

    async fn request<T: DeserializeOwned>(
        &mut self,
        operation: Operation,
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        self.ask(operation, body).await?.payload()
    }

    /// Answers to requests that were given up before (a dropped future) are passed over by their tags.
    async fn ask(
        &mut self,
        operation: Operation,
        body: &impl Serialize,
    ) -> Result<AnswerFrame<'_>, ClientError> {
        self.tag += 1;
        let tag = self.tag;
        let (sender, receiver) = self.connection.halves();
        sender.queue(tag, operation, body)?;
        let answered = async {
            sender.flush().await?;
            receiver.answer_to(tag).await
        };
        match self.limit {
            Some(limit) => timeout(limit, answered).await.map_err(|_| ClientError::TimedOut { limit })?,
            None => answered.await,
        }
    }
}

fn only_result(mut posted: Posted) -> Result<PostResult, ClientError> {
    posted.results.pop().ok_or(ClientError::Lacks { what: "the result of the transaction" })
}
