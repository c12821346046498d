//! The pure ledger: money, subjects, accounts, transactions and rules. No actors, no clock, no files, no threads, no
//! randomness: everything is decided here, from arguments alone, and the same `apply` serves live and replay.

mod account;
mod amount;
mod command;
mod currency;
mod date;
mod ids;
pub mod notes;
mod rejection;
mod subject;
mod transaction;

pub use account::{AccountKey, AccountOpening, AccountState, AccountView, Owner, PaymentState};
pub use amount::{Amount, Side};
pub use command::{
    AccountRef, Answer, Command, LegBalance, Opened, PostResult, Posted, ReplyTo, Request, Status, TrialBalance,
    TrialLine,
};
pub use currency::{AmountError, Currency};
pub use date::Date;
pub use ids::{AccountId, ClientId, EntityId, Position, ShardId, SubjectId, TransactionId};
pub use rejection::Rejection;
pub use subject::{Subject, SubjectClass, SubjectOpening};
pub use transaction::{Batch, Draft, Leg, MAX_BATCH, MAX_LEGS, MAX_NOTES, Transaction};
