//! Transactions as their records have them, and the way back to one of an earlier frame.

use longmen_wal::FrameView;

use crate::ledger::{
    AccountId, ActionCode, ClientId, Date, EntityId, Entry, Head, Held, HoldKind, HoldMove, HotLeg, Movement,
    Named, Outcome, Posting, RecordPlace, SectionKind, Side, TransactionId, TransactionKey, entries,
    read_tail,
};

/// A leg of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RecordedLeg {
    pub(super) step: u16,
    pub(super) account: AccountId,
    pub(super) side: Side,
    pub(super) amount: i64,
}

/// A move of a hold by a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RecordedMove {
    pub(super) account: AccountId,
    pub(super) hold: TransactionKey,
    pub(super) kind: HoldKind,
    pub(super) moved: HoldMove,
    pub(super) amount: i64,
}

/// A transaction with everything that it did.
#[derive(Clone, Debug)]
pub(super) struct Recorded {
    pub(super) key: TransactionKey,
    pub(super) action: ActionCode,
    pub(super) outcome: Outcome,
    pub(super) entity: EntityId,
    pub(super) date: Date,
    pub(super) named: Option<Named>,
    /// In step order; of a try those that wait for a confirm.
    pub(super) legs: Vec<RecordedLeg>,
    pub(super) moves: Vec<RecordedMove>,
}

impl RecordedLeg {
    /// What it moves, debit-positive.
    pub(super) fn signed(&self) -> i128 {
        self.side.natural(i128::from(self.amount))
    }
}

impl From<&HotLeg> for RecordedLeg {
    fn from(leg: &HotLeg) -> RecordedLeg {
        let &HotLeg { account, amount, step, side } = leg;
        RecordedLeg { step, account, side, amount: amount.0 }
    }
}

impl From<&Held> for RecordedMove {
    fn from(held: &Held) -> RecordedMove {
        let &Held { account, moved, amount, ref hold, .. } = held;
        RecordedMove { account, hold: hold.key, kind: hold.terms.kind, moved, amount }
    }
}

impl Recorded {
    pub(super) fn of_head(head: &Head, named: Option<Named>) -> Recorded {
        Recorded {
            key: key(head.client, head.id),
            action: head.action,
            outcome: head.outcome,
            entity: head.entity,
            date: head.accounting_date,
            named,
            legs: Vec::new(),
            moves: Vec::new(),
        }
    }

    /// Reads a transaction of a frame, whose records are known to be readable; `None` where there is no such one, or the
    /// frame does not hold any more.
    fn read(view: &FrameView, ordinal: u32) -> Option<Recorded> {
        let head = Head::read(view.section(SectionKind::Heads as u16, 0).ok()??.bytes, ordinal)?;
        let tails = view.section(SectionKind::Tails as u16, 0).ok()?.map_or(&[][..], |section| section.bytes);
        let tail = read_tail(&head, tails)?;
        let mut recorded = Recorded::of_head(&head, tail.named);
        recorded.legs.extend(tail.hot_legs.iter().map(RecordedLeg::from));
        for section in view.sections() {
            let section = section.ok()?;
            if section.kind != SectionKind::Entries as u16 {
                continue;
            }
            entries(section.bytes).flatten().for_each(|(_, entry)| recorded.take(&entry, ordinal));
        }
        recorded.legs.sort_unstable_by_key(|leg| leg.step);
        Some(recorded)
    }

    fn take(&mut self, entry: &Entry<'_>, ordinal: u32) {
        match entry {
            Entry::Posting(Posting {
                account,
                movement: Movement::Leg { transaction, step, side, amount },
                ..
            }) if *transaction == ordinal => {
                self.legs.push(RecordedLeg { step: *step, account: *account, side: *side, amount: amount.0 });
            }
            Entry::Held(held) if held.transaction == Some(ordinal) => self.moves.push(held.into()),
            _ => {}
        }
    }
}

/// Where the frames lie that were seen so far: 16 bytes for each.
#[derive(Default)]
pub(super) struct Past {
    /// A frame of each segment: it keeps the segment's bytes at hand.
    segments: Vec<FrameView>,
    /// The place of its segment in `segments`, and its offset there.
    frames: Vec<(usize, u64)>,
    first: u64,
}

impl Past {
    /// Takes note of the next frame.
    pub(super) fn note(&mut self, view: &FrameView) {
        if self.frames.is_empty() {
            self.first = view.number().0;
        }
        if self.segments.last().is_none_or(|last| last.segment() != view.segment()) {
            self.segments.push(view.clone());
        }
        self.frames.push((self.segments.len() - 1, view.offset()));
    }

    /// The transaction at a place in a frame that was seen; `None` where there is none.
    pub(super) fn transaction(&self, place: RecordPlace) -> Option<Recorded> {
        let index = usize::try_from(place.frame.checked_sub(self.first)?).ok()?;
        let (segment, offset) = self.frames.get(index)?;
        let view = self.segments[*segment].beside(*offset).ok()?;
        Recorded::read(&view, place.ordinal)
    }
}

pub(super) fn key(client: ClientId, id: TransactionId) -> TransactionKey {
    TransactionKey { client, id }
}
