//! One request at a time, with arguments and results instead of frames.

mod questions;

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::account::{AccountOpening, AccountRef, SubjectOpening};
use crate::answer::{Approved, Opened, OpenedAll, PostResult, Posted, Proposal, Welcome, each};
use crate::connection::{AnswerFrame, Connection};
use crate::error::{ClientError, Refusal};
use crate::id::TransactionId;
use crate::options::ClientOptions;
use crate::proposing::Proposing;
use crate::request::{
    ApproveRequest, CancelRequest, ChangeAccessRequest, CloseDayRequest, DecideRequest, MapCustomerRequest,
    MapTypeRequest, OpenAccountsRequest, OpenEntityRequest, OpenSubjectsRequest, PostRequest, ProposeRequest,
    Registration, SetBookingModeRequest, SetFeeRulesRequest, SetHotRequest, SetLimitsRequest,
    SetReserveRequest, SetStateRequest,
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
    /// Why it asks.
    reason: Option<Box<str>>,
    proposing: Option<Proposing>,
}

/// A question with why it is asked.
#[derive(Serialize)]
struct Because<'a, T> {
    #[serde(flatten)]
    question: &'a T,
    reason: &'a str,
}

impl Client {
    /// Connects and says hello under `name`, with `token` where the node has tokens.
    ///
    /// # Errors
    /// When the node cannot be reached, or refuses the name and token.
    pub async fn connect(address: &str, name: &str, token: Option<&str>) -> Result<Client, ClientError> {
        let (connection, welcome) = Connection::open(address, name, token).await?;
        Ok(Client { connection, welcome, tag: 0, limit: None, reason: None, proposing: None })
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

    /// Connects as `options` say, and says hello.
    ///
    /// # Errors
    /// As [`Client::connect`]; [`ClientError::Tls`], when one side of TLS does not trust the other;
    /// [`ClientError::TimedOut`], when it takes longer than the limit.
    pub async fn connect_with(options: &ClientOptions) -> Result<Client, ClientError> {
        let opened = Connection::open_with(options);
        let (connection, welcome) = match options.limit {
            Some(limit) => timeout(limit, opened).await.map_err(|_| ClientError::TimedOut { limit })??,
            None => opened.await?,
        };
        Ok(Client { connection, welcome, tag: 0, limit: options.limit, reason: None, proposing: None })
    }

    /// Gives a reason (查询事由) with each question that is asked from now on, at most [`crate::MAX_REASON`] bytes: the node's
    /// access log keeps it, and roles may demand one.
    pub fn give_reason(&mut self, reason: Option<&str>) {
        self.reason = reason.map(Into::into);
    }

    /// What the node said to the hello.
    #[must_use]
    pub fn welcome(&self) -> &Welcome {
        &self.welcome
    }

    /// From now on changes are proposed in place of being done, all under this id: so one at a time. They end with
    /// [`ClientError::Proposed`], unless they are done at once.
    #[must_use]
    pub fn proposing(self, proposing: Proposing) -> Client {
        Client { proposing: Some(proposing), ..self }
    }

    /// Approves what another principal proposed, and has it done (复核通过). `digest` is that of the content that was shown.
    ///
    /// # Errors
    /// See [`Client`]; `own_proposal`, when this principal made it; `digest_mismatch`; `proposal_closed`; whatever refuses what is
    /// proposed.
    pub async fn approve(&mut self, request: &ApproveRequest<'_>) -> Result<Approved, ClientError> {
        self.request(Operation::Approve, request).await
    }

    /// Rejects what another principal proposed (复核退回).
    ///
    /// # Errors
    /// As [`Client::approve`].
    pub async fn reject(&mut self, request: &DecideRequest<'_>) -> Result<(), ClientError> {
        self.ask(Operation::Reject, request).await?.done()
    }

    /// Takes back what this principal proposed (撤回).
    ///
    /// # Errors
    /// See [`Client`]; `own_proposal`, when another made it, or it was done at once; `proposal_closed`.
    pub async fn withdraw(&mut self, request: &DecideRequest<'_>) -> Result<(), ClientError> {
        self.ask(Operation::Withdraw, request).await?.done()
    }

    /// Says which access file holds from now on, by its digest.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn change_access(&mut self, request: &ChangeAccessRequest<'_>) -> Result<(), ClientError> {
        self.ask(Operation::ChangeAccess, request).await?.done()
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
        let (account, expected, registration) = (account.into(), None, Registration::default());
        let request = SetStateRequest { account, account_state, payment_state, expected, registration };
        self.set_state_with(&request).await
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

    /// Says how transactions of a type are booked from an accounting date on (记账方式).
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn set_booking_mode(&mut self, request: &SetBookingModeRequest<'_>) -> Result<(), ClientError> {
        self.ask(Operation::SetBookingMode, request).await?.done()
    }

    /// Sets the rules for fees and splits of an entity from an accounting date on (手续费, 分账).
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn set_fee_rules(&mut self, request: &SetFeeRulesRequest<'_>) -> Result<(), ClientError> {
        self.ask(Operation::SetFeeRules, request).await?.done()
    }

    /// Gives an account a batching actor (热点账户), or takes it away.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn set_hot(&mut self, account: impl Into<AccountRef>, hot: bool) -> Result<(), ClientError> {
        let (account, expected, registration) = (account.into(), None, Registration::default());
        self.set_hot_with(&SetHotRequest { account, hot, expected, registration }).await
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

    async fn open(
        &mut self,
        operation: Operation,
        body: &impl Serialize,
    ) -> Result<Vec<Result<Opened, Refusal>>, ClientError> {
        let opened: OpenedAll = self.request(operation, body).await?;
        each(opened.results)
    }

    /// Asks, and says why where that was given.
    async fn question<T: DeserializeOwned>(
        &mut self,
        operation: Operation,
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        match self.reason.clone() {
            Some(reason) => self.request(operation, &Because { question: body, reason: &reason }).await,
            None => self.request(operation, body).await,
        }
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
        match self.proposing.clone().filter(|_| operation.may_be_proposed()) {
            None => self.exchange(operation, body).await,
            Some(proposing) => self.propose(operation, body, &proposing).await,
        }
    }

    async fn propose(
        &mut self,
        operation: Operation,
        body: &impl Serialize,
        proposing: &Proposing,
    ) -> Result<AnswerFrame<'_>, ClientError> {
        let request = rmp_serde::to_vec_named(body)?;
        let Proposing { id, expires_us, at_once } = proposing.clone();
        let operation = operation.number();
        let request = ProposeRequest { id, operation, request: &request, expires_us, at_once };
        let answer = self.exchange(Operation::Propose, &request).await?;
        if at_once {
            // It was done before, when this came first: then its proposal is told.
            return match answer.payload::<Proposal>() {
                Ok(proposal) => Err(ClientError::Proposed(Box::new(proposal))),
                Err(_) => Ok(answer),
            };
        }
        Err(ClientError::Proposed(Box::new(answer.payload().map_err(explained)?)))
    }

    async fn exchange(
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

/// Why something could not be proposed, where the node says no more than a code.
fn explained(error: ClientError) -> ClientError {
    let words = |code: &str| match code {
        "limit_exceeded" => Some(
            "no more can be proposed now: 1,000 proposals of one maker may be open, and 10,000 in all; have some decided, or \
             withdraw them",
        ),
        "malformed" => {
            Some("it cannot be proposed, or its end does not lie ahead, or more than 31 days ahead")
        }
        _ => None,
    };
    match error {
        ClientError::Refused(Refusal { code, message: None }) => {
            let message = words(&code).map(Into::into);
            ClientError::Refused(Refusal { code, message })
        }
        other => other,
    }
}

fn only_result(mut posted: Posted) -> Result<PostResult, ClientError> {
    posted.results.pop().ok_or(ClientError::Lacks { what: "the result of the transaction" })
}
