//! Reading the log on threads that may block, a bounded number at once.

use std::sync::Arc;

use longmen_engine::ledger::{AccountView, RecordPlace, TrialBalance};
use longmen_engine::{
    Closings, FindQuery, History, HistoryError, Moment, RegisterEntry, Registered, StatementQuery,
};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::decode::{EntryAsked, LedgerAsked, Post, RegisterAsked, RegisterEnd};
use crate::encode::{KnownAccounts, Page};

/// What shall be looked up.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// A page of this account's entries.
    Statement(Box<AccountView>, StatementQuery),
    /// What this account had.
    BalanceAt(Box<AccountView>, Moment),
    /// The legs of a merged entry of this account.
    Entry(Box<AccountView>, EntryAsked),
    /// A page of this account's register.
    AccountRegister(Box<AccountView>, RegisterAsked),
    /// A part of the ledger's register.
    LedgerRegister { first: u64, last: u64, limit: usize },
    /// The general ledger over a range of dates.
    Ledger(LedgerAsked, Box<(TrialBalance, Closings)>),
    /// The transaction recorded there.
    Transaction(RecordPlace),
    /// A page of transactions that are looked for.
    Found(FindQuery, Option<RecordPlace>),
    /// The originals that the transactions of a post name, each at the post's place for it.
    Originals(Box<Post>),
}

/// What was found.
#[derive(Debug)]
pub(crate) enum Found {
    /// What was asked for; `None`: it is not there.
    Page(Result<Option<Box<Page>>, HistoryError>),
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
    let page = match wanted {
        Wanted::Transaction(RecordPlace { frame, ordinal }) => {
            let found = history.transaction(frame, ordinal).map(|found| {
                found.map(|record| Box::new(Page::Transaction(Box::new(record), KnownAccounts::default())))
            });
            return Found::Page(found);
        }
        Wanted::Found(query, after) => {
            let is_there = after.map_or(Ok(()), |after| history.has_frame(after.frame));
            is_there.and_then(|()| history.find(&query)).map(Page::Found)
        }
        Wanted::Originals(post) => return Found::Originals(attach(history, post)),
        Wanted::Statement(account, query) => {
            history.statement(&account, &query).map(|page| Page::Statement(account, page))
        }
        Wanted::BalanceAt(account, moment) => {
            history.balance_at(&account, moment).map(|found| Page::PastBalance(account, found))
        }
        Wanted::Entry(account, EntryAsked { position, from, limit }) => {
            history.merged_entry(&account, position, from, limit).map(|page| Page::Entry(account, page))
        }
        Wanted::AccountRegister(account, asked) => account_register(history, account, &asked),
        Wanted::LedgerRegister { first, last, limit } => {
            history.ledger_register(first, last, limit).map(Page::LedgerRegister)
        }
        Wanted::Ledger(LedgerAsked { from, to, .. }, figures) => {
            let (trial, closings) = &*figures;
            history.general_ledger(from, to, trial, closings).map(|(ledger, legs)| Page::Ledger(ledger, legs))
        }
    };
    Found::Page(page.map(|page| Some(Box::new(page))))
}

/// A page of an account's register, and the newest attributes before it: a change is told by the difference.
fn account_register(
    history: &History,
    account: Box<AccountView>,
    asked: &RegisterAsked,
) -> Result<Page, HistoryError> {
    let mut page = history.account_register(&account, asked.after, asked.limit)?;
    let (mut before, mut next) = (None, page.next);
    let oldest_changes = |entry: &RegisterEntry| !matches!(entry.what, Registered::Held(_));
    while let (None, Some(at)) = (&before, next) {
        if !page.entries.iter().any(oldest_changes) {
            break;
        }
        let older = history.account_register(&account, Some(at), 1)?;
        before = older.entries.into_iter().find(oldest_changes);
        next = older.next;
    }
    let is_before = |entry: &RegisterEntry| match asked.from {
        Some(RegisterEnd::Date(from)) => entry.date.is_none_or(|date| date < from),
        Some(RegisterEnd::Frame(from)) => entry.position.frame < from,
        None => false,
    };
    if page.entries.last().is_some_and(is_before) {
        page.next = None;
    }
    Ok(Page::AccountRegister { account, page, before, range: (asked.from, asked.to) })
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
