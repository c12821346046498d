//! The journal's end of the log: append, sync, close.

use std::io::{self, IoSlice};
use std::sync::Arc;

use crate::body::Body;
use crate::codec::PAGE_BYTES;
use crate::digest::Digest;
use crate::encode::{Encoder, frame_padding};
use crate::envelope::{Envelope, frame_bytes};
use crate::error::{AppendError, CloseError, StorageError, SyncError};
use crate::manifest::{Extent, LogEnd, SegmentState};
use crate::manifest_store::ManifestStore;
use crate::number::{FrameNumber, SegmentNumber};
use crate::reader::{LogSegment, Shared};
use crate::segment::FIRST_FRAME;
use crate::segment_allocator::{self, LeftSegment, ReadySegment};
use crate::segment_pool::SegmentPool;
use crate::space::SpaceGauge;
use crate::storage::StorageFile;
use crate::view::FrameView;

/// Appends frames and makes them durable. There is one for a log.
pub struct LogWriter {
    current: Current,
    /// Segments left since the last sync.
    left: Vec<Left>,
    /// Behind the last frame appended.
    end: LogEnd,
    last_time_us: i64,
    /// True when the last frame needs a later one to carry the mark up to it.
    mark_unwritten: bool,
    durable: FrameNumber,
    failed: bool,
    /// Segments of earlier runs whose files are longer than the ends that the manifest names.
    uncut: Vec<SegmentNumber>,
    /// False while recovery is rewriting: the manifest must not learn of its segments before the start is complete.
    tending: bool,
    encoder: Encoder,
    supply: SegmentPool,
    keeper: Arc<ManifestStore>,
    shared: Arc<Shared>,
    gauge: SpaceGauge,
    /// Bytes of the largest frame.
    max_frame: u64,
}

/// The segment being written.
struct Current {
    file: Arc<dyn StorageFile>,
    segment: Arc<LogSegment>,
    at: u64,
}

/// A segment that was left but not synced.
struct Left {
    file: Arc<dyn StorageFile>,
    segment: LeftSegment,
}

/// A frame whose body is encoded, before it has a place.
#[derive(Clone, Copy)]
struct Draft {
    idle: bool,
    body_len: u32,
    body_crc: u32,
    digest: Digest,
    time_us: i64,
}

/// What a writer goes on from.
pub(crate) struct WriterStart {
    pub(crate) first: ReadySegment,
    pub(crate) end: LogEnd,
    pub(crate) supply: SegmentPool,
    pub(crate) keeper: Arc<ManifestStore>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) gauge: SpaceGauge,
    pub(crate) max_frame: u64,
}

impl LogWriter {
    /// A writer on a new segment; everything before is durable.
    pub(crate) fn new(start: WriterStart) -> Self {
        let WriterStart { first, end, supply, keeper, shared, gauge, max_frame } = start;
        let current = Current::begin(first, end.frame.next(), &shared);
        gauge.set_current(current.rest());
        Self {
            current,
            left: Vec::new(),
            end,
            last_time_us: 0,
            mark_unwritten: false,
            durable: end.frame,
            failed: false,
            uncut: Vec::new(),
            tending: false,
            encoder: Encoder::default(),
            supply,
            keeper,
            shared,
            gauge,
            max_frame,
        }
    }

    /// Writes `body` as the next frame, in the next segment when it does not fit the current one. The frame is
    /// durable after the next [`LogWriter::sync`].
    pub fn append(&mut self, body: &Body) -> Result<FrameNumber, AppendError> {
        self.append_body(body, false)
    }

    fn append_body(&mut self, body: &Body, idle: bool) -> Result<FrameNumber, AppendError> {
        self.check_alive()?;
        let mut encoder = std::mem::take(&mut self.encoder);
        let written = match encoder.encode(self.next_frame(), self.end.digest, body) {
            Some(encoded) => {
                let digest = encoder.digest(body);
                let draft = Draft {
                    idle,
                    body_len: encoded.len,
                    body_crc: encoded.crc,
                    digest,
                    time_us: body.time_us,
                };
                self.write(draft, encoder.slices(body))
            }
            None => Err(AppendError::TooLarge { bytes: u64::MAX, max: self.max_frame }),
        };
        self.encoder = encoder;
        written
    }

    /// Writes a frame that recovery found above the mark again, body unchanged, as the next frame.
    pub(crate) fn rewrite(&mut self, frame: &FrameView) -> Result<FrameNumber, AppendError> {
        assert_eq!(frame.number(), self.next_frame(), "recovery rewrites frames in order");
        let body = frame.unchecked_body();
        let draft = Draft {
            idle: frame.is_idle(),
            body_len: u32::try_from(body.len()).expect("it was read with a 32-bit length"),
            body_crc: frame.head_crc(),
            digest: frame.body_digest(),
            time_us: frame.time_us(),
        };
        self.write(draft, vec![IoSlice::new(body)])
    }

    /// Finds the frame a place and writes it.
    fn write(&mut self, draft: Draft, body: Vec<IoSlice<'_>>) -> Result<FrameNumber, AppendError> {
        let bytes = frame_bytes(draft.body_len);
        if bytes > self.max_frame {
            return Err(AppendError::TooLarge { bytes, max: self.max_frame });
        }
        if bytes > self.current.rest() {
            self.turn_over()?;
        }
        let number = self.next_frame();
        let envelope = self.envelope(&draft, number).to_bytes();
        let mut slices = Vec::with_capacity(body.len() + 2);
        slices.push(IoSlice::new(&envelope));
        slices.extend(body);
        slices.push(IoSlice::new(frame_padding(draft.body_len)));
        let written = self.current.file.write_at(&slices, self.current.at);
        written.map_err(|error| self.fail(error)).map_err(AppendError::Io)?;
        self.advance(&draft, number, bytes);
        Ok(number)
    }

    fn envelope(&self, draft: &Draft, number: FrameNumber) -> Envelope {
        let segment = &self.current.segment.bytes;
        let page = u32::try_from(self.current.at / PAGE_BYTES).expect("open refuses larger segments");
        let envelope = Envelope {
            idle: draft.idle,
            nonce: segment.nonce,
            epoch: segment.epoch,
            number,
            durable: self.durable,
            body_len: draft.body_len,
            body_crc: draft.body_crc,
            page,
        };
        fail_point!("MarkTooHigh", |_| Envelope { durable: number, ..envelope });
        envelope
    }

    fn advance(&mut self, draft: &Draft, number: FrameNumber, bytes: u64) {
        self.current.segment.note(number, self.current.at);
        self.current.at += bytes;
        self.end = LogEnd {
            segment: self.current.segment.bytes.number,
            offset: self.current.at,
            frame: number,
            digest: draft.digest,
        };
        self.last_time_us = draft.time_us;
        self.mark_unwritten = !draft.idle;
        self.gauge.set_current(self.current.rest());
    }

    /// Leaves the current segment for the next one.
    fn turn_over(&mut self) -> Result<(), AppendError> {
        let next = self.supply.take().inspect_err(|error| {
            self.failed |= matches!(error, AppendError::Io(_));
        })?;
        let next = Current::begin(next, self.next_frame(), &self.shared);
        let old = std::mem::replace(&mut self.current, next);
        let segment = LeftSegment { number: old.segment.bytes.number, state: old.state_left(&self.end) };
        self.left.push(Left { file: old.file, segment });
        Ok(())
    }

    /// Makes all frames appended so far durable, with one sync (and one more for each segment left since the
    /// last), publishes the mark to readers and returns it. After an error nothing more is ever taken.
    pub fn sync(&mut self) -> Result<FrameNumber, SyncError> {
        if self.failed {
            return Err(SyncError::Failed);
        }
        if self.end.frame == self.durable {
            return Ok(self.durable);
        }
        self.sync_files().map_err(|error| SyncError::Io(self.fail(error)))?;
        self.durable = self.end.frame;
        self.shared.publish(self.durable, self.end.digest);
        if !self.left.is_empty() {
            self.supply.finish(self.left.drain(..).map(|left| left.segment));
        }
        if self.tending {
            self.supply.tend();
        }
        Ok(self.durable)
    }

    fn sync_files(&self) -> io::Result<()> {
        fail_point!("SyncForgotten", |_| Ok(()));
        fail_point!("SyncRetried", |_| self.sync_each_file().or_else(|_| self.sync_each_file()));
        self.sync_each_file()
    }

    fn sync_each_file(&self) -> io::Result<()> {
        for left in &self.left {
            left.file.sync()?;
        }
        if self.current.at > FIRST_FRAME { self.current.file.sync() } else { Ok(()) }
    }

    /// Writes and syncs an empty frame that carries the durable mark, when the last frame is one that needs it.
    /// Call it when there is nothing else to write: from then on damage to any frame before it is told from a
    /// torn tail. Appended frames are synced as well.
    pub fn write_mark(&mut self) -> Result<FrameNumber, SyncError> {
        self.sync()?;
        if !self.mark_unwritten {
            return Ok(self.durable);
        }
        let body = Body { time_us: self.last_time_us, sections: Vec::new() };
        match self.append_body(&body, true) {
            // A full disk leaves the mark where it was; nothing is lost but the later warning.
            Ok(_) | Err(AppendError::NoSpace) => self.sync(),
            Err(AppendError::Io(error)) => Err(SyncError::Io(error)),
            Err(AppendError::Failed) => Err(SyncError::Failed),
            Err(AppendError::TooLarge { .. }) => panic!("an empty frame fits any segment"),
        }
    }

    /// Tries again to make a segment when segments are made inline (`segments_ahead` = 0); every sync does so as
    /// well. With a background maker, which tries on its own, it only looks for that one's failure.
    pub fn tend(&mut self) -> Result<(), AppendError> {
        self.check_alive()?;
        self.supply.tend();
        match self.supply.failure() {
            Some(error) => Err(AppendError::Io(self.fail(error))),
            None => Ok(()),
        }
    }

    /// The number the next appended frame gets.
    #[must_use]
    pub fn next_frame(&self) -> FrameNumber {
        self.end.frame.next()
    }

    /// The durable mark.
    #[must_use]
    pub fn durable(&self) -> FrameNumber {
        self.durable
    }

    /// How much room there certainly is.
    #[must_use]
    pub fn space(&self) -> SpaceGauge {
        self.gauge.clone()
    }

    /// Shuts the log down cleanly: syncs, carries the mark in an idle frame, and records the end in the manifest,
    /// so that the next start knows every byte that must be there. What was made ahead and holds no frame is given back to
    /// the disk.
    pub fn close(mut self) -> Result<(), CloseError> {
        self.write_mark()?;
        self.supply.stop();
        let finished = self.supply.take_finished();
        let mut unused = self.supply.take_unused();
        let current = self.current.segment.bytes.number;
        unused.extend((self.current.at == FIRST_FRAME).then_some(current));
        let (end, durable) = (self.end, self.durable);
        let recorded = self.keeper.update(|manifest| {
            segment_allocator::record(manifest, &finished, durable);
            for number in &unused {
                manifest.set_state(*number, SegmentState::Discarded);
            }
            manifest.clean_end = Some(end);
        });
        recorded.map_err(CloseError::Manifest)?;
        // The log has ended well; a next start does this where it was cut short.
        self.keeper.remove_discarded().map_err(CloseError::GivingBack)?;
        self.keeper.cut_at_ends([current]).map_err(CloseError::GivingBack)
    }

    /// Cuts the files of the segments of earlier runs at their ends, which the manifest names. It comes when those have ended who
    /// read the log while it was opened: a frame that was written again is read in its old place, behind the cut. Where it
    /// does not come, the next start does it.
    ///
    /// # Errors
    /// The file that could not be cut.
    pub fn cut_finished(&mut self) -> Result<(), StorageError> {
        self.keeper.cut_at_ends(std::mem::take(&mut self.uncut))
    }

    pub(crate) fn leave_uncut(&mut self, uncut: Vec<SegmentNumber>) {
        self.uncut = uncut;
    }

    /// Segments left while recovery was rewriting.
    pub(crate) fn take_finished(&mut self) -> Vec<LeftSegment> {
        self.supply.take_finished()
    }

    /// Begins normal running, once the manifest names all frames so far as durable.
    pub(crate) fn begin_run(&mut self, segments_ahead: u32) -> io::Result<()> {
        self.mark_unwritten = false;
        self.tending = true;
        if segments_ahead > 0 {
            return self.supply.start(segments_ahead);
        }
        self.supply.tend();
        self.supply.failure().map_or(Ok(()), Err)
    }

    fn check_alive(&self) -> Result<(), AppendError> {
        if self.failed { Err(AppendError::Failed) } else { Ok(()) }
    }

    fn fail(&mut self, error: io::Error) -> io::Error {
        self.failed = true;
        error
    }
}

impl Current {
    fn begin(ready: ReadySegment, first: FrameNumber, shared: &Shared) -> Self {
        let segment = Arc::new(LogSegment::new(ready.bytes, first));
        shared.add(Arc::clone(&segment));
        Self { file: ready.file, segment, at: FIRST_FRAME }
    }

    fn rest(&self) -> u64 {
        self.segment.bytes.len() - self.at
    }

    /// What becomes of it when it is left behind `end`. The short segment of a start on a full disk may be left without
    /// a frame, where the first one is longer.
    fn state_left(&self, end: &LogEnd) -> SegmentState {
        if self.at == FIRST_FRAME {
            return SegmentState::Discarded;
        }
        let first = self.segment.first;
        SegmentState::Finished(Extent { first, last: end.frame, end: self.at, digest: end.digest })
    }
}
