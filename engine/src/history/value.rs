//! Statements by value date (期望入账日): entries that count from a date on, whenever they were booked.

use super::HistoryError;
use super::chain::Chain;
use super::lines::{Detail, pieces};
use super::query::{Cursor, PageOrder, RangeFigures, StatementPage, StatementQuery};
use super::view::Turnover;
use crate::ledger::{AccountView, Date, Position};

/// Where a piece stands: by value date, and on one value date in the order of the books.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    value: Date,
    at: Position,
    leg: u32,
}

/// A piece whose value date lies in the range.
struct Counted {
    place: Place,
    signed: i128,
    is_shown: bool,
}

impl Counted {
    fn cursor(&self) -> Cursor {
        Cursor { at: self.place.at, leg: self.place.leg }
    }
}

/// What the walk over the whole history found.
#[derive(Default)]
struct Walked {
    /// Debit-positive, of everything with a value date before the range.
    opening: i128,
    /// The earliest place first.
    counted: Vec<Counted>,
    /// Where the page before ended, if there was one and the account has such a piece.
    after: Option<Place>,
    shown: Turnover,
    hidden: Turnover,
}

/// A page by value date. Lines stand by value date, those of one date in the order of the books; the balances before and
/// after them, and those of the page, are sums by value date and not the booked ones.
pub(super) fn statement(
    chain: &mut Chain<'_>,
    account: &AccountView,
    query: &StatementQuery,
    from: Date,
    to: Date,
) -> Result<StatementPage, HistoryError> {
    let walked = walk(chain, account.last, query, from, to)?;
    if let (Some(after), None) = (query.after, walked.after) {
        return Err(HistoryError::NotThere { account: account.id, at: after.at });
    }
    let (first, end) = page_of(&walked, query);
    let sum = |pieces: &[Counted]| pieces.iter().map(|piece| piece.signed).sum::<i128>();
    let opening = walked.opening + sum(&walked.counted[..first]);
    let natural = |balance| account.normal.natural(balance);
    let mut page = StatementPage { opening: natural(opening), ..StatementPage::default() };
    let mut balance = opening;
    for counted in &walked.counted[first..end] {
        let (pieces, _) = pieces(chain, counted.place.at, DETAIL)?;
        let piece = pieces.into_iter().find(|piece| piece.leg == counted.place.leg);
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
    page.next = walked.counted.get(last).filter(|_| more).map(Counted::cursor);
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
            let place = Place { value, at, leg: piece.leg };
            if query.after == Some(Cursor { at, leg: piece.leg }) {
                walked.after = Some(place);
            }
            if value < from {
                walked.opening += piece.signed();
            } else if value <= to {
                let is_shown = piece.is_shown(chain.view(), query.view)?;
                piece.count(if is_shown { &mut walked.shown } else { &mut walked.hidden });
                walked.counted.push(Counted { place, signed: piece.signed(), is_shown });
            }
        }
        at = previous;
    }
    walked.counted.sort_unstable_by_key(|counted| counted.place);
    Ok(walked)
}

/// Which of the pieces, the earliest first, are on the page.
fn page_of(Walked { counted, after, .. }: &Walked, query: &StatementQuery) -> (usize, usize) {
    let limit = query.limit.max(1);
    match query.order {
        PageOrder::NewestFirst => {
            let end =
                after.map_or(counted.len(), |after| counted.partition_point(|piece| piece.place < after));
            let mut shown = (0..end).rev().filter(|index| counted[*index].is_shown);
            // From the piece after the one that would be too many.
            (shown.nth(limit).map_or(0, |too_many| too_many + 1), end)
        }
        PageOrder::OldestFirst => {
            let first = after.map_or(0, |after| counted.partition_point(|piece| piece.place <= after));
            let mut shown = (first..counted.len()).filter(|index| counted[*index].is_shown);
            (first, shown.nth(limit).unwrap_or(counted.len()))
        }
    }
}
