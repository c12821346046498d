//! Reading the log on threads that may block, a bounded number at once.

use std::sync::Arc;

use longmen_engine::ledger::{AccountView, RecordPlace};
use longmen_engine::{History, HistoryError, StatementPage, StatementQuery, TransactionRecord};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::decode::{Page, Post};

/// What shall be looked up.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// A page of this account's entries.
    Statement(Box<AccountView>, Page),
    /// The transaction recorded there.
    Transaction(RecordPlace),
    /// The originals that the transactions of a post name, each at the post's place for it.
    Originals(Box<Post>),
}

/// What was found.
#[derive(Debug)]
pub(crate) enum Found {
    /// A page of this account's entries.
    Statement(Box<AccountView>, Box<Result<StatementPage, HistoryError>>),
    /// The transaction.
    Transaction(Box<Result<Option<TransactionRecord>, HistoryError>>),
    /// The post with its originals attached.
    Originals(Result<Box<Post>, HistoryError>),
    /// Nothing: the runtime ended first.
    Abandoned,
}

/// Looks it up as soon as `gate` lets it; `tag` comes back with what was found.
pub(crate) async fn look_up(
    gate: Arc<Semaphore>,
    history: History,
    tag: u64,
    wanted: Wanted,
) -> (u64, Found) {
    let permit = gate.acquire_owned().await.expect("the gate is never closed");
    let task = spawn_blocking(move || {
        let found = find(&history, wanted);
        drop(permit);
        found
    });
    let found = match task.await {
        Ok(found) => found,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Found::Abandoned,
        },
    };
    (tag, found)
}

fn find(history: &History, wanted: Wanted) -> Found {
    match wanted {
        Wanted::Statement(account, page) => {
            let Page { before, limit } = page;
            let query = StatementQuery { limit, after: before, ..StatementQuery::default() };
            let found = history.statement(&account, &query);
            Found::Statement(account, Box::new(found))
        }
        Wanted::Transaction(RecordPlace { frame, ordinal }) => {
            Found::Transaction(Box::new(history.transaction(frame, ordinal)))
        }
        Wanted::Originals(post) => Found::Originals(attach(history, post)),
    }
}

/// What is not there stays unattached: the engine says so in its place.
fn attach(history: &History, mut post: Box<Post>) -> Result<Box<Post>, HistoryError> {
    let Post { batch, places, .. } = &mut *post;
    let mut wanted = Vec::new();
    let mut known = Vec::new();
    for (naming, place) in batch.namings().zip(places) {
        if let Some(place) = place {
            wanted.push((naming.key, *place));
            known.push(naming);
        }
    }
    for (naming, found) in known.into_iter().zip(history.originals(&wanted)?) {
        naming.found = found;
    }
    Ok(post)
}
