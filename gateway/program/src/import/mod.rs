//! Imports from CSV: a file is read, judged as a whole, held against the node, and only then sent.

mod accounts;
mod batches;
mod chart;
mod encoding;
mod fault;
mod file_time;
mod line_ends;
mod node;
mod sending;
mod table;
mod transactions;
pub(crate) mod value;

use longmen_client::{Client, ClientError, PostResult, Transaction};
use longmen_terminal::Progress;

pub(crate) use accounts::Accounts;
pub(crate) use chart::{Start, Subjects};
pub(crate) use fault::{Fault, Faults};
pub(crate) use file_time::file_time;
pub(crate) use sending::{Broken, Refused, Sent};
pub(crate) use table::{Cells, Column, read_rows, stream_rows};
pub(crate) use transactions::{Ids, Transactions};

/// What a file holds.
pub(crate) trait Import {
    /// What it holds many of.
    const WHAT: &'static str;
    /// What becomes of each of them.
    const DONE: &'static str;

    /// How many.
    fn count(&self) -> usize;

    /// Holds them against what the node knows, and notes what cannot be right. Changes nothing there.
    async fn look_up(
        &self,
        client: &mut Client,
        progress: &Progress,
        faults: &mut Faults,
    ) -> Result<(), ClientError>;

    /// Sends all of them, in order. What a refused transaction is about is found by `explain`.
    async fn send(
        &self,
        client: &mut Client,
        progress: &Progress,
        explain: impl AsyncFn(&mut Client, &Transaction, &PostResult) -> Option<String>,
    ) -> Result<Sent, Broken>;
}
