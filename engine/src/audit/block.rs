//! Entries read some at a time, so that the accounts of all of them can be fetched from memory together.

use super::fault::{BookFault, Checked, RecordPlace};
use super::sections::Placed;
use crate::ledger::{Entry, Position};

/// How many entries are read at once: as many as a core can wait for side by side, and few enough for its cache.
const BLOCK: usize = 32;

/// The next entries of a section.
pub(super) struct EntryBlock<'a> {
    frame: u64,
    section: u16,
    bytes: &'a [u8],
    /// Behind the entries read so far.
    next: usize,
    entries: Vec<(Position, Entry<'a>)>,
    /// A record written again, to be held against its bytes.
    again: Vec<u8>,
    altered: bool,
}

impl<'a> EntryBlock<'a> {
    pub(super) fn new(section: &Placed<'a>, frame: u64) -> EntryBlock<'a> {
        let entries = Vec::with_capacity(BLOCK);
        let (section, bytes) = (section.owner, section.bytes);
        EntryBlock { frame, section, bytes, next: 0, entries, again: Vec::new(), altered: false }
    }

    /// Reads the next entries; false when there are none, or the next is no good record.
    pub(super) fn read(&mut self) -> bool {
        self.entries.clear();
        while self.entries.len() < BLOCK {
            let rest = &self.bytes[self.next..];
            let Some((entry, length)) = Entry::read(rest) else { break };
            self.again.clear();
            write(&entry, &mut self.again);
            self.altered = rest[..length] != self.again;
            if self.altered {
                break;
            }
            self.entries.push((self.position(), entry));
            self.next += length;
        }
        !self.entries.is_empty()
    }

    pub(super) fn entries(&self) -> &[(Position, Entry<'a>)] {
        &self.entries
    }

    /// Checks that what was read is all there is.
    pub(super) fn check_end(&self) -> Checked {
        let at = RecordPlace::entry(self.position());
        at.check(!self.altered, || BookFault::Altered)?;
        at.check(self.next == self.bytes.len(), || BookFault::Unreadable)
    }

    fn position(&self) -> Position {
        let slot = u32::try_from(self.next / 8).expect("a frame is below 2^32 bytes");
        Position { frame: self.frame, slot, section: self.section }
    }
}

fn write(entry: &Entry<'_>, out: &mut Vec<u8>) {
    match entry {
        Entry::Posting(posting) => posting.write(out),
        Entry::Opened(opened) => opened.write(out),
        Entry::Changed(changed) => changed.write(out),
        Entry::Held(held) => held.write(out),
    }
}
