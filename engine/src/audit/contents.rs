//! What a frame holds, for people to look at.

use std::collections::BTreeMap;

use longmen_wal::FrameView;

use super::fault::{FoundTransaction, RecordPlace};
use super::ids::IdKey;
use crate::ledger::{
    AccountId, ActionCode, Admin, Entry, HEAD_BYTES, Head, Held, HoldMove, Movement, Outcome, Posting,
    SectionKind, TransactionKey, admin_records, entries, notes::TextIds, read_tail,
};

/// The records of one frame, counted, with its merged entries. Reads as far as it can: nothing is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrameContents {
    /// Transactions whose legs are in the books.
    pub posted: u64,
    /// Tries whose legs wait for a confirm.
    pub tried: u64,
    /// Transactions refused by a business rule.
    pub refused: u64,
    /// Transaction ids cancelled before they were seen.
    pub cancelled: u64,
    /// Legs in entries of their own.
    pub postings: u64,
    /// Merged entries, in the order of the frame.
    pub merged: Vec<MergedEntry>,
    /// Accounts opened.
    pub opened: u64,
    /// Changes of accounts' attributes.
    pub changed: u64,
    /// Moves of holds, in the order of the frame.
    pub held: Vec<HeldEntry>,
    /// Transactions that did more than post, by what they did.
    pub actions: BTreeMap<&'static str, u64>,
    /// Administrative records, by what they are.
    pub admin: BTreeMap<&'static str, u64>,
    /// Sections that end in bytes no ledger of this version writes, or are of a kind it does not know.
    pub unreadable: u64,
}

/// All legs on a hot account since its last entry, as one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MergedEntry {
    pub account: AccountId,
    /// How many legs.
    pub count: u32,
    /// The sum of the debit legs, minor units.
    pub debit: i128,
    /// The sum of the credit legs, minor units.
    pub credit: i128,
}

/// A move of a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldEntry {
    pub account: AccountId,
    /// The hold: the transaction that froze.
    pub hold: TransactionKey,
    /// What became of it.
    pub moved: HoldMove,
    /// By how much, minor units.
    pub amount: i64,
    /// What remains of it, minor units.
    pub remaining: i64,
}

/// Counts what a frame holds. A section whose sum does not hold counts as unreadable.
#[must_use]
pub fn describe_frame(view: &FrameView) -> FrameContents {
    let mut contents = FrameContents::default();
    for section in view.sections() {
        let Ok(section) = section else {
            contents.unreadable += 1;
            continue;
        };
        let readable = match SectionKind::from_number(section.kind) {
            Some(SectionKind::Heads) => contents.add_heads(section.bytes),
            Some(SectionKind::Entries) => contents.add_entries(section.bytes),
            Some(SectionKind::Admin) => contents.add_admin(section.bytes),
            Some(SectionKind::Tails) => true,
            None => false,
        };
        contents.unreadable += u64::from(!readable);
    }
    contents
}

impl FrameContents {
    fn add_heads(&mut self, bytes: &[u8]) -> bool {
        heads(bytes).all(|head| {
            let Some(head) = head else { return false };
            match head.outcome {
                Outcome::Posted => self.posted += 1,
                Outcome::Tried => self.tried += 1,
                Outcome::Refused(_) => self.refused += 1,
                Outcome::Cancelled => self.cancelled += 1,
            }
            let done = matches!(head.outcome, Outcome::Posted | Outcome::Tried);
            if done && head.action != ActionCode::Post {
                *self.actions.entry(head.action.name()).or_default() += 1;
            }
            true
        })
    }

    fn add_entries(&mut self, bytes: &[u8]) -> bool {
        entries(bytes).all(|entry| {
            match entry {
                Some((_, Entry::Posting(posting))) => match posting.movement {
                    Movement::Leg { .. } => self.postings += 1,
                    Movement::Merged { count, debit, credit } => {
                        self.merged.push(MergedEntry { account: posting.account, count, debit, credit });
                    }
                },
                Some((_, Entry::Opened(_))) => self.opened += 1,
                Some((_, Entry::Changed(_))) => self.changed += 1,
                Some((_, Entry::Held(held))) => {
                    let Held { account, moved, amount, hold, .. } = held;
                    let (hold, remaining) = (hold.key, hold.remaining);
                    self.held.push(HeldEntry { account, hold, moved, amount, remaining });
                }
                None => return false,
            }
            true
        })
    }

    fn add_admin(&mut self, bytes: &[u8]) -> bool {
        admin_records(bytes).all(|record| {
            let Some(record) = record else { return false };
            *self.admin.entry(name_of(&record)).or_default() += 1;
            true
        })
    }
}

fn name_of(record: &Admin) -> &'static str {
    match record {
        Admin::Client { .. } => "client",
        Admin::Entity { .. } => "entity",
        Admin::Subject { .. } => "subject",
        Admin::DateClosed { .. } => "date_closed",
        Admin::LineClosed { .. } => "line_closed",
        Admin::Closing { .. } => "closing",
        Admin::Customer { .. } => "customer",
        Admin::Mapping { .. } => "mapping",
        Admin::BookingMode { .. } => "booking_mode",
        Admin::FeeRules { .. } => "fee_rules",
        Admin::Undone(..) => "undone",
        Admin::Registered { .. } => "registered",
        Admin::Rules { .. } => "rules",
        Admin::Access { .. } => "access",
        Admin::Proposed(_) => "proposed",
        Admin::Decided(_) => "decided",
    }
}

/// The ids of a frame's transactions, by ordinal.
pub(super) fn ids_of(view: &FrameView) -> impl Iterator<Item = (u32, IdKey)> {
    let sections = view.sections().flatten().filter(|section| section.kind == SectionKind::Heads as u16);
    sections.flat_map(|section| {
        let found = (0..).zip(heads(section.bytes));
        found.filter_map(|(ordinal, head)| head.map(|head| (ordinal, IdKey::new(head.client, head.id))))
    })
}

/// The transaction that a record of the frame belongs to, where it can be told. Reads what may be damaged.
pub(super) fn transaction_at(view: &FrameView, record: RecordPlace) -> Option<FoundTransaction> {
    let section = |kind: SectionKind, owner| {
        view.section(kind as u16, owner).ok().flatten().map(|section| section.bytes)
    };
    let ordinal = match record {
        RecordPlace::Head(ordinal) => ordinal,
        RecordPlace::Entry { section: owner, slot } => {
            let start = usize::try_from(slot).ok()?.checked_mul(8)?;
            let rest = section(SectionKind::Entries, owner)?.get(start..)?;
            transaction_of(&Entry::read(rest)?.0)?
        }
        RecordPlace::Frame | RecordPlace::Section(_) | RecordPlace::Admin(_) => return None,
    };
    let head = Head::read(section(SectionKind::Heads, 0)?, ordinal)?;
    let tail = read_tail(&head, section(SectionKind::Tails, 0).unwrap_or_default()).unwrap_or_default();
    let key = TransactionKey { client: head.client, id: head.id };
    Some(FoundTransaction { key, text_id: TextIds::read(tail.notes).own.into() })
}

/// The heads of a section by ordinal; `None` in place of one that cannot be read.
fn heads(section: &[u8]) -> impl Iterator<Item = Option<Head>> {
    let count = u32::try_from(section.len().div_ceil(HEAD_BYTES)).expect("a frame is below 2^32 bytes");
    (0..count).map(move |ordinal| Head::read(section, ordinal))
}

/// The transaction that an entry is a leg of, or moves a hold for.
pub(super) fn transaction_of(entry: &Entry<'_>) -> Option<u32> {
    match entry {
        Entry::Posting(Posting { movement: Movement::Leg { transaction, .. }, .. }) => Some(*transaction),
        Entry::Held(held) => held.transaction,
        _ => None,
    }
}
