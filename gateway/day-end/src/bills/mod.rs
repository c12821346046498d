//! Credit bills (账单) are stated, posted, withheld for and held to balances.
//!
//! [`run_bills`] takes the closed dates of an entity from where the last run stopped, folds them into each account's bills, and keeps bills and
//! what is to be posted; all of it is one transaction of the desk's database, so that a run that is killed never was. [`post_bills`] posts
//! what is kept, [`withhold`] takes what is due from those who pay, and [`check_bills`] holds each bill to the account's balance in the books.
//! Each posting has an id of its own that stays, so doing it again does nothing twice.

mod balance;
mod check;
mod closed_dates;
mod error;
mod held;
mod kept;
mod movement;
mod posting;
mod run;
mod withhold;

pub use check::{BillDifference, Checked, check_bills};
pub use error::BillsError;
pub use kept::{read_account, read_bill};
pub use posting::{PostedBills, RefusedPosting, post_bills};
pub use run::{BillsRan, run_bills};
pub use withhold::{Withheld, withhold};
