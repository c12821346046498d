//! The records of a frame, as they stand in the log.

use std::collections::BTreeMap;

use crate::ids::{AccountId, Position};
use crate::record::admin::{Admin, admin_records};
use crate::record::entry::{self, Entry, Movement, OpenedEntry, entries};
use crate::record::head::{HEAD_BYTES, Head, Tail, read_tail};
use crate::record::section::SectionKind;

/// The records of one frame, as they stand in the log.
#[derive(Clone, Debug)]
pub struct FrameRecords<'a> {
    /// The frame's number.
    pub number: u64,
    /// Its logged time, in microseconds since 1970.
    pub time_us: i64,
    /// Kind, owner and bytes of each section, in the order of the log.
    pub sections: Vec<(SectionKind, u16, &'a [u8])>,
}

/// At most 16 opened accounts are shown at once.
const SHOWN_AT_ONCE: usize = 16;

/// The last second that a frame's logged time may lie in: the clients' own times end there.
const LAST_SECOND: i64 = u32::MAX as i64;

/// Whether a frame may have been logged at this moment.
pub fn is_logged_time(time_us: i64) -> bool {
    (0..=LAST_SECOND * 1_000_000).contains(&time_us)
}

/// Bytes under a good sum that no ledger of this version writes, or that say what cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("frame {frame}: {what}")]
pub struct ReplayError {
    pub frame: u64,
    /// What cannot be read or cannot be, and where.
    pub what: String,
}

impl<'a> FrameRecords<'a> {
    /// The records of a frame, as they stand in the log.
    ///
    /// # Errors
    /// [`ReplayError`] where its time is none that a ledger logs.
    pub fn new(
        number: u64,
        time_us: i64,
        sections: Vec<(SectionKind, u16, &'a [u8])>,
    ) -> Result<FrameRecords<'a>, ReplayError> {
        let records = FrameRecords { number, time_us, sections };
        if !is_logged_time(time_us) {
            return Err(records.error(format!("{time_us} is no time that is logged")));
        }
        Ok(records)
    }
}

impl FrameRecords<'_> {
    pub(crate) fn sections_of(&self, wanted: SectionKind) -> impl Iterator<Item = (u16, &[u8])> {
        self.sections
            .iter()
            .filter(move |(kind, ..)| *kind == wanted)
            .map(|(_, owner, bytes)| (*owner, *bytes))
    }

    pub(crate) fn error(&self, what: impl Into<String>) -> ReplayError {
        ReplayError { frame: self.number, what: what.into() }
    }

    pub(crate) fn unreadable_entry(&self, owner: u16) -> ReplayError {
        self.error(format!("an entry of shard {owner} cannot be read"))
    }

    /// The sections of entries, with the shards that wrote them.
    pub(crate) fn entries_sections(&self) -> impl Iterator<Item = (u16, &[u8])> {
        self.sections_of(SectionKind::Entries)
    }

    /// Shows the accounts that the frame opens, by shard and in its order, some at a time: what is looked up for each of them
    /// is best fetched for some.
    pub(crate) fn each_opened<'a>(
        &'a self,
        mut take: impl FnMut(&[OpenedEntry<'a>]) -> Result<(), ReplayError>,
    ) -> Result<(), ReplayError> {
        let mut some = Vec::with_capacity(SHOWN_AT_ONCE);
        for (owner, section) in self.entries_sections() {
            let mut opened = entry::opened(section);
            loop {
                some.clear();
                for entry in opened.by_ref().take(SHOWN_AT_ONCE) {
                    some.push(entry.ok_or_else(|| self.unreadable_entry(owner))?);
                }
                if some.is_empty() {
                    break;
                }
                take(&some)?;
            }
        }
        Ok(())
    }

    /// The entries of the frame with their positions.
    pub fn entries(&self) -> impl Iterator<Item = Result<(Position, Entry<'_>), ReplayError>> {
        self.sections_of(SectionKind::Entries).flat_map(move |(owner, bytes)| {
            entries(bytes).map(move |entry| {
                let (slot, entry) = entry.ok_or_else(|| self.unreadable_entry(owner))?;
                Ok((Position { frame: self.number, slot, section: owner }, entry))
            })
        })
    }

    /// The tail of a transaction of the frame.
    pub(crate) fn tail(&self, head: &Head) -> Result<Tail<'_>, ReplayError> {
        let tails = self.sections_of(SectionKind::Tails).next().map_or(&[][..], |(_, bytes)| bytes);
        read_tail(head, tails).ok_or_else(|| self.error(format!("the tail of transaction {}", head.id)))
    }

    /// What the legs in entries of their own move, debit-positive, by ordinal of their transaction.
    pub(crate) fn plain_legs(&self) -> Result<BTreeMap<u32, Vec<(AccountId, i128)>>, ReplayError> {
        let mut legs: BTreeMap<u32, Vec<(AccountId, i128)>> = BTreeMap::new();
        for entry in self.entries() {
            if let (_, Entry::Posting(posting)) = entry?
                && let Movement::Leg { transaction, .. } = posting.movement
            {
                legs.entry(transaction).or_default().push((posting.account, posting.movement.signed()));
            }
        }
        Ok(legs)
    }

    /// The heads of the frame's transactions, by ordinal.
    #[inline]
    pub fn heads(&self) -> impl Iterator<Item = Result<Head, ReplayError>> {
        self.sections_of(SectionKind::Heads).flat_map(move |(_, bytes)| {
            let count = u32::try_from(bytes.len().div_ceil(HEAD_BYTES)).unwrap_or(u32::MAX);
            (0..count).map(move |ordinal| {
                Head::read(bytes, ordinal).ok_or_else(|| self.error(format!("head {ordinal} cannot be read")))
            })
        })
    }

    /// The administrative records of the frame.
    pub fn admin(&self) -> impl Iterator<Item = Result<Admin, ReplayError>> {
        self.sections_of(SectionKind::Admin).flat_map(move |(_, bytes)| {
            admin_records(bytes)
                .map(|record| record.ok_or_else(|| self.error("an administrative record cannot be read")))
        })
    }
}
