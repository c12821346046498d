//! Payments sent to a Longmen node, and the node's books held against its answers: what `longmen demo` shows once, and
//! the load harness does at length.
//!
//! A [`Workload`] plans accounts and endless streams of transactions over them, [`setup`] opens the accounts, [`driver`]
//! sends the transactions and measures the answers without coordinated omission, [`books`] adds up what the answers say,
//! [`check`] holds the node's books against that, and [`crash`] does so after the node was killed under load.

pub mod books;
pub mod check;
pub mod crash;
pub mod driver;
mod encode;
mod error;
pub mod measure;
mod pace;
mod plan;
pub mod setup;
pub mod slow_requests;
pub mod timeline;

pub use encode::{Encoding, Placed};
pub use error::LoadError;
pub use plan::{
    AccountPlan, Expect, Kind, Leg, Plan, Planned, Population, Request, Stream, SubjectPlan, Workload,
};
