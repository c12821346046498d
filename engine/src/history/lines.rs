//! From records of the chain to lines of a statement.

use longmen_wal::FrameView;

use super::chain::Chain;
use super::view::{Turnover, View};
use super::{HistoryError, head_of, kind_of, merged, notes_of, tail_of};
use crate::ledger::{
    ActionCode, Amount, ClientId, Date, Entry, Head, Hold, HoldMove, Movement, Named, Position, Posting,
    Side, TransactionId,
    notes::{self, Note, TextIds},
};

/// A line of a statement: one entry, one leg of a merged entry, or one move of a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLine {
    /// Where the entry lies.
    pub position: Position,
    /// Which of a merged entry's legs it is, from 0; 0 for every other line.
    pub leg: u32,
    /// The client of its transaction; 0 for a merged entry and for the ledger itself.
    pub client: ClientId,
    /// Its transaction; 0 for a merged entry and for an expiry.
    pub transaction: TransactionId,
    /// The text that the transaction's id was given as; empty where it was a number.
    pub text_id: Box<str>,
    /// The leg's step; 0 for a merged entry and a hold.
    pub step: u16,
    /// What the transaction does; [`ActionCode::Post`] where there is none.
    pub action: ActionCode,
    /// The transaction type, where the client gave one.
    pub kind: String,
    pub accounting_date: Date,
    pub value_date: Date,
    /// When it was logged, in microseconds since 1970.
    pub time_us: i64,
    /// Debit or credit; of a merged entry, the side of its net; of a hold, the side that takes from the account.
    pub side: Side,
    /// Minor units, negative in red; of a merged entry, its net; of a hold, what it moved, which no balance feels.
    pub amount: i128,
    /// Whether it is a red entry (红字): a negative amount on its side.
    pub red: bool,
    /// What a merged entry stands for.
    pub merged: Option<Merged>,
    /// The hold that moved: the line is of kind hold.
    pub hold: Option<HoldLine>,
    /// The natural balance before.
    pub before: i128,
    /// The natural balance after.
    pub after: i128,
    /// The sum of open holds before.
    pub frozen_before: i64,
    /// The sum of open holds after.
    pub frozen_after: i64,
    /// The transaction or hold that its transaction names: what it reverses, refunds, confirms, releases or spends.
    pub named: Option<Named>,
    /// The text that its transaction gave what it names as; empty where that was a number.
    pub named_text: Box<str>,
    /// The notes of its transaction: reference, counterparty, operator, approval, reason and the like.
    pub notes: Vec<(Note, String)>,
}

/// The legs that a merged entry stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merged {
    /// How many.
    pub count: u32,
    /// The sum of the debit legs.
    pub debit: i128,
    /// The sum of the credit legs.
    pub credit: i128,
}

/// A hold that moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldLine {
    /// What became of it.
    pub moved: HoldMove,
    /// By how much, in minor units.
    pub amount: i64,
    /// The hold after.
    pub hold: Hold,
}

impl StatementLine {
    /// The text of a note; empty where there is none.
    #[must_use]
    pub fn note(&self, wanted: Note) -> &str {
        self.notes.iter().find(|(note, _)| *note == wanted).map_or("", |(_, text)| text)
    }
}

/// What may become a line: part of a record, with what it moves and before any text is read.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) at: Position,
    pub(super) leg: u32,
    /// The ordinal of its transaction in the frame.
    transaction: Option<u32>,
    step: u16,
    date: Date,
    moved: Moved,
    frozen_after: i64,
    /// The debit-positive balance after; a hold has none of its own.
    after: Option<i128>,
}

#[derive(Clone, Debug)]
enum Moved {
    Leg(Side, Amount),
    Merged(Merged),
    Hold(HoldLine),
}

/// Which records become pieces.
#[derive(Clone, Copy, Debug)]
pub(super) struct Detail {
    /// Moves of holds too.
    pub(super) holds: bool,
    /// The legs of merged entries, each for itself.
    pub(super) legs: bool,
}

/// The pieces of the record at `at`, oldest first, and the record before it.
pub(super) fn pieces(
    chain: &mut Chain<'_>,
    at: Position,
    detail: Detail,
) -> Result<(Vec<Piece>, Position), HistoryError> {
    let record = chain.record(at)?;
    let previous = record.entry.previous();
    let pieces = match record.entry {
        Entry::Posting(posting @ Posting { movement: Movement::Merged { .. }, .. }) if detail.legs => {
            merged::pieces_of(chain, at, &posting)?
        }
        Entry::Posting(posting) => vec![Piece::of_posting(at, &posting)],
        Entry::Held(held) if detail.holds => vec![Piece {
            at,
            leg: 0,
            transaction: held.transaction,
            step: 0,
            date: held.date,
            frozen_after: held.frozen_after,
            moved: Moved::Hold(HoldLine { moved: held.moved, amount: held.amount, hold: held.hold }),
            after: None,
        }],
        Entry::Held(_) | Entry::Changed(_) | Entry::Opened(_) => Vec::new(),
    };
    Ok((pieces, previous))
}

impl Piece {
    fn of_posting(at: Position, posting: &Posting) -> Piece {
        let (transaction, step, moved) = match posting.movement {
            Movement::Leg { transaction, step, side, amount } => {
                (Some(transaction), step, Moved::Leg(side, amount))
            }
            Movement::Merged { count, debit, credit } => {
                (None, 0, Moved::Merged(Merged { count, debit, credit }))
            }
        };
        let (date, frozen_after, after) = (posting.date, posting.frozen_after, Some(posting.balance_after));
        Piece { at, leg: 0, transaction, step, date, moved, frozen_after, after }
    }

    /// A leg of the merged entry `posting`, with the debit-positive balance after it.
    pub(super) fn of_merged(
        at: Position,
        posting: &Posting,
        leg: u32,
        hot: &merged::MergedLeg,
        after: i128,
    ) -> Piece {
        Piece {
            at,
            leg,
            transaction: Some(hot.ordinal),
            step: hot.leg.step,
            date: posting.date,
            moved: Moved::Leg(hot.leg.side, hot.leg.amount),
            frozen_after: posting.frozen_after,
            after: Some(after),
        }
    }

    /// What it moves, debit-positive.
    pub(super) fn signed(&self) -> i128 {
        match &self.moved {
            Moved::Leg(side, amount) => side.signed(*amount),
            Moved::Merged(merged) => merged.debit - merged.credit,
            Moved::Hold(_) => 0,
        }
    }

    /// The debit-positive balance after it, where the one before it is known.
    pub(super) fn after(&self, before: i128) -> i128 {
        self.after.unwrap_or(before)
    }

    /// The debit-positive balance before it, where the one after it is known.
    pub(super) fn before(&self, after: i128) -> i128 {
        self.after(after) - self.signed()
    }

    /// Counts it.
    pub(super) fn count(&self, turnover: &mut Turnover) {
        turnover.lines += 1;
        match &self.moved {
            Moved::Leg(Side::Debit, amount) => turnover.debit += i128::from(amount.0),
            Moved::Leg(Side::Credit, amount) => turnover.credit += i128::from(amount.0),
            Moved::Merged(merged) => {
                turnover.debit += merged.debit;
                turnover.credit += merged.credit;
            }
            Moved::Hold(_) => {}
        }
    }

    /// Its value date.
    pub(super) fn value_date(&self, view: &FrameView) -> Result<Date, HistoryError> {
        Ok(self.head(view)?.map_or(self.date, |head| head.value_date))
    }

    /// The head of its transaction, where it has one.
    fn head(&self, view: &FrameView) -> Result<Option<Head>, HistoryError> {
        let head = self.transaction.map(|ordinal| head_of(view, ordinal));
        Ok(head.transpose()?.flatten())
    }

    /// Whether a view shows it.
    pub(super) fn is_shown(&self, view: &FrameView, to: View) -> Result<bool, HistoryError> {
        if to == View::Internal {
            return Ok(true);
        }
        let Some(head) = self.head(view)? else { return Ok(true) };
        let mut notes = notes::read(tail_of(view, &head)?.notes);
        Ok(to.shows(notes.find(|(note, _)| *note == Note::Visibility).map_or("", |(_, text)| text)))
    }

    /// The line that it makes, `before` being the debit-positive balance before it.
    pub(super) fn line(
        &self,
        view: &FrameView,
        before: i128,
        normal: Side,
    ) -> Result<StatementLine, HistoryError> {
        let (side, amount) = match &self.moved {
            Moved::Leg(side, amount) => (*side, i128::from(amount.0)),
            Moved::Merged(_) if self.signed() < 0 => (Side::Credit, -self.signed()),
            Moved::Merged(_) => (Side::Debit, self.signed()),
            Moved::Hold(hold) => (normal.opposite(), i128::from(hold.amount)),
        };
        let frozen = if let Moved::Hold(hold) = &self.moved { hold.moved.signed(hold.amount) } else { 0 };
        let mut line = StatementLine {
            position: self.at,
            leg: self.leg,
            client: ClientId(0),
            transaction: TransactionId(0),
            text_id: Box::default(),
            step: self.step,
            action: ActionCode::Post,
            kind: String::new(),
            accounting_date: self.date,
            value_date: self.date,
            time_us: view.time_us(),
            side,
            amount,
            red: amount < 0,
            merged: if let Moved::Merged(merged) = self.moved { Some(merged) } else { None },
            hold: if let Moved::Hold(hold) = &self.moved { Some(hold.clone()) } else { None },
            before: normal.natural(before),
            after: normal.natural(before + self.signed()),
            frozen_before: self.frozen_after - frozen,
            frozen_after: self.frozen_after,
            named: None,
            named_text: Box::default(),
            notes: Vec::new(),
        };
        if let Some(head) = self.head(view)? {
            line.tell_of(view, &head)?;
        }
        Ok(line)
    }
}

impl StatementLine {
    fn tell_of(&mut self, view: &FrameView, head: &Head) -> Result<(), HistoryError> {
        let tail = tail_of(view, head)?;
        (self.client, self.transaction, self.value_date) = (head.client, head.id, head.value_date);
        (self.action, self.named, self.notes) = (head.action, tail.named, notes_of(tail.notes));
        let texts = TextIds::read(tail.notes);
        (self.text_id, self.named_text) = (texts.own.into(), texts.named.into());
        self.kind = kind_of(view, head)?;
        Ok(())
    }
}
