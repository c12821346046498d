//! Rows of credit bills (账单): how far each account's bills have come, what they are, and what is to be posted.
//!
//! A run is one transaction of the database: a program that is killed leaves all of it or nothing. What is kept of an account and of a bill
//! is bytes to this store; whoever reckons knows what they say.

mod dues;
mod reading;
mod rows;
mod run;

pub use dues::BillDue;
pub use reading::BillFilter;
pub use rows::{BillMovement, BillOriginal, BillRow, BillsAccount};
pub use run::BillsRun;
