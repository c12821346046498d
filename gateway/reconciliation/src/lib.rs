//! Books and a channel's file compared (对账): transaction by transaction, and fee by fee.
//!
//! Pure: rows come in, findings go out, and the same rows give the same findings in the same order. What is found on one side only is hung
//! over (存疑) for so many file days, since a payment just before midnight stands in the file of the day after; what was not found then goes
//! to suspense. Nothing is posted here.
//!
//! The sums prove the comparison: what the books have, with all that was found to differ, is what the file has, or [`compare`] says so.
//!
//! [`money`] compares what channels settled with the lines of the bank, and [`accounting`] the general ledger with the accounting system.

pub mod accounting;
mod calendar;
mod compare;
mod finding;
mod hung;
pub mod money;
mod settlement_rule;
mod sums;
mod transaction;

pub use calendar::{Calendar, CalendarError, DayKind};
pub use compare::{Rules, compare};
pub use finding::{Class, Fate, Finding};
pub use hung::{Hung, Side};
pub use settlement_rule::{NoRule, SettlementRule};
pub use sums::{Compared, Sums};
pub use transaction::{BookState, Transaction};
