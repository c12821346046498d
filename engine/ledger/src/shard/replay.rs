//! A shard's rows and lines from records: replay of the log, and the images of snapshots.

use crate::account::cold_row::ColdRow;
use crate::account::row::Row;
use crate::chart::line::Line;
use crate::ids::{AccountId, LineId, Position};
use crate::record::contradiction::Contradiction;
use crate::record::entry::{Entry, Held, OpenedEntry, Posting};
use crate::record::image::RowImage;
use crate::shard::Shard;

impl Shard {
    /// Takes an entry from the log, if it is of an account of this shard, and tells whether it is: into the row unless the
    /// row has seen it already (it came from a snapshot taken while work went on), and into the general ledger always. Sets
    /// values; runs no business rule. No account has its place at `most_places` or behind.
    ///
    /// # Errors
    /// [`Contradiction`] if the entry does not follow from the row.
    pub(crate) fn replay(
        &mut self,
        entry: &Entry<'_>,
        at: Position,
        most_places: usize,
    ) -> Result<bool, Contradiction> {
        let Some(slot) = self.place_here(entry.account()) else { return Ok(false) };
        match entry {
            Entry::Opened(opened) => self.replay_opened(opened, at, slot, most_places)?,
            Entry::Posting(posting) => return self.replay_posting(posting, at),
            Entry::Changed(changed) => {
                if self.is_new_to(slot, at)? {
                    let counted = self.rows[slot].counts();
                    self.rows[slot].take_change(changed, at)?;
                    self.keep_limits(slot, changed, counted);
                }
            }
            Entry::Held(held) => {
                if self.is_new_to(slot, at)? {
                    self.check_hold(slot, held)?;
                    self.rows[slot].take_hold(held, at)?;
                    self.keep_hold(slot, held.hold.clone());
                }
            }
        }
        Ok(true)
    }

    fn replay_opened(
        &mut self,
        opened: &OpenedEntry<'_>,
        at: Position,
        slot: usize,
        most_places: usize,
    ) -> Result<(), Contradiction> {
        let line = opened.placement.line;
        // Each line came with an account.
        if u64::from(line.0) >= opened.account.0 {
            return Err(Contradiction::Line(line));
        }
        if slot >= most_places {
            return Err(Contradiction::Account(opened.account));
        }
        if self.row(opened.account).is_some() {
            return Err(Contradiction::OpenedBefore);
        }
        self.add_row(opened, at);
        Ok(())
    }

    /// Takes a posting, as [`Shard::replay`] does.
    #[inline]
    pub(crate) fn replay_posting(&mut self, posting: &Posting, at: Position) -> Result<bool, Contradiction> {
        let Some(slot) = self.place_here(posting.account) else { return Ok(false) };
        let is_new = self.is_new_to(slot, at)?;
        if !posting.movement.is_sum_of_legs() {
            return Err(Contradiction::Merged);
        }
        let row = &mut self.rows[slot];
        let line = row.line;
        if is_new {
            row.take_posting(posting, at)?;
            if let Some(link) = &posting.link {
                let links = &mut self.cold_row_mut(slot).links;
                if *link != links.next() {
                    return Err(Contradiction::Link);
                }
                links.take(link, at);
            }
            if self.rows[slot].counts() {
                self.use_limit(slot, posting, at);
            }
        }
        fail_point!("LineNotCounted", !is_new, |_| Ok(true));
        self.count(line, &posting.movement, posting.date);
        Ok(true)
    }

    /// The place that the account has in this shard; `None` if it lives in another. It may be a place that there is not.
    #[inline]
    fn place_here(&self, account: AccountId) -> Option<usize> {
        // Account 0 gets the place behind all others.
        let index = account.0.wrapping_sub(1);
        let shards = u64::from(self.shards);
        (index % shards == u64::from(self.id.0))
            .then(|| usize::try_from(index / shards).expect("usize is 64 bits wide"))
    }

    /// Whether the row at `slot` has not seen the record at `at` yet.
    #[inline]
    fn is_new_to(&self, slot: usize, at: Position) -> Result<bool, Contradiction> {
        let Some(Row { last, .. }) = self.rows.get(slot) else { return Err(Contradiction::NotOpened) };
        if last.frame == 0 {
            return Err(Contradiction::NotOpened);
        }
        let is_new = (at.frame, at.slot) > (last.frame, last.slot);
        if !is_new && at.frame > self.seen {
            return Err(Contradiction::Order { last: *last });
        }
        fail_point!("EntryTwice", |_| Ok(true));
        Ok(is_new)
    }

    /// Whether a hold is after a move what it was before and the amount.
    fn check_hold(&self, slot: usize, held: &Held) -> Result<(), Contradiction> {
        let known = self.cold_row(slot).and_then(|cold_row| cold_row.holds.get(&held.hold.key));
        // One of which nothing remained may have been forgotten since.
        let before = known.map_or(0, |hold| hold.remaining);
        let after = held.hold.remaining;
        let amounts = held.amount >= 0 && held.hold.amount >= 0 && after >= 0;
        let follows = amounts && before.checked_add(held.moved.signed(held.amount)) == Some(after);
        if follows { Ok(()) } else { Err(Contradiction::Hold { before, after }) }
    }

    /// Appends the images of the rows at these places, each with what is kept beside it, and gives the newest frame that
    /// any of them has seen: a slice of a snapshot.
    pub fn write_images(&self, places: std::ops::Range<usize>, out: &mut Vec<u8>) -> u64 {
        let mut newest = 0;
        for (account, row) in self.rows_at(places) {
            let cold_row = self.kept_beside(account);
            row.write_image(account, cold_row.is_some(), out);
            if let Some(cold_row) = cold_row {
                cold_row.write_image(account, out);
            }
            newest = newest.max(row.last.frame);
        }
        newest
    }

    /// What a snapshot keeps beside the row of an account.
    fn kept_beside(&self, account: AccountId) -> Option<&ColdRow> {
        fail_point!("SnapshotWithoutHolds", |_| None);
        self.cold_row(self.slot_of(account))
    }

    /// Makes room for so many more rows at once.
    pub(crate) fn reserve(&mut self, rows: usize) {
        self.rows.reserve(rows);
    }

    /// Puts the row that an image has in its place, with what is kept beside it.
    ///
    /// # Errors
    /// [`Contradiction`] if it is there already, or holds more than it froze.
    pub(crate) fn restore_row(&mut self, image: RowImage) -> Result<(), Contradiction> {
        let RowImage { account: id, row, cold, .. } = image;
        if self.row(id).is_some() {
            return Err(Contradiction::OpenedBefore);
        }
        let held = cold.as_ref().map_or(Some(0), ColdRow::held);
        if held.is_none_or(|held| held > row.frozen) {
            return Err(Contradiction::Row);
        }
        let slot = self.slot_of(id);
        self.place(slot);
        self.seen = self.seen.max(row.last.frame);
        self.rows[slot] = row;
        if let Some(cold) = cold {
            *self.cold_row_mut(slot) = cold;
        }
        Ok(())
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
