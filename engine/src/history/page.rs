//! A page of a statement while it fills.

use longmen_wal::FrameView;

use super::HistoryError;
use super::lines::Piece;
use super::query::{Cursor, PageOrder, StatementPage, StatementQuery};
use crate::ledger::{Position, Side};

/// A page that shows little looks at no more than so many entries, or moves of holds, beside those it shows.
const PASSED: usize = 4_096;

pub(super) struct Page<'q> {
    query: &'q StatementQuery,
    normal: Side,
    page: StatementPage,
    /// Debit-positive: where the page began, and how far it has come.
    began: i128,
    ended: i128,
    passed: usize,
    last: Option<Cursor>,
}

impl<'q> Page<'q> {
    pub(super) fn new(normal: Side, query: &'q StatementQuery) -> Page<'q> {
        let page = StatementPage::default();
        Page { query, normal, page, began: 0, ended: 0, passed: 0, last: None }
    }

    /// Says what the balance is where the page begins.
    pub(super) fn begin(&mut self, balance: i128) {
        (self.began, self.ended) = (balance, balance);
    }

    /// Passes over a record that is no line of this statement, unless the page has passed over enough. A full page goes
    /// on looking whether a line follows.
    pub(super) fn pass(&mut self, at: Position) -> bool {
        if self.passed >= PASSED {
            self.page.next = self.last;
            return false;
        }
        self.last = Some(Cursor { at, leg: 0 });
        self.passed += 1;
        true
    }

    /// Takes in a piece, if there is room: shown or counted as hidden. `before` is the debit-positive balance before it,
    /// `end` the one at its far side, seen in the order of the page.
    pub(super) fn take(
        &mut self,
        view: &FrameView,
        piece: &Piece,
        before: i128,
        end: i128,
    ) -> Result<bool, HistoryError> {
        if self.page.lines.len() >= self.query.limit.max(1) || self.passed >= PASSED {
            self.page.next = self.last;
            return Ok(false);
        }
        if piece.is_shown(view, self.query.view)? {
            self.page.lines.push(piece.line(view, before, self.normal)?);
            piece.count(&mut self.page.shown);
        } else {
            self.passed += 1;
            piece.count(&mut self.page.hidden);
        }
        self.last = Some(Cursor { at: piece.at, leg: piece.leg });
        self.ended = end;
        Ok(true)
    }

    /// The page as it stands.
    pub(super) fn done(mut self) -> StatementPage {
        let (opening, closing) = match self.query.order {
            PageOrder::NewestFirst => (self.ended, self.began),
            PageOrder::OldestFirst => (self.began, self.ended),
        };
        (self.page.opening, self.page.closing) = (self.normal.natural(opening), self.normal.natural(closing));
        self.page
    }
}
