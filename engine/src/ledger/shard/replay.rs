//! A shard's rows and lines from records: replay of the log, and the images of snapshots.

use super::super::aside::Aside;
use super::super::entry::{Entry, Posting};
use super::super::ids::{LineId, Position};
use super::super::image::ROW_IMAGE;
use super::super::line::Line;
use super::super::row::Row;
use super::{Shard, slot_of};

impl Shard {
    /// Takes an entry from the log: into the row unless the row has seen it already (it came from a snapshot taken
    /// while work went on), and into the general ledger always. Sets values; runs no business rule.
    ///
    /// # Panics
    /// If the entry does not follow from the row, see [`Row::post`].
    pub fn replay(&mut self, entry: &Entry<'_>, at: Position) {
        match entry {
            Entry::Opened(opened) => {
                self.line_of(opened.placement.line, opened.placement.unit);
                if self.row(opened.account).is_none() {
                    self.add_row(opened, at);
                }
            }
            Entry::Posting(posting) => self.replay_posting(posting, at),
            Entry::Changed(changed) => {
                let slot = self.slot_of(changed.account);
                let row = &mut self.rows[slot];
                if (at.frame, at.slot) > (row.last.frame, row.last.slot) {
                    row.change(changed, at);
                    self.keep_limits(slot, changed);
                }
            }
            Entry::Held(held) => {
                let slot = self.slot_of(held.account);
                let row = &mut self.rows[slot];
                if (at.frame, at.slot) > (row.last.frame, row.last.slot) {
                    row.hold(held, at);
                    self.keep_hold(slot, held.hold.clone());
                }
            }
        }
    }

    /// Takes a posting, as [`Shard::replay`] does.
    pub(in super::super) fn replay_posting(&mut self, posting: &Posting, at: Position) {
        let slot = self.slot_of(posting.account);
        let row = &mut self.rows[slot];
        let line = row.line;
        let is_new = (at.frame, at.slot) > (row.last.frame, row.last.slot);
        #[cfg(feature = "planted-bugs")]
        let is_new = is_new || crate::planted::is(crate::planted::Bug::EntryTwice);
        if is_new {
            row.post(posting, at);
            if let Some(link) = &posting.link {
                self.aside_mut(slot).links.take(link, at);
            }
        }
        #[cfg(feature = "planted-bugs")]
        if !is_new && crate::planted::is(crate::planted::Bug::LineNotCounted) {
            return;
        }
        self.count(line, &posting.movement, posting.date);
    }

    /// Appends the images of the rows at these places, each with what is kept beside it, and gives the newest frame that
    /// any of them has seen: a slice of a snapshot.
    pub fn write_images(&self, places: std::ops::Range<usize>, out: &mut Vec<u8>) -> u64 {
        let mut newest = 0;
        for (account, row) in self.rows_at(places) {
            let aside = self.aside(self.slot_of(account));
            #[cfg(feature = "planted-bugs")]
            let aside = aside.filter(|_| !crate::planted::is(crate::planted::Bug::SnapshotWithoutHolds));
            row.write_image(account, aside.is_some(), out);
            if let Some(aside) = aside {
                aside.write_image(account, out);
            }
            newest = newest.max(row.last.frame);
        }
        newest
    }

    /// Puts the row that an image has in its place, if it lives in this shard, and gives the image's length; `None` where
    /// the bytes are none.
    #[must_use]
    pub fn restore_image(&mut self, bytes: &[u8]) -> Option<usize> {
        let (account, row, has_aside) = Row::read_image(bytes)?;
        let (aside, length) = match has_aside {
            true => {
                Aside::read_image(bytes.get(ROW_IMAGE..)?).map(|(aside, length)| (Some(aside), length))?
            }
            false => (None, 0),
        };
        if let Some(slot) = slot_of(self.id, self.shards, account) {
            self.place(slot);
            self.rows[slot] = row;
            if let Some(aside) = aside {
                *self.aside_mut(slot) = aside;
            }
        }
        Some(ROW_IMAGE + length)
    }

    /// Adds a line from a snapshot to what is there.
    pub fn restore_line(&mut self, id: LineId, line: &Line) {
        self.line_of(id, line.unit).add(line);
    }

    /// Learns which lines there are; their sums stay with the shard that has them.
    pub fn know_lines(&mut self, lines: &[Line]) {
        for (id, line) in (0..).map(LineId).zip(lines) {
            self.line_of(id, line.unit);
        }
    }

    /// Forgets the nets of what was replayed, which another check has seen to balance.
    pub fn end_replay(&mut self) {
        self.nets.iter_mut().for_each(|net| *net = 0);
    }
}
