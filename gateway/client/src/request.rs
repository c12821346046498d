//! The bodies of requests in MessagePack, one struct an operation. [`crate::Client`] makes them from arguments; a
//! pipelining client hands them to [`crate::Sender::queue`].

use serde::Serialize;

use crate::account::{AccountOpening, AccountRef, Amount, Owner, SubjectOpening};
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
    /// The month in which the books' year begins, 1 to 12; absent: January.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year_starts: Option<u8>,
}

/// Body of `open_subjects`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct OpenSubjectsRequest<'a> {
    /// The entity's code.
    pub entity: &'a str,
    pub subjects: &'a [SubjectOpening],
}

/// Body of `open_accounts`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct OpenAccountsRequest<'a> {
    pub accounts: &'a [AccountOpening],
}

/// Body of `post`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PostRequest<'a> {
    /// The transactions, in order.
    pub transactions: &'a [Transaction],
    /// Whether the answer carries the balance after each leg.
    pub balances: bool,
}

/// Body of `cancel`.
#[derive(Clone, Debug, Serialize)]
pub struct CancelRequest {
    pub id: TransactionId,
    /// When the client asked for it first, in seconds since 1970, as in [`Transaction`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<u32>,
}

/// Who asks for a change, on what approval and why: what the register (登记簿) keeps of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Registration<'a> {
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<&'a str>,
    /// The approval it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<&'a str>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
}

/// Body of `set_state`.
#[derive(Clone, Debug, Serialize)]
pub struct SetStateRequest<'a> {
    pub account: AccountRef,
    /// 0 closed, 1 normal, 3 loss reported, 4 judicial freeze; what is absent stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_state: Option<u8>,
    /// 0 receives only, 1 normal, 2 neither, 3 partial stop, 4 pays only; what is absent stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_state: Option<u8>,
    /// The account's `last` as it was seen: whatever has moved the account since refuses the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<&'a str>,
    /// Who asks for it, and why.
    #[serde(flatten)]
    pub registration: Registration<'a>,
}

/// Body of `set_hot`.
#[derive(Clone, Debug, Serialize)]
pub struct SetHotRequest<'a> {
    pub account: AccountRef,
    /// Hot or not.
    pub hot: bool,
    /// The account's `last` as it was seen: whatever has moved the account since refuses the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<&'a str>,
    /// Who asks for it, and why.
    #[serde(flatten)]
    pub registration: Registration<'a>,
}

/// Body of `set_reserve`.
#[derive(Clone, Debug, Serialize)]
pub struct SetReserveRequest<'a> {
    pub account: AccountRef,
    /// What is kept back from now on.
    pub amount: Amount,
    /// The currency, where the amount is a decimal number and the account is not named by its natural key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<&'a str>,
    /// The account's `last` as it was seen: whatever has moved the account since refuses the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<&'a str>,
    /// Who asks for it, and why.
    #[serde(flatten)]
    pub registration: Registration<'a>,
}

/// Body of `set_limits`: what is absent stays, `Some(None)` takes a limit away.
#[derive(Clone, Debug, Serialize)]
pub struct SetLimitsRequest<'a> {
    pub account: AccountRef,
    /// How far the balance may go below zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overdraft_limit: Option<Option<Amount>>,
    /// The cap on the balance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit_limit: Option<Option<Amount>>,
    /// The most that one transaction may take out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_limit: Option<Option<Amount>>,
    /// The most that the transactions of one accounting date may take out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day_limit: Option<Option<Amount>>,
    /// The currency, where an amount is a decimal number and the account is not named by its natural key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<&'a str>,
    /// The account's `last` as it was seen: whatever has moved the account since refuses the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<&'a str>,
    /// Who asks for it, and why.
    #[serde(flatten)]
    pub registration: Registration<'a>,
}

impl SetLimitsRequest<'_> {
    /// Changes nothing yet.
    #[must_use]
    pub fn new(account: impl Into<AccountRef>) -> Self {
        let (overdraft_limit, credit_limit, transaction_limit, day_limit) = Default::default();
        SetLimitsRequest {
            account: account.into(),
            overdraft_limit,
            credit_limit,
            transaction_limit,
            day_limit,
            currency: None,
            expected: None,
            registration: Registration::default(),
        }
    }
}

/// Body of `map_customer`.
#[derive(Clone, Debug, Serialize)]
pub struct MapCustomerRequest<'a> {
    pub account: AccountRef,
    /// The customer's id outside the books.
    pub customer: &'a str,
    /// Who asks for it, and why.
    #[serde(flatten)]
    pub registration: Registration<'a>,
}

/// Body of `map_type`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MapTypeRequest<'a> {
    /// The entity's code.
    pub entity: &'a str,
    /// The account type.
    #[serde(rename = "type")]
    pub kind: &'a str,
    /// The code of a leaf subject.
    pub subject: &'a str,
    /// The first accounting date on which it holds, `YYYY-MM-DD`.
    pub from: &'a str,
    /// Who asks for it, and why.
    #[serde(flatten)]
    pub registration: Registration<'a>,
}

/// Body of `set_booking_mode`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetBookingModeRequest<'a> {
    /// The entity's code.
    pub entity: &'a str,
    /// The transaction type.
    #[serde(rename = "type")]
    pub kind: &'a str,
    /// `double`, `single_double` or `single`.
    pub mode: &'a str,
    /// The first accounting date on which it holds, `YYYY-MM-DD`.
    pub from: &'a str,
    /// Who asks for it, and why.
    #[serde(flatten)]
    pub registration: Registration<'a>,
}

/// Body of `set_fee_rules`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetFeeRulesRequest<'a> {
    /// The entity's code.
    pub entity: &'a str,
    /// The file, whole.
    pub file: &'a str,
    /// The first accounting date on which it holds, `YYYY-MM-DD`.
    pub from: &'a str,
    /// Who asks for it, and why.
    #[serde(flatten)]
    pub registration: Registration<'a>,
}

/// Body of `fee_rules`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct FeeRulesRequest<'a> {
    /// The entity's code.
    pub entity: &'a str,
    /// Those before the file of this number; 0: up to the newest.
    pub before: u32,
}

/// Body of `customer`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CustomerRequest<'a> {
    /// The entity's code.
    pub entity: &'a str,
    /// The customer's id outside the books.
    pub customer: &'a str,
}

/// Body of `chart`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ChartRequest<'a> {
    /// The entity's code.
    pub entity: &'a str,
}

/// Body of `holds`.
#[derive(Clone, Debug, Serialize)]
pub struct HoldsRequest<'a> {
    /// The account, with holds that are used up; absent: of every account, those of which something remains.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountRef>,
    /// `next` of the page before this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<&'a str>,
    /// How many at most.
    pub limit: u32,
}

/// Body of `close_day`.
#[derive(Clone, Debug, Serialize)]
pub struct CloseDayRequest<'a> {
    /// The entity's code.
    pub entity: &'a str,
    /// The accounting date that begins, `YYYY-MM-DD`.
    pub next: &'a str,
    /// Carry income and expense forward to these accounts first, one for each currency (年终结转); empty: carry nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub carry_forward: Vec<AccountRef>,
    /// Whether it may lie more than ten days ahead of the current date and of the node's clock; needs an approval.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub forced: bool,
    /// Who asks for it, and why.
    #[serde(flatten)]
    pub registration: Registration<'a>,
}

/// Body of `balance`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct BalanceRequest<'a> {
    pub accounts: &'a [AccountRef],
}

/// Body of `accounts`: those of which all that is given is so.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct ListAccountsRequest<'a> {
    /// Where the page begins.
    pub after: ListAfter<'a>,
    /// How many at most.
    pub limit: u32,
    /// The code of the entity whose they are; absent: of every entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<&'a str>,
    /// What the code of their subject begins with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<&'a str>,
    /// Who owns them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// 0 closed, 1 normal, 3 loss reported, 4 judicial freeze.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_state: Option<u8>,
    /// 0 receives only, 1 normal, 2 neither, 3 partial stop, 4 pays only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_state: Option<u8>,
    /// What their number begins with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_prefix: Option<&'a str>,
    /// The customer whom they are tied to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<&'a str>,
}

/// Where a page of accounts begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ListAfter<'a> {
    /// Behind this account; behind 0 at the beginning.
    Account(u64),
    /// Where the page before ended, as its `next` says; of the same question.
    Page(&'a str),
}

impl Default for ListAfter<'_> {
    fn default() -> Self {
        ListAfter::Account(0)
    }
}

/// Body of `transaction`; one of `id` and `place` is given.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TransactionRequest<'a> {
    /// The id, as its client gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<TransactionId>,
    /// Where its record lies, as `frame/ordinal`; whose it is does not matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<&'a str>,
    /// The number of the client whose id it is; absent: this one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<u32>,
}

/// Body of `trial_balance`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TrialBalanceRequest<'a> {
    /// The entity's code; empty: every entity.
    pub entity: &'a str,
}

/// Body of `change_access`.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeAccessRequest<'a> {
    /// The digest of the file: BLAKE3, as 64 hexadecimal digits.
    pub digest: &'a str,
    /// Who asks for it, and why.
    #[serde(flatten)]
    pub registration: Registration<'a>,
}

/// Body of `propose`.
#[derive(Clone, Debug, Serialize)]
pub struct ProposeRequest<'a> {
    pub id: TransactionId,
    /// The number of the operation that is proposed.
    pub operation: u16,
    /// The body of its request.
    #[serde(serialize_with = "as_bytes")]
    pub request: &'a [u8],
    /// When it ends if nobody decides, in microseconds since 1970; absent: after a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_us: Option<i64>,
    /// Whether it is done at once, to be reviewed afterwards.
    pub at_once: bool,
}

/// Body of `approve`.
#[derive(Clone, Debug, Serialize)]
pub struct ApproveRequest<'a> {
    /// The proposal's number.
    pub proposal: u64,
    /// The digest of the content that was shown.
    pub digest: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
}

/// Body of `reject` and `withdraw`.
#[derive(Clone, Debug, Serialize)]
pub struct DecideRequest<'a> {
    /// The proposal's number.
    pub proposal: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
}

/// Body of `proposals`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ProposalsRequest {
    /// `next` of the page before; absent: from the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// How many at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only those that nobody has decided about.
    pub open: bool,
    /// Only those about this account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountRef>,
}

fn as_bytes<S: serde::Serializer>(bytes: &&[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}
