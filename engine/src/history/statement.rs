//! Statements (对账单): the entries of an account over a range, page by page, opening + turnover = closing on each.

use std::fmt;
use std::str::FromStr;

use super::chain::{Bound, Chain, Upwards};
use super::lines::{Detail, StatementLine, pieces};
use super::page::Page;
use super::{History, HistoryError};
use crate::ledger::{AccountView, Date, Position};

/// What of an account's history is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatementQuery {
    /// Which entries.
    pub range: StatementRange,
    /// From which end.
    pub order: PageOrder,
    /// For whose eyes: what is not for them is summed up and not shown.
    pub view: View,
    /// Whether moves of holds are lines too; not by value date, which holds have none of.
    pub holds: bool,
    /// Whether the legs of merged entries are lines, each for itself; always so by value date and in a view that hides
    /// anything, for a merged entry stands for transactions that differ in both.
    pub legs: bool,
    /// Whether the turnover of the whole range is wanted; costs a walk over all of it.
    pub totals: bool,
    /// How many lines a page has at most; 0 counts as 1.
    pub limit: usize,
    /// Where the page before ended, as its [`StatementPage::next`] says.
    pub after: Option<Cursor>,
}

/// Which entries a statement is about. Both ends belong to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatementRange {
    /// All of them.
    #[default]
    All,
    /// By accounting date (会计日).
    Accounting {
        /// The first date.
        from: Date,
        /// The last date.
        to: Date,
    },
    /// By logged time, in microseconds since 1970.
    Time {
        /// The first moment.
        from_us: i64,
        /// The last moment.
        to_us: i64,
    },
    /// By value date (期望入账日). Value dates are in no order, so each page walks the account's whole history.
    Value {
        /// The first date.
        from: Date,
        /// The last date.
        to: Date,
    },
}

/// From which end of the range pages come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PageOrder {
    /// The newest entry first.
    #[default]
    NewestFirst,
    /// The oldest entry first.
    OldestFirst,
}

/// For whose eyes a statement is. An entry is for those that its transaction's note of visibility names, and for
/// everybody where there is none; what is marked in words unknown here is internal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Everything.
    #[default]
    Internal,
    /// What operations may see: all but what is marked internal.
    Operations,
    /// What the customer may see: what is marked so or not marked.
    Customer,
}

/// The last entry that a page took in, shown or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The entry.
    pub at: Position,
    /// Which of its legs, where it is merged and its legs are lines.
    pub leg: u32,
}

/// A page of a statement. Balances are natural; `opening + turnover of what is shown + turnover of what is hidden =
/// closing`, the turnover counted on the account's normal side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatementPage {
    /// The lines, in the order asked for.
    pub lines: Vec<StatementLine>,
    /// The balance before the oldest entry of the page.
    pub opening: i128,
    /// The balance after the newest entry of the page.
    pub closing: i128,
    /// What the lines move.
    pub shown: Turnover,
    /// What entries among them move that the view does not show.
    pub hidden: Turnover,
    /// Where the page ended, if more follows.
    pub next: Option<Cursor>,
    /// The figures of the whole range.
    pub range: RangeFigures,
    /// How many records of the account were read from the log for this page.
    pub records_read: u64,
}

/// What entries move on the two sides (发生额).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turnover {
    /// How many lines.
    pub lines: u64,
    /// Debits, in minor units; red ones count negative.
    pub debit: i128,
    /// Credits, in minor units; red ones count negative.
    pub credit: i128,
}

/// The figures of a whole range, natural.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RangeFigures {
    /// The balance before it.
    pub opening: i128,
    /// The balance at its end.
    pub closing: i128,
    /// What is shown and what is hidden moves, where the query asked for it.
    pub totals: Option<(Turnover, Turnover)>,
}

impl Default for StatementQuery {
    fn default() -> StatementQuery {
        StatementQuery {
            range: StatementRange::All,
            order: PageOrder::NewestFirst,
            view: View::Internal,
            holds: false,
            legs: false,
            totals: false,
            limit: 100,
            after: None,
        }
    }
}

impl StatementQuery {
    pub(super) fn detail(&self) -> Detail {
        Detail { holds: self.holds, legs: self.legs || self.view != View::Internal }
    }
}

impl View {
    /// The view of that name: `customer`, `operations` or `internal`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<View> {
        match name {
            "internal" => Some(View::Internal),
            "operations" => Some(View::Operations),
            "customer" => Some(View::Customer),
            _ => None,
        }
    }

    /// Whether it shows what carries this mark; empty: none.
    #[must_use]
    pub fn shows(self, mark: &str) -> bool {
        match mark {
            "" | "customer" => true,
            "operations" => self != View::Customer,
            _ => self == View::Internal,
        }
    }
}

/// `frame/section/slot`, with `/leg` where it is not 0.
impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.leg {
            0 => self.at.fmt(f),
            leg => write!(f, "{}/{leg}", self.at),
        }
    }
}

/// Text that is no cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a position that a statement gave")]
pub struct NotACursor;

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Cursor, NotACursor> {
        let mut parts = text.split('/');
        let mut part = || parts.next().ok_or(NotACursor);
        let frame = part()?.parse().map_err(|_| NotACursor)?;
        let section = part()?.parse().map_err(|_| NotACursor)?;
        let slot = part()?.parse().map_err(|_| NotACursor)?;
        let leg = parts.next().map_or(Ok(0), |leg| leg.parse().map_err(|_| NotACursor))?;
        let at = Position { frame, slot, section };
        parts.next().map_or(Ok(Cursor { at, leg }), |_| Err(NotACursor))
    }
}

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
