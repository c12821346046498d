//! What is done at the end of a day with the books of a node, by runs that may be killed at any moment and said again.
//!
//! A run reads closed dates from a node, keeps what it made in the desk's database as one transaction, and posts with ids that stay:
//! a run that is killed never was, and one that is said again does nothing twice. Each module is one kind of run.

mod account_name;
mod accounting_date;
mod atomic_file;
pub mod bills;
mod error;
mod give_way;
mod in_books;
pub mod interest;
mod journal;
mod named_accounts;
mod posting_id;
pub mod revaluation;
pub mod vouchers;

pub use atomic_file::AtomicFile;
pub use error::NodeError;
pub use give_way::give_way;
