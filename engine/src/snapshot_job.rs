//! A snapshot being taken, slice by slice: what it wants next, and what it does with what it gets. The snapshotter's
//! thread drives it, and the simulation.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use longmen_wal::{NodeId, Storage};

use crate::ledger::{LineId, ROW_IMAGE, Shard, SnapshotStart};
use crate::snapshot::Writing;

/// What a snapshot wants next.
pub(crate) enum SnapshotStep {
    /// These accounts, by their places; they go to [`SnapshotJob::take_accounts`].
    Accounts(Range<usize>),
    /// A slice of a shard's rows, see [`RowImages::of`]; it goes to [`SnapshotJob::take_rows`].
    Rows {
        shard: usize,
        /// The place of the first row.
        from: usize,
        /// How many places.
        count: usize,
    },
    /// The log durable up to this frame; then [`SnapshotJob::publish`].
    Durable(u64),
}

/// Images of a slice of a shard's rows.
pub(crate) struct RowImages {
    images: Vec<u8>,
    /// The newest frame that any of them has seen.
    last_frame: u64,
    /// The place of the next slice, if there is one.
    next: Option<usize>,
}

impl RowImages {
    /// The slice of a shard that begins at a place.
    pub(crate) fn of(shard: &Shard, from: usize, count: usize) -> RowImages {
        let to = (from + count).min(shard.places());
        let next = (to < shard.places()).then_some(to);
        let mut images = Vec::with_capacity((to - from) * ROW_IMAGE);
        let last_frame = shard.write_images(from..to, &mut images);
        RowImages { images, last_frame, next }
    }
}

/// A snapshot being taken.
pub(crate) struct SnapshotJob {
    start: SnapshotStart,
    writing: Writing,
    shards: usize,
    /// Rows and accounts of one slice.
    slice: usize,
    /// How many accounts are written.
    accounts: usize,
    /// The shard whose rows come next, and the place of the first of them; behind the last shard when all are written.
    rows: (usize, usize),
    /// The newest frame that any row has seen.
    last: u64,
}

impl SnapshotJob {
    /// Begins to write a snapshot that starts here.
    pub(crate) fn begin(
        storage: Arc<dyn Storage>,
        start: SnapshotStart,
        shards: usize,
        slice: usize,
    ) -> io::Result<SnapshotJob> {
        let mut writing = Writing::begin(storage)?;
        writing.write(&start.names)?;
        writing.next_part();
        let last = start.frame;
        let mut taking = SnapshotJob { start, writing, shards, slice, accounts: 0, rows: (0, 0), last };
        taking.end_accounts()?;
        Ok(taking)
    }

    /// What it wants next.
    pub(crate) fn wants(&self) -> SnapshotStep {
        if self.accounts < self.start.accounts {
            return SnapshotStep::Accounts(
                self.accounts..(self.accounts + self.slice).min(self.start.accounts),
            );
        }
        match self.rows {
            (shard, from) if shard < self.shards => SnapshotStep::Rows { shard, from, count: self.slice },
            _ => SnapshotStep::Durable(self.last),
        }
    }

    /// Takes a slice of the accounts that were wanted.
    pub(crate) fn take_accounts(&mut self, slice: &[u8]) -> io::Result<()> {
        self.writing.write(slice)?;
        self.accounts = (self.accounts + self.slice).min(self.start.accounts);
        self.end_accounts()
    }

    /// When all accounts are written, the lines follow.
    fn end_accounts(&mut self) -> io::Result<()> {
        if self.accounts < self.start.accounts {
            return Ok(());
        }
        self.writing.next_part();
        let mut lines = Vec::new();
        for (id, line) in (0..).map(LineId).zip(&self.start.lines) {
            line.write_image(id, &mut lines);
        }
        self.writing.write(&lines)?;
        self.writing.next_part();
        Ok(())
    }

    /// Takes a slice of the rows that were wanted.
    pub(crate) fn take_rows(&mut self, slice: &RowImages) -> io::Result<()> {
        self.writing.write(&slice.images)?;
        self.note_seen(slice.last_frame);
        let (shard, _) = self.rows;
        self.rows = slice.next.map_or((shard + 1, 0), |from| (shard, from));
        Ok(())
    }

    /// Notes that a row has seen this frame.
    fn note_seen(&mut self, frame: u64) {
        fail_point!("SnapshotTooEarly", |_| ());
        self.last = self.last.max(frame);
    }

    /// Makes it durable and visible. Gives its size.
    ///
    /// # Panics
    /// If the log is not known to be durable up to the newest frame that any row has seen.
    pub(crate) fn publish(self, node: NodeId, durable: u64) -> io::Result<u64> {
        assert!(durable >= self.last, "a snapshot is published when the log is durable up to its last frame");
        self.writing.publish(node, self.start.frame, self.last, self.start.time_us)
    }
}
