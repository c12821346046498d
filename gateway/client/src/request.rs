//! The bodies of requests in MessagePack, one struct an operation. [`crate::Client`] makes them from arguments; a
//! pipelining client hands them to [`crate::Sender::queue`].

use serde::Serialize;

use crate::account::{AccountOpening, AccountRef, SubjectOpening};
use crate::id::TransactionId;
use crate::transaction::Transaction;

/// Body of `hello`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct HelloRequest<'a> {
    /// The client's name: the scope of its transaction ids.
    pub name: &'a str,
    /// Its token, where the node has tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<&'a str>,
}

/// Body of `open_entity`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct OpenEntityRequest<'a> {
    /// The entity's code.
    pub code: &'a str,
    /// The first accounting date, `YYYY-MM-DD`.
    pub start: &'a str,
}

/// Body of `open_subjects`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct OpenSubjectsRequest<'a> {
    /// The entity's code.
    pub entity: &'a str,
    /// The subjects.
    pub subjects: &'a [SubjectOpening],
}

/// Body of `open_accounts`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct OpenAccountsRequest<'a> {
    /// The accounts.
    pub accounts: &'a [AccountOpening],
}

/// Body of `post`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PostRequest<'a> {
    /// The transactions, in order.
    pub transactions: &'a [Transaction],
    /// Whether the answer shall carry the balance after each leg.
    pub balances: bool,
}

/// Body of `cancel`.
#[derive(Clone, Debug, Serialize)]
pub struct CancelRequest {
    /// The id.
    pub id: TransactionId,
    /// The client's own time, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<u32>,
}

/// Body of `set_state`.
#[derive(Clone, Debug, Serialize)]
pub struct SetStateRequest {
    /// The account.
    pub account: AccountRef,
    /// 0 closed, 1 normal, 3 loss reported, 4 judicial freeze; what is absent stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_state: Option<u8>,
    /// 0 receives only, 1 normal, 2 neither, 3 partial stop, 4 pays only; what is absent stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_state: Option<u8>,
}

/// Body of `set_hot`.
#[derive(Clone, Debug, Serialize)]
pub struct SetHotRequest {
    /// The account.
    pub account: AccountRef,
    /// Hot or not.
    pub hot: bool,
}

/// Body of `close_day`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CloseDayRequest<'a> {
    /// The entity's code.
    pub entity: &'a str,
    /// The accounting date that begins, `YYYY-MM-DD`.
    pub next: &'a str,
}

/// Body of `balance`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct BalanceRequest<'a> {
    /// The accounts.
    pub accounts: &'a [AccountRef],
}

/// Body of `accounts`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ListAccountsRequest {
    /// The last account already seen; 0 starts at the beginning.
    pub after: u64,
    /// How many at most.
    pub limit: u32,
}

/// Body of `statement`.
#[derive(Clone, Debug, Serialize)]
pub struct StatementRequest<'a> {
    /// The account.
    pub account: AccountRef,
    /// `next` of the page before this one; absent: start at the newest entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<&'a str>,
    /// How many lines at most.
    pub limit: u32,
}

/// Body of `transaction`.
#[derive(Clone, Debug, Serialize)]
pub struct TransactionRequest {
    /// The id, as this client gave it.
    pub id: TransactionId,
}

/// Body of `trial_balance`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TrialBalanceRequest<'a> {
    /// The entity's code; empty: every entity.
    pub entity: &'a str,
}
