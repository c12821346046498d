//! The books that recovery makes, whole.

use crate::account::row::Row;
use crate::chart::catalog::Catalog;
use crate::chart::line::Line;
use crate::idempotency::known_ids::KnownIds;
use crate::ids::ShardId;
use crate::record::contradiction::Contradiction;
use crate::record::entry;
use crate::record::frame::{FrameRecords, ReplayError};
use crate::record::image::{LINE_IMAGE, RowImage};
use crate::schedule::Coordinator;
use crate::shard::Shard;
use crate::shard::places::shard_of;
use crate::state::descriptor::MOST_HOT;
use crate::state::settings::LedgerSettings;
use crate::state::time_window::TimeWindow;
use crate::transaction::originals::Originals;

/// The books rebuilt from a log: what a node goes on from.
#[derive(Clone, Debug)]
pub struct Rebuilt {
    /// The names.
    pub catalog: Catalog,
    /// The known ids.
    pub known: KnownIds,
    /// What became of originals.
    pub originals: Originals,
    pub shards: Vec<Shard>,
    /// The newest frame.
    pub frame: u64,
    /// Its logged time.
    pub time_us: i64,
    /// The logged time of the first frame, if there is one.
    pub began_us: Option<i64>,
    /// The clock, where clients' times are held against it although it may be behind the logged time: whoever runs the
    /// node says that it is right.
    pub accepted_clock_us: Option<i64>,
    /// The logged times of the frames that were replayed here, in order.
    logged: Vec<(u64, i64)>,
}

impl Rebuilt {
    /// Nothing yet.
    #[must_use]
    pub fn empty(settings: &LedgerSettings) -> Rebuilt {
        Rebuilt {
            catalog: Catalog::new(settings.seed),
            known: KnownIds::new(settings.seed, settings.known_ids, settings.keep_ids_us()),
            originals: Originals::default(),
            shards: (0..settings.shards).map(|id| Shard::new(ShardId(id), settings.shards)).collect(),
            frame: 0,
            time_us: 0,
            began_us: None,
            accepted_clock_us: None,
            logged: Vec::new(),
        }
    }

    /// Makes room for the accounts whose opened entries these are, and says how many they are.
    pub fn reserve(&mut self, names: &FrameRecords<'_>) -> usize {
        let accounts = names.entries_sections().map(|(_, section)| entry::count_opened(section)).sum();
        self.catalog.reserve(accounts);
        let rows = accounts.div_ceil(self.shards.len());
        self.shards.iter_mut().for_each(|shard| shard.reserve(rows));
        accounts
    }

    /// Takes the lines that a snapshot has, when its names and rows were taken, and nothing else.
    ///
    /// # Errors
    /// What cannot be read, or rows that are not those of the accounts.
    pub fn restore_lines(&mut self, lines: &[u8]) -> Result<(), ReplayError> {
        let error = |what: String| ReplayError { frame: self.frame, what };
        let known = self.catalog.lines().len();
        for image in lines.chunks(LINE_IMAGE) {
            let line = Line::read_image(image).filter(|(id, _)| (id.0 as usize) < known);
            let (id, line) = line.ok_or_else(|| error("a line cannot be read".into()))?;
            self.shards[0].restore_line(id, &line);
        }
        let mut missing = self.catalog.accounts().len();
        for (id, row) in self.shards.iter().flat_map(Shard::rows) {
            if !self.catalog.account(id).is_some_and(|account| row.is_of(account)) {
                return Err(error(format!("account {id}: {}", Contradiction::Row)));
            }
            missing -= 1;
        }
        if missing > 0 {
            return Err(error(Contradiction::Rows(missing).to_string()));
        }
        let lines = self.shards[0].lines().to_vec();
        self.shards.iter_mut().for_each(|shard| shard.know_lines(&lines));
        Ok(())
    }

    /// Takes the next frame.
    ///
    /// # Errors
    /// [`ReplayError`] where a record cannot be read, or does not follow from those before it.
    pub fn replay(&mut self, frame: &FrameRecords<'_>) -> Result<(), ReplayError> {
        self.catalog.replay(frame)?;
        self.known.replay(frame, |number| logged_time(&self.logged, number))?;
        self.originals.replay(frame)?;
        for shard in &mut self.shards {
            shard.replay_frame(frame)?;
        }
        self.frame = frame.number;
        self.time_us = self.time_us.max(frame.time_us);
        // An empty ledger that was stopped has a frame without a time.
        self.began_us = self.began_us.or((frame.time_us > 0).then_some(frame.time_us));
        self.logged.push((frame.number, frame.time_us));
        Ok(())
    }

    /// Looks at what no single record shows: that the hot accounts are no more than a node may have.
    ///
    /// # Errors
    /// [`ReplayError`] where they are.
    pub fn check(&self) -> Result<(), ReplayError> {
        let hot = self.shards.iter().flat_map(Shard::rows).filter(|(_, row)| row.hot()).count();
        if hot <= MOST_HOT {
            return Ok(());
        }
        Err(ReplayError { frame: self.frame, what: Contradiction::Hot(hot).to_string() })
    }

    /// The coordinator and the shards that go on from here.
    #[must_use]
    pub fn go_on(mut self, settings: LedgerSettings) -> (Coordinator, Vec<Shard>) {
        self.shards.iter_mut().for_each(Shard::end_replay);
        let Rebuilt { catalog, known, originals, frame, time_us, shards, .. } = self;
        let window = TimeWindow::new(self.accepted_clock_us.unwrap_or(time_us), self.began_us);
        let mut coordinator = Coordinator::new(settings, catalog, known, originals, (frame, time_us), window);
        shards.iter().for_each(|shard| coordinator.restore(shard));
        (coordinator, shards)
    }
}

/// The logged time of a frame, if it is among these, which are in order.
fn logged_time(logged: &[(u64, i64)], number: u64) -> Option<i64> {
    let at = logged.binary_search_by_key(&number, |(frame, _)| *frame).ok()?;
    Some(logged[at].1)
}

/// Whether a row has seen nothing behind this frame. The snapshot that lies about it is what the bug is about.
fn is_within(row: &Row, last: u64) -> bool {
    fail_point!("SnapshotTooEarly", |_| true);
    row.last.frame <= last
}

/// Takes the rows that a snapshot of so many accounts has, into shards that have nothing yet. None has seen anything behind
/// frame `last`.
///
/// # Errors
/// In words, what cannot be read, or is there twice.
pub fn restore_rows(shards: &mut [Shard], accounts: usize, images: &[u8], last: u64) -> Result<(), String> {
    let count = u16::try_from(shards.len()).expect("shards are counted in a u16");
    let mut rest = images;
    while !rest.is_empty() {
        let image = RowImage::read(rest).filter(|image| is_within(&image.row, last));
        let image = image.ok_or("a row cannot be read")?;
        rest = &rest[image.length..];
        // What was opened later comes from the frames behind the snapshot, with all that happened to it.
        let id = image.account;
        if id.index().is_some_and(|index| index < accounts) {
            let shard = &mut shards[usize::from(shard_of(id, count).0)];
            shard.restore_row(image).map_err(|what| format!("account {id}: {what}"))?;
        }
    }
    Ok(())
}
