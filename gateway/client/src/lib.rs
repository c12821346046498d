//! A thin client for a Longmen node: the frames of its protocol, a pipelined [`Connection`] and a convenient
//! [`Client`]. It knows the wire (`docs/PROTOCOL.md`) and nothing of the engine.
//!
//! ```no_run
//! use longmen_client::{AccountOpening, Client, Owner, SubjectOpening, Side, Transaction};
//!
//! # async fn example() -> Result<(), longmen_client::ClientError> {
//! let mut client = Client::connect("127.0.0.1:7440", "switch", None).await?;
//! client.open_entity("LM", "2026-11-22").await?;
//! client
//!     .open_subjects("LM", &[
//!         SubjectOpening::leaf("10020101", "Bank", "asset", Side::Debit),
//!         SubjectOpening::leaf("220301", "Users", "liability", Side::Credit),
//!     ])
//!     .await?;
//! let opened = client
//!     .open_accounts(&[
//!         AccountOpening::new("LM", "bank", "", "CNY", "10020101", Owner::Internal).may_go_negative(),
//!         AccountOpening::new("LM", "U1", "cash", "CNY", "220301", Owner::Customer),
//!     ])
//!     .await?;
//! let ids: Vec<u64> = opened.into_iter().map(|one| Ok(one?.id)).collect::<Result<_, longmen_client::Refusal>>()?;
//! let top_up = Transaction::new("top-up-1").debit(ids[0], "12.30", "CNY").credit(ids[1], "12.30", "CNY");
//! let result = client.post_one(&top_up).await?;
//! assert!(result.is_posted());
//! # Ok(())
//! # }
//! ```

mod account;
mod action;
mod answer;
mod charge;
mod client;
mod compact;
mod connection;
mod error;
mod frame;
mod history;
mod id;
mod options;
mod proposing;
mod question;
mod relations;
mod request;
mod socket;
mod tls;
mod transaction;
mod wire;

pub use account::{AccountKey, AccountOpening, AccountRef, Amount, Owner, Side, SubjectOpening};
pub use action::{Action, Consume, Freeze, HoldKind, Naming, Raise, Refund, Reverse, Try, Unfreeze};
pub use answer::{
    Account, Approved, DamagedPlace, Hold, HoldMoved, Holds, LegBalance, MadeLeg, Named, Opened, PostResult,
    Posted, Proposal, Proposals, ProposedAccount, ProposedLeg, RecordedLeg, ScrubStatus, Status,
    TransactionRecord, TriedLeg, Welcome,
};
pub use charge::Charge;
pub use client::Client;
pub use compact::{
    BadCompactAnswer, CompactAnswer, CompactBalance, CompactLeg, CompactResult, CompactSettings,
    CompactTransaction, Note, Transfer, write_transactions, write_transfers,
};
pub use connection::{AnswerFrame, Connection, Receiver, Sender};
pub use error::{ClientError, Refusal};
pub use frame::{FrameError, Prefix, read_prefix, write_frame};
pub use history::{
    AttributeChange, Chart, FeeRules, FeeRulesFrom, FoundTransactions, GeneralLedger, HoldLine, LedgerLine,
    Mapping, Merged, MergedEntry, ModeFrom, PastBalance, RangeFigures, Register, RegisterRow, Statement,
    StatementLine, Subject, SummarySubject, TrialBalance, TrialLine, Turnover,
};
pub use id::{TransactionId, id_of_cancel, id_of_text};
pub use options::ClientOptions;
pub use proposing::Proposing;
pub use question::{
    BalanceAtRequest, EntryRequest, FindRequest, GeneralLedgerRequest, RangeEnd, RegisterRequest,
    StatementRequest,
};
pub use relations::Relation;
pub use request::{
    ApproveRequest, BalanceRequest, CancelRequest, ChangeAccessRequest, ChartRequest, CloseDayRequest,
    CustomerRequest, DecideRequest, FeeRulesRequest, HelloRequest, HoldsRequest, ListAccountsRequest,
    ListAfter, MapCustomerRequest, MapTypeRequest, OpenAccountsRequest, OpenEntityRequest,
    OpenSubjectsRequest, PostRequest, ProposalsRequest, ProposeRequest, Registration, SetBookingModeRequest,
    SetFeeRulesRequest, SetHotRequest, SetLimitsRequest, SetReserveRequest, SetStateRequest,
    TransactionRequest, TrialBalanceRequest,
};
pub use tls::{Tls, TlsError, TlsSettings};
pub use transaction::{Leg, Transaction};
pub use wire::{
    ANSWER_BIT, CONNECTION, Format, HEADER_BYTES, Header, LENGTH_BYTES, MAX_ANSWER, MAX_BATCH, MAX_HELLO,
    MAX_LEGS, MAX_LIST, MAX_NOTES, MAX_ORIGINALS, MAX_REASON, MAX_REQUEST, MAX_STEP, OK, Operation,
    PREFIX_BYTES, PROTOCOL_VERSION, REJECTIONS,
};
