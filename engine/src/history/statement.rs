//! Statements (对账单): the entries of an account over a range, page by page, opening + turnover = closing on each.

use super::chain::{Bound, Chain, Upwards};
use super::lines::pieces;
use super::page::Page;
use super::query::{PageOrder, RangeFigures, StatementPage, StatementQuery, StatementRange};
use super::view::Turnover;
use super::{History, HistoryError};
use crate::ledger::{AccountView, Date, Position};

/// The records of a range: those after `floor`, up to `top`.
#[derive(Clone, Copy, Debug)]
struct Span {
    floor: Position,
    top: Position,
}

impl History {
    /// A page of an account's statement. The ends of the range are found by the chain's links, so a page from the midst
    /// of a million entries takes some hundred records; only [`StatementQuery::totals`] and a range by value date walk
    /// further. A page that hides much ends early, with fewer lines than asked for and a `next`.
    ///
    /// # Errors
    /// [`HistoryError`], where the log cannot be read, the chain is broken, or `query.after` names no record of the
    /// account.
    pub fn statement(
        &self,
        account: &AccountView,
        query: &StatementQuery,
    ) -> Result<StatementPage, HistoryError> {
        let mut chain = Chain::new(self, account.id);
        if let Some(after) = query.after {
            chain.must_begin_at(after.at)?;
        }
        let (from, to) = match query.range {
            StatementRange::Value { from, to } => {
                return super::value::statement(&mut chain, account, query, from, to);
            }
            StatementRange::All => (None, None),
            StatementRange::Accounting { from, to } => {
                let before = from.days().checked_sub(1).and_then(Date::from_days);
                (before.map(Bound::Date), Some(Bound::Date(to)))
            }
            StatementRange::Time { from_us, to_us } => {
                (from_us.checked_sub(1).map(Bound::Time), Some(Bound::Time(to_us)))
            }
        };
        let top = find(&mut chain, account.last, to)?;
        let floor = if from.is_some() { find(&mut chain, top, from)? } else { Position::NONE };
        // An empty range may begin behind its end.
        let span = Span { floor, top };
        let mut page = Page::new(account.normal, query);
        match query.order {
            PageOrder::NewestFirst => newest_first(&mut chain, span, query, &mut page)?,
            PageOrder::OldestFirst => oldest_first(&mut chain, span, query, &mut page)?,
        }
        let mut page = page.done();
        let natural = |balance| account.normal.natural(balance);
        page.range = RangeFigures {
            opening: natural(chain.balance(span.floor)?),
            closing: natural(chain.balance(span.top)?),
            totals: if query.totals { Some(totals(&mut chain, span, query)?) } else { None },
        };
        page.records_read = chain.read;
        Ok(page)
    }
}

fn find(chain: &mut Chain<'_>, from: Position, bound: Option<Bound>) -> Result<Position, HistoryError> {
    bound.map_or(Ok(from), |bound| Ok(chain.find(from, bound, &mut Vec::new())?.at))
}

fn newest_first(
    chain: &mut Chain<'_>,
    span: Span,
    query: &StatementQuery,
    page: &mut Page<'_>,
) -> Result<(), HistoryError> {
    let after = query.after.filter(|after| after.at <= span.top);
    let mut at = after.map_or(span.top, |after| after.at);
    let mut balance = chain.balance(at)?;
    page.begin(balance);
    while at > span.floor {
        let (pieces, previous) = pieces(chain, at, query.detail())?;
        if pieces.is_empty() && !page.pass(at) {
            return Ok(());
        }
        for piece in pieces.iter().rev() {
            let before = piece.before(balance);
            if after.is_some_and(|after| after.at == at && piece.leg >= after.leg) {
                page.begin(before);
            } else if !page.take(chain.view(), piece, before, before)? {
                return Ok(());
            }
            balance = before;
        }
        at = previous;
    }
    Ok(())
}

fn oldest_first(
    chain: &mut Chain<'_>,
    span: Span,
    query: &StatementQuery,
    page: &mut Page<'_>,
) -> Result<(), HistoryError> {
    let after = query.after.filter(|after| after.at > span.floor);
    let start = after.map_or(span.floor, |after| after.at);
    let mut balance = chain.balance(start)?;
    page.begin(balance);
    let mut upwards = Upwards::new(start, span.top);
    // Legs of the entry that the page before ended in may be left.
    let mut next = after.map(|after| after.at).filter(|at| *at <= span.top);
    loop {
        let at = match next.take() {
            Some(at) => at,
            None => match upwards.next(chain)? {
                Some(at) => at,
                None => return Ok(()),
            },
        };
        let (pieces, _) = pieces(chain, at, query.detail())?;
        if pieces.is_empty() && !page.pass(at) {
            return Ok(());
        }
        for piece in &pieces {
            let before = piece.before(balance);
            let end = piece.after(balance);
            if after.is_some_and(|after| after.at == at && piece.leg <= after.leg) {
                page.begin(end);
            } else if !page.take(chain.view(), piece, before, end)? {
                return Ok(());
            }
            balance = end;
        }
    }
}

fn totals(
    chain: &mut Chain<'_>,
    span: Span,
    query: &StatementQuery,
) -> Result<(Turnover, Turnover), HistoryError> {
    let (mut shown, mut hidden) = (Turnover::default(), Turnover::default());
    let mut at = span.top;
    while at > span.floor {
        let (pieces, previous) = pieces(chain, at, query.detail())?;
        for piece in &pieces {
            let is_shown = piece.is_shown(chain.view(), query.view)?;
            piece.count(if is_shown { &mut shown } else { &mut hidden });
        }
        at = previous;
    }
    Ok((shown, hidden))
}
