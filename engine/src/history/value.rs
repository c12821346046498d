//! Statements by value date (期望入账日): entries that count from a date on, whenever they were booked.

use super::HistoryError;
use super::chain::Chain;
use super::lines::{Detail, pieces};
use super::query::{Cursor, PageOrder, RangeFigures, StatementPage, StatementQuery};
use super::view::Turnover;
use crate::ledger::{AccountView, Date, Position};

/// A piece whose value date lies in the range.
struct Counted {
    cursor: Cursor,
    signed: i128,
    is_shown: bool,
}

/// What the walk over the whole history found.
#[derive(Default)]
struct Walked {
    /// Debit-positive, of everything with a value date before the range.
    opening: i128,
    /// In the order of the books, oldest first.
    counted: Vec<Counted>,
    shown: Turnover,
    hidden: Turnover,
}

/// A page by value date. Lines stand in the order of the books; the balances before and after them, and those of the
/// page, are sums by value date and not the booked ones.
pub(super) fn statement(
    chain: &mut Chain<'_>,
    account: &AccountView,
    query: &StatementQuery,
    from: Date,
    to: Date,
) -> Result<StatementPage, HistoryError> {
    let walked = walk(chain, account.last, query, from, to)?;
    let (first, end) = page_of(&walked.counted, query);
    let sum = |pieces: &[Counted]| pieces.iter().map(|piece| piece.signed).sum::<i128>();
    let opening = walked.opening + sum(&walked.counted[..first]);
    let natural = |balance| account.normal.natural(balance);
    let mut page = StatementPage { opening: natural(opening), ..StatementPage::default() };
    let mut balance = opening;
    for counted in &walked.counted[first..end] {
        let (pieces, _) = pieces(chain, counted.cursor.at, DETAIL)?;
        let piece = pieces.into_iter().find(|piece| piece.leg == counted.cursor.leg);
        let piece = piece.expect("it was seen on the walk, and the log does not change");
        if counted.is_shown {
            piece.count(&mut page.shown);
            page.lines.push(piece.line(chain.view(), balance, account.normal)?);
        } else {
            piece.count(&mut page.hidden);
        }
        balance += counted.signed;
    }
    page.closing = natural(balance);
    let newest_first = query.order == PageOrder::NewestFirst;
    let more = if newest_first { first > 0 } else { end < walked.counted.len() };
    let last = if newest_first { first } else { end.saturating_sub(1) };
    page.next = walked.counted.get(last).filter(|_| more).map(|counted| counted.cursor);
    if newest_first {
        page.lines.reverse();
    }
    page.range = RangeFigures {
        opening: natural(walked.opening),
        closing: natural(walked.opening + sum(&walked.counted)),
        totals: query.totals.then_some((walked.shown, walked.hidden)),
    };
    page.records_read = chain.read;
    Ok(page)
}

const DETAIL: Detail = Detail { holds: false, legs: true };

fn walk(
    chain: &mut Chain<'_>,
    mut at: Position,
    query: &StatementQuery,
    from: Date,
    to: Date,
) -> Result<Walked, HistoryError> {
    let mut walked = Walked::default();
    while at != Position::NONE {
        let (pieces, previous) = pieces(chain, at, DETAIL)?;
        for piece in pieces.iter().rev() {
            let value = piece.value_date(chain.view())?;
            if value < from {
                walked.opening += piece.signed();
            } else if value <= to {
                let is_shown = piece.is_shown(chain.view(), query.view)?;
                piece.count(if is_shown { &mut walked.shown } else { &mut walked.hidden });
                let cursor = Cursor { at, leg: piece.leg };
                walked.counted.push(Counted { cursor, signed: piece.signed(), is_shown });
            }
        }
        at = previous;
    }
    walked.counted.reverse();
    Ok(walked)
}

/// Which of the pieces, oldest first, are on the page.
fn page_of(counted: &[Counted], query: &StatementQuery) -> (usize, usize) {
    let key = |cursor: Cursor| (cursor.at, cursor.leg);
    let limit = query.limit.max(1);
    match query.order {
        PageOrder::NewestFirst => {
            let end = query.after.map_or(counted.len(), |after| {
                counted.partition_point(|piece| key(piece.cursor) < key(after))
            });
            let mut shown = (0..end).rev().filter(|index| counted[*index].is_shown);
            // From the piece after the one that would be too many.
            (shown.nth(limit).map_or(0, |too_many| too_many + 1), end)
        }
        PageOrder::OldestFirst => {
            let first = query
                .after
                .map_or(0, |after| counted.partition_point(|piece| key(piece.cursor) <= key(after)));
            let mut shown = (first..counted.len()).filter(|index| counted[*index].is_shown);
            (first, shown.nth(limit).unwrap_or(counted.len()))
        }
    }
}
