//! Transactions, and where in their file they stand.

use longmen_client::Transaction;

/// The transactions of a file.
#[derive(Debug)]
pub(crate) struct Transactions {
    pub(super) posts: Vec<Transaction>,
    /// Where each of them stands.
    pub(super) sources: Vec<Source>,
}

/// Where a transaction stands in its file.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) id: String,
    /// The line of its first row.
    pub(super) line: u64,
    /// Whether all its rows could be read.
    pub(super) is_whole: bool,
    /// Of each leg in the order of steps.
    pub(super) legs: Vec<LegSource>,
}

#[derive(Debug)]
pub(super) struct LegSource {
    pub(super) line: u64,
    pub(super) entity: String,
    /// In minor units.
    pub(super) amount: i64,
}
