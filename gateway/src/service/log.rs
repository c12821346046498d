//! Reading the log on threads that may block, a bounded number at once.

use std::sync::Arc;

use longmen_engine::ledger::Rejection;
use longmen_engine::{Damaged, History, HistoryError, ScrubReport};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::unanswered::Unanswered;

/// The log, as those see it who ask. Clones are cheap.
#[derive(Clone)]
pub(super) struct Log {
    history: History,
    gate: Arc<Semaphore>,
}

impl Log {
    /// At most so many look-ups run at once.
    pub(super) fn new(history: History, lookups: usize) -> Log {
        Log { history, gate: Arc::new(Semaphore::new(lookups)) }
    }

    /// Has `read` look something up, as soon as there is a thread for it.
    pub(super) async fn look_up<T: Send + 'static>(
        &self,
        read: impl FnOnce(&History) -> Result<T, HistoryError> + Send + 'static,
    ) -> Result<T, Unanswered> {
        let permit = Arc::clone(&self.gate).acquire_owned().await.expect("the gate is never closed");
        let history = self.history.clone();
        let task = spawn_blocking(move || {
            let found = read(&history);
            drop(permit);
            found
        });
        match task.await {
            Ok(found) => Ok(found?),
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime ended first.
                Err(_) => Err(Rejection::ShuttingDown.into()),
            },
        }
    }

    /// What is known of the node's files.
    pub(super) fn disk(&self) -> (Damaged, ScrubReport) {
        (self.history.damaged(), self.history.scrub())
    }
}
