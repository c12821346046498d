//! Foreign currencies at the closing rate (期末调汇), over a node.
//!
//! [`revalue`] brings the position accounts of an entity to the rate of its accounting date, before that is closed, and [`translate`] takes what the
//! close carried in foreign currencies into the local one, after it. Nothing is remembered outside the books: entries have ids that stay,
//! and are looked for before they are posted.

mod balances;
mod done;
mod error;
mod posting;
mod revalue;
mod translate;

pub use done::{Done, EntryState};
pub use error::RevaluationError;
pub use revalue::revalue;
pub use translate::translate;
