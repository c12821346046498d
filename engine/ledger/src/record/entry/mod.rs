//! Entries (流水): the chained records of an account in the log. Each carries the row as it is after it, so replay
//! sets values and runs no business rule.
//!
//! All fields are little endian; a record is a whole number of 8-byte slots. Its first byte says what it is.
//!
//! Posting (kind 1), 64 bytes, then 8 with flag `FROZEN`, then 40 with flag `MERGED`, then 40 with flag `LINK`:
//!
//! | offset | bytes | field |
//! | --- | --- | --- |
//! | 0 | 1 | kind, 1 |
//! | 1 | 1 | flags: 1 credit, 2 red, 4 merged, 8 frozen follows, 16 link follows |
//! | 2 | 2 | step |
//! | 4 | 4 | ordinal of the transaction in the frame; merged: count of legs |
//! | 8 | 8 | account |
//! | 16 | 8 | amount; merged: 0 |
//! | 24 | 16 | balance after, debit-positive |
//! | 40 | 8 | previous entry: frame |
//! | 48 | 4 | previous entry: slot |
//! | 52 | 2 | previous entry: section |
//! | 54 | 1 | how it counts against the account's day limit, see [`Counting`] |
//! | 55 | 1 | zero |
//! | 56 | 4 | subject |
//! | 60 | 4 | accounting date, days since 1970 |
//! | 64 | 8 | frozen after, if the flag says so |
//! | then | 16 + 16 + 8 | merged: debit total, credit total, zero |
//! | then | 8 + 16 + 16 | link: number, near link, far link |
//!
//! Opened (kind 2), Changed (kind 3), Held (kind 4) and what is behind a posting with flag `LINK`: in the modules below.

mod changed;
pub(crate) mod field;
mod held;
mod link;
mod opened;

use crate::ids::{AccountId, Position, SubjectId};
use crate::money::amount::{Amount, Side};
use crate::money::date::Date;
use crate::record::bytes::{i64_at, i128_at, put, u8_at, u16_at, u32_at, u64_at};

use changed::CHANGED;
pub use changed::Changed;
use field::{position_at, put_position};
use held::HELD;
pub use held::Held;
use link::LINK_BYTES;
pub use link::{LINK_EVERY, Link, Links};
use opened::OPENED;
pub(crate) use opened::OPENED_LEAST;
pub use opened::{OpenedEntry, Placement};

const POSTING: u8 = 1;

const POSTING_BYTES: usize = 64;
/// Bytes of the sums of a merged posting.
const MERGED_BYTES: usize = 40;

const CREDIT: u8 = 1;
const RED: u8 = 2;
const MERGED: u8 = 4;
const FROZEN: u8 = 8;
const LINK: u8 = 16;

/// A chained record of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry<'a> {
    /// The balance moved.
    Posting(Posting),
    /// The account was opened: the first record of its chain.
    Opened(OpenedEntry<'a>),
    /// An attribute of the row changed.
    Changed(Changed<'a>),
    /// A hold moved.
    Held(Held),
}

/// A posting (记账): one leg, or all legs of a frame on a hot account merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    pub account: AccountId,
    /// What moved the balance.
    pub movement: Movement,
    /// The balance after, debit-positive.
    pub balance_after: i128,
    /// The sum of open holds after.
    pub frozen_after: i64,
    /// The account's record before this one.
    pub previous: Position,
    /// The subject that the account belonged to.
    pub subject: SubjectId,
    /// The accounting date.
    pub date: Date,
    /// What every 256th posting of an account carries.
    pub link: Option<Link>,
    /// How its transaction counts against the account's day limit.
    pub counting: Counting,
}

/// How a transaction counts against the day limit of an account, by what it takes from it in all (net debit).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Counting {
    /// What it takes counts; what it brings does not.
    #[default]
    Takes = 0,
    /// It undoes one of the same date: what it gives back is free again.
    GivesBack = 1,
    /// It is no transaction of the holder: it counts nothing.
    Nothing = 2,
}

impl Counting {
    /// That of a number on disk.
    #[inline]
    fn from_number(number: u8) -> Option<Counting> {
        match number {
            0 => Some(Counting::Takes),
            1 => Some(Counting::GivesBack),
            2 => Some(Counting::Nothing),
            _ => None,
        }
    }
}

/// What moved a balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    /// One leg of one transaction.
    Leg {
        /// The ordinal of the transaction in the frame.
        transaction: u32,
        /// The leg's step.
        step: u16,
        /// Debit or credit.
        side: Side,
        /// Minor units; negative in a red entry.
        amount: Amount,
    },
    /// All legs on a hot account since its last entry; they stand in their transactions' records.
    Merged {
        /// How many legs.
        count: u32,
        /// The sum of the debit legs.
        debit: i128,
        /// The sum of the credit legs.
        credit: i128,
    },
}

impl Movement {
    /// What the balance moves by, debit-positive.
    #[must_use]
    #[inline]
    pub fn signed(&self) -> i128 {
        match *self {
            Movement::Leg { side, amount, .. } => side.signed(amount),
            Movement::Merged { debit, credit, .. } => debit - credit,
        }
    }

    /// Whether it is no more than legs of 64 bits come to when a u32 counts them.
    #[inline]
    #[must_use]
    pub fn is_sum_of_legs(&self) -> bool {
        match *self {
            Movement::Leg { .. } => true,
            Movement::Merged { debit, credit, .. } => {
                debit.unsigned_abs() <= 1 << 95 && credit.unsigned_abs() <= 1 << 95
            }
        }
    }

    /// Debit and credit turnover (借方发生额, 贷方发生额).
    #[must_use]
    #[inline]
    pub fn turnover(&self) -> (i128, i128) {
        match *self {
            Movement::Leg { side: Side::Debit, amount, .. } => (i128::from(amount.0), 0),
            Movement::Leg { side: Side::Credit, amount, .. } => (0, i128::from(amount.0)),
            Movement::Merged { debit, credit, .. } => (debit, credit),
        }
    }
}

impl Posting {
    /// Appends the entry.
    #[inline]
    pub fn write(&self, out: &mut Vec<u8>) {
        // Room first: what is put together below is then put in its place, and need not be kept while room is made.
        out.extend_from_slice(&[0; POSTING_BYTES]);
        let bytes: &mut [u8; POSTING_BYTES] = out.last_chunk_mut().expect("room was made for it");
        bytes[0] = POSTING;
        put(bytes, 8, self.account.0.to_le_bytes());
        put(bytes, 24, self.balance_after.to_le_bytes());
        put_position(bytes, 40, self.previous);
        bytes[54] = self.counting as u8;
        put(bytes, 56, self.subject.0.to_le_bytes());
        put(bytes, 60, self.date.days().to_le_bytes());
        let mut flags = if self.frozen_after == 0 { 0 } else { FROZEN };
        flags |= if self.link.is_some() { LINK } else { 0 };
        match self.movement {
            Movement::Leg { transaction, step, side, amount } => {
                flags |= if side == Side::Credit { CREDIT } else { 0 };
                flags |= if amount.0 < 0 { RED } else { 0 };
                put(bytes, 2, step.to_le_bytes());
                put(bytes, 4, transaction.to_le_bytes());
                put(bytes, 16, amount.0.to_le_bytes());
            }
            Movement::Merged { count, .. } => {
                flags |= MERGED;
                put(bytes, 4, count.to_le_bytes());
            }
        }
        bytes[1] = flags;
        if flags & (FROZEN | MERGED | LINK) != 0 {
            self.write_extensions(out);
        }
    }

    fn write_extensions(&self, out: &mut Vec<u8>) {
        if self.frozen_after != 0 {
            out.extend_from_slice(&self.frozen_after.to_le_bytes());
        }
        if let Movement::Merged { debit, credit, .. } = self.movement {
            out.extend_from_slice(&debit.to_le_bytes());
            out.extend_from_slice(&credit.to_le_bytes());
            out.extend_from_slice(&[0; 8]);
        }
        if let Some(link) = &self.link {
            link.write(out);
        }
    }

    /// The length of the posting at the start of `bytes`.
    #[inline]
    fn length(bytes: &[u8]) -> Option<usize> {
        let flags = u8_at(bytes, 1)?;
        let extension = |flag: u8, length: usize| if flags & flag == 0 { 0 } else { length };
        Some(
            POSTING_BYTES
                + extension(FROZEN, 8)
                + extension(MERGED, MERGED_BYTES)
                + extension(LINK, LINK_BYTES),
        )
    }

    #[inline]
    fn read(bytes: &[u8]) -> Option<(Posting, usize)> {
        let flags = u8_at(bytes, 1)?;
        let mut length = POSTING_BYTES;
        let mut frozen_after = 0;
        if flags & FROZEN != 0 {
            frozen_after = i64_at(bytes, length)?;
            length += 8;
        }
        let movement = if flags & MERGED != 0 {
            let (debit, credit) = (i128_at(bytes, length)?, i128_at(bytes, length + 16)?);
            length += MERGED_BYTES;
            Movement::Merged { count: u32_at(bytes, 4)?, debit, credit }
        } else {
            let side = if flags & CREDIT == 0 { Side::Debit } else { Side::Credit };
            let amount = Amount(i64_at(bytes, 16)?);
            Movement::Leg { transaction: u32_at(bytes, 4)?, step: u16_at(bytes, 2)?, side, amount }
        };
        let mut link = None;
        if flags & LINK != 0 {
            link = Some(Link::read(bytes, length)?);
            length += LINK_BYTES;
        }
        let posting = Posting {
            account: AccountId(u64_at(bytes, 8)?),
            movement,
            balance_after: i128_at(bytes, 24)?,
            frozen_after,
            previous: position_at(bytes, 40)?,
            subject: SubjectId(u32_at(bytes, 56)?),
            date: Date::from_days(u32_at(bytes, 60)?)?,
            link,
            counting: Counting::from_number(u8_at(bytes, 54)?)?,
        };
        debug_assert_eq!(
            Posting::length(bytes),
            Some(length),
            "what is stepped over is as long as what is read"
        );
        (bytes.len() >= length).then_some((posting, length))
    }
}

impl Entry<'_> {
    /// Reads the record at the start of `bytes` and gives its length; `None` where there is none that a ledger
    /// writes.
    #[must_use]
    #[inline]
    pub fn read(bytes: &[u8]) -> Option<(Entry<'_>, usize)> {
        match *bytes.first()? {
            POSTING => Posting::read(bytes).map(|(entry, length)| (Entry::Posting(entry), length)),
            OPENED => OpenedEntry::read(bytes).map(|(entry, length)| (Entry::Opened(entry), length)),
            CHANGED => Changed::read(bytes).map(|(entry, length)| (Entry::Changed(entry), length)),
            HELD => Held::read(bytes).map(|(entry, length)| (Entry::Held(entry), length)),
            _ => None,
        }
    }

    /// The account whose chain the record belongs to.
    #[must_use]
    pub fn account(&self) -> AccountId {
        match self {
            Entry::Posting(posting) => posting.account,
            Entry::Opened(opened) => opened.account,
            Entry::Changed(changed) => changed.account,
            Entry::Held(held) => held.account,
        }
    }

    /// The record before it in the chain.
    #[must_use]
    pub fn previous(&self) -> Position {
        match self {
            Entry::Posting(posting) => posting.previous,
            Entry::Opened(_) => Position::NONE,
            Entry::Changed(changed) => changed.previous,
            Entry::Held(held) => held.previous,
        }
    }
}

/// The posting at the start of `bytes` with its length, if the record there is one; `Some(None)` where it is another.
#[inline]
pub(crate) fn posting(bytes: &[u8]) -> Option<Option<(Posting, usize)>> {
    match *bytes.first()? {
        POSTING => Posting::read(bytes).map(Some),
        _ => Some(None),
    }
}

/// The records of an entries section, each with its slot; ends with `None` in place of a record that cannot be read.
pub fn entries(section: &[u8]) -> impl Iterator<Item = Option<(u32, Entry<'_>)>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = section.get(at..).filter(|rest| !rest.is_empty())?;
        let Some((entry, length)) = Entry::read(rest) else {
            at = section.len();
            return Some(None);
        };
        let slot = u32::try_from(at / 8).ok();
        at += length;
        Some(slot.map(|slot| (slot, entry)))
    })
}

/// The accounts that an entries section opens; `None` in place of a record that cannot be read. Postings, of which there
/// are many, are stepped over.
pub(crate) fn opened(section: &[u8]) -> impl Iterator<Item = Option<OpenedEntry<'_>>> {
    let mut rest = section;
    std::iter::from_fn(move || {
        while let Some(kind) = rest.first() {
            let read = match *kind {
                POSTING => Posting::length(rest).map(|length| (None, length)),
                OPENED => OpenedEntry::read(rest).map(|(opened, length)| (Some(opened), length)),
                _ => Entry::read(rest).map(|(_, length)| (None, length)),
            };
            let Some((opened, behind)) =
                read.and_then(|(opened, length)| Some((opened, rest.get(length..)?)))
            else {
                rest = &[];
                return Some(None);
            };
            rest = behind;
            if opened.is_some() {
                return Some(opened);
            }
        }
        None
    })
}

/// How many accounts an entries section opens, up to a record that cannot be read: [`opened`] gives no more. Only the
/// lengths of records are looked at.
pub(crate) fn count_opened(section: &[u8]) -> usize {
    let (mut rest, mut count) = (section, 0);
    while let Some(kind) = rest.first() {
        let length = match *kind {
            POSTING => Posting::length(rest),
            OPENED => OpenedEntry::length(rest),
            _ => Entry::read(rest).map(|(_, length)| length),
        };
        let Some(behind) = length.and_then(|length| rest.get(length..)) else { break };
        count += usize::from(*kind == OPENED);
        rest = behind;
    }
    count
}

#[cfg(test)]
mod tests;
