//! What a statement is asked for, and what it gives.

use std::fmt;
use std::str::FromStr;

use super::lines::{Detail, StatementLine};
use super::view::{Turnover, View};
use crate::ledger::{Date, Position};

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
