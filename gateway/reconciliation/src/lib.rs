//! Books and a channel's file compared (对账): transaction by transaction, and fee by fee.
//!
//! Pure: rows come in, findings go out, and the same rows give the same findings in the same order. What is found on one side only is hung
//! over (存疑) for so many file days, since a payment just before midnight stands in the file of the day after; what was not found then goes
//! to suspense. What is to be booked about it is told as entries ([`first_steps`], [`release`], [`settlement`]); nothing is posted here.
//!
//! The sums prove the comparison: what the books have, with all that was found to differ, is what the file has, or [`compare`] says so.
//!
//! [`compare`] holds every finding; [`compare_each`] counts them, and hands out those that are kept, so that a large day can be compared
//! in parts: whatever has one name has one [`Candidate::name_hash`].
//!
//! [`money`] compares what channels settled with the lines of the bank, and [`accounting`] the general ledger with the accounting system.

pub mod accounting;
mod calendar;
mod candidate;
mod compare;
mod end;
mod entries;
mod finding;
mod found;
mod hung;
mod judging;
pub mod money;
mod settlement_rule;
mod sums;
mod totals;
mod transaction;

pub use calendar::{Calendar, CalendarError, DayKind};
pub use candidate::Candidate;
pub use compare::{Keep, Rules, compare, compare_each};
pub use end::{End, ends_of};
pub use entries::chart::{Accounts, Chart, ChartError};
pub use entries::lack::Lack;
pub use entries::release::{ReleaseError, release};
pub use entries::settlement::settlement;
pub use entries::steps::{Step, StepKind, StepsError, first_steps};
pub use entries::{Entries, EntriesError, Leg};
pub use finding::{Class, Fate, Finding};
pub use found::Found;
pub use hung::{Hung, Side};
pub use settlement_rule::{NoRule, SettlementRule};
pub use sums::{Compared, Sums};
pub use totals::Totals;
pub use transaction::{BookState, Transaction};
