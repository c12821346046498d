//! The whole ledger without actors: the coordinator, its shards, and a real log on a disk in memory. What is asked is
//! decided, written, synced and answered before the next thing happens.

use std::sync::Arc;

use longmen_engine::fuzz::body_of;
use longmen_engine::ledger::{
    Answer, Coordinator, Frame, LedgerSettings, Rebuilt, ReplyTo, Request, Shard, ShardId, ShardOrder, Step,
    Unmerged,
};
use longmen_engine::{History, Reply};
use longmen_fees::FeeTariffs;
use longmen_wal::{
    Body, FaultyStorage, FrameNumber, Log, LogOptions, LogReader, LogWriter, Section, WritePath,
    seeded_nonces,
};

/// The moment at which everything happens, in seconds since 1970.
pub(crate) const NOW: u32 = 1_795_000_000;
/// Room for the frames of an input and of what the books begin with.
const LOG: LogOptions =
    LogOptions { segment_bytes: 128 << 10, segments_ahead: 0, write_path: WritePath::Pwritev };

/// How the ledger is set up: two shards, so that transactions span them.
pub(crate) fn settings() -> LedgerSettings {
    LedgerSettings {
        shards: 2,
        known_ids: 256,
        hot_by_rate: false,
        tariffs: Some(Arc::new(FeeTariffs)),
        ..LedgerSettings::default()
    }
}

/// A ledger at work.
pub(crate) struct Ledger {
    coordinator: Coordinator,
    shards: Vec<Shard>,
    storage: FaultyStorage,
    writer: LogWriter,
    reader: LogReader,
    time_us: i64,
}

/// A ledger at rest, to begin from again and again.
pub(crate) struct Resting {
    coordinator: Coordinator,
    shards: Vec<Shard>,
    storage: FaultyStorage,
    time_us: i64,
}

impl Ledger {
    /// One with empty books.
    pub(crate) fn empty() -> Ledger {
        let settings = settings();
        let (coordinator, shards) = Rebuilt::empty(&settings).go_on(settings);
        Resting { coordinator, shards, storage: FaultyStorage::new(), time_us: i64::from(NOW) * 1_000_000 }
            .wake()
    }

    /// Puts it to rest; everything is durable already.
    pub(crate) fn rest(self) -> Resting {
        let Ledger { coordinator, shards, storage, time_us, .. } = self;
        Resting { coordinator, shards, storage, time_us }
    }

    pub(crate) fn storage(&self) -> &FaultyStorage {
        &self.storage
    }

    pub(crate) fn history(&self) -> History {
        History::new(self.reader.clone())
    }

    /// The frames of the log, as a writer takes them.
    pub(crate) fn bodies(&self) -> Vec<Body> {
        let frames = self.reader.frames(FrameNumber::FIRST).map(|frame| {
            let frame = frame.expect("the log was just written");
            let sections =
                frame.sections().map(|section| section.expect("the log was just written")).map(|section| {
                    Section {
                        kind: section.kind,
                        owner: section.owner,
                        records: section.records,
                        chunks: vec![section.bytes.to_vec()],
                    }
                });
            Body { time_us: frame.time_us(), sections: sections.collect() }
        });
        frames.filter(|body| !body.sections.is_empty()).collect()
    }

    /// Takes requests in and works until all of them are answered.
    pub(crate) fn answer(&mut self, requests: Vec<Request>) -> Vec<Reply> {
        requests.into_iter().for_each(|request| self.coordinator.submit(request, None));
        let mut replies = Vec::new();
        loop {
            self.time_us += 1;
            match self.coordinator.next(self.time_us, true) {
                Step::Merge(unmerged) => {
                    let orders = self.coordinator.merged(unmerged.iter().map(Unmerged::merge).collect());
                    self.obey(orders);
                }
                Step::Shards(orders) => self.obey(orders),
                Step::Seal(frame) => replies.extend(self.write(frame)),
                Step::Release(answers) => replies.extend(answers),
                Step::Snapshot(_) => unreachable!("nobody asks for a snapshot"),
                Step::Idle => break,
            }
        }
        assert!(self.coordinator.is_settled(), "the ledger is stuck: {:?}", self.coordinator);
        replies.into_iter().map(|(to, answer)| Reply { tag: to.tag, answer }).collect()
    }

    fn obey(&mut self, orders: Vec<(ShardId, ShardOrder)>) {
        let obey = |(id, order): (ShardId, ShardOrder)| (id, self.shards[usize::from(id.0)].obey(order));
        let answers = orders.into_iter().map(obey).collect();
        self.coordinator.answered(answers);
    }

    fn write(&mut self, frame: Frame) -> Vec<(ReplyTo, Answer)> {
        let body = body_of(frame.time_us, frame.sections);
        let number = self.writer.append(&body).expect("an input makes no frame that fits no segment");
        assert_eq!(number.0, frame.number, "the ledger and its log count alike");
        self.writer.sync().expect("this disk does not fail");
        self.coordinator.durable(frame.number);
        frame.replies
    }
}

impl Resting {
    /// A ledger that goes on from here, on a disk of its own.
    pub(crate) fn wake(&self) -> Ledger {
        let storage = self.storage.branch();
        let disk = Arc::new(storage.clone());
        let opened =
            Log::open(disk, LOG, FrameNumber::FIRST, seeded_nonces(7)).expect("a good log is opened");
        Ledger {
            coordinator: self.coordinator.clone(),
            shards: self.shards.clone(),
            storage,
            writer: opened.writer,
            reader: opened.reader,
            time_us: self.time_us,
        }
    }
}

/// A cleanly closed log of these frames, all sums right.
pub(crate) fn written(bodies: &[Body]) -> FaultyStorage {
    let storage = FaultyStorage::new();
    let disk = Arc::new(storage.clone());
    let opened = Log::open(disk, LOG, FrameNumber::FIRST, seeded_nonces(7)).expect("an empty log is opened");
    let mut writer = opened.writer;
    for body in bodies {
        writer.append(body).expect("a frame fits");
    }
    writer.close().expect("this disk does not fail");
    storage
}
