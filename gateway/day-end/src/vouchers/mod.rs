//! Vouchers (凭证) of closed days, for the accounting system.
//!
//! [`make`] reads the journal (序时账) of a closed date and its turnovers in the general ledger (总账), makes vouchers, proves them, and keeps
//! them with their numbers: one transaction of the desk's database. [`export`] writes a file and notes its digest; [`acknowledge`] and
//! [`acknowledge_galaxy`] take in what the accounting system says; [`prove_kept`] holds what is kept to the general ledger once more. Each may
//! be killed at any moment and said again.

mod acknowledge;
mod entries;
mod error;
mod export;
mod fold;
mod make;
mod own_types;
mod prove;
mod turnovers;

pub use acknowledge::{Answered, acknowledge, acknowledge_galaxy, digest_of};
pub use error::VoucherError;
pub use export::{Exported, Selection, export, select};
pub use make::{Made, make};
pub use prove::{ProvedDay, prove_kept};
