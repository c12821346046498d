//! Reading durable frames in place, on any thread, while the journal writes.

use std::sync::{Arc, PoisonError};

use crate::codec::PAGE_BYTES;
use crate::damage::Damage;
use crate::digest::Digest;
use crate::error::{Fault, Finding, ReadError};
use crate::frame_fault::FrameFault;
use crate::manifest::Extent;
use crate::number::FrameNumber;
use crate::segment::{FIRST_FRAME, SegmentBytes};
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{Mutex, RwLock};
use crate::view::FrameView;

/// Every so many frames of a segment one offset is kept.
const INDEX_STEP: u64 = 16;
/// Up to this distance frames are walked rather than searched.
const WALKED: u64 = 4 * INDEX_STEP;

/// Reads durable frames. Clones are cheap and share everything.
#[derive(Clone)]
pub struct LogReader {
    shared: Arc<Shared>,
}

/// What the writer publishes to readers.
pub(crate) struct Shared {
    durable: AtomicU64,
    head: Mutex<(FrameNumber, Digest)>,
    segments: RwLock<Vec<Arc<LogSegment>>>,
    damage: Arc<Damage>,
}

/// A segment that holds frames, or is about to.
pub(crate) struct LogSegment {
    pub(crate) bytes: SegmentBytes,
    pub(crate) first: FrameNumber,
    /// Of a segment that was finished when the log was opened: the number after its last frame, and where that one ends.
    end: Option<(FrameNumber, u64)>,
    /// Offsets of every [`INDEX_STEP`]th frame from the first: a prefix, extended by a reader that walks further.
    index: RwLock<Vec<u64>>,
}

impl LogSegment {
    /// A segment that is about to be written.
    pub(crate) fn new(bytes: SegmentBytes, first: FrameNumber) -> Self {
        Self { bytes, first, end: None, index: RwLock::new(Vec::new()) }
    }

    /// A segment that takes no more frames.
    pub(crate) fn finished(bytes: SegmentBytes, extent: &Extent) -> Self {
        let end = Some((extent.last.next(), extent.end));
        Self { bytes, first: extent.first, end, index: RwLock::new(Vec::new()) }
    }

    /// Tells the index where a frame stands.
    pub(crate) fn note(&self, number: FrameNumber, offset: u64) {
        let position = number.0 - self.first.0;
        if !position.is_multiple_of(INDEX_STEP) {
            return;
        }
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        if crate::codec::offset(index.len()) == position / INDEX_STEP {
            index.push(offset);
        }
    }

    /// The nearest indexed frame at or before `number`.
    fn nearest(&self, number: FrameNumber) -> (FrameNumber, u64) {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        let slot = (number.0 - self.first.0) / INDEX_STEP;
        let slot = slot.min(crate::codec::offset(index.len()).saturating_sub(1));
        match index.get(crate::codec::index(slot)) {
            Some(offset) => (FrameNumber(self.first.0 + slot * INDEX_STEP), *offset),
            None => (self.first, FIRST_FRAME),
        }
    }

    /// A frame at or before `number` with its offset, at most [`WALKED`] frames or one probe away: from `from` by
    /// halving, where the segment is finished. A page is known for a frame's first by the segment's nonce, which no
    /// bytes inside a frame can have, and by the place that its envelope names.
    fn search(&self, from: (FrameNumber, u64), number: FrameNumber) -> (FrameNumber, u64) {
        let Some(end) = self.end else { return from };
        let (mut low, mut high) = (from, end);
        while number.0 - low.0.0 > WALKED && high.1 - low.1 > 2 * PAGE_BYTES {
            let middle = (low.1 + (high.1 - low.1) / 2) / PAGE_BYTES * PAGE_BYTES;
            match self.first_from(middle, high.1) {
                Some((found, offset)) if found <= number => low = (found, offset),
                Some((found, _)) => high = (found, middle),
                None => high = (high.0, middle),
            }
        }
        low
    }

    /// The first frame that begins between two offsets.
    fn first_from(&self, from: u64, to: u64) -> Option<(FrameNumber, u64)> {
        let mut pages = (from..to).step_by(crate::codec::PAGE);
        pages.find_map(|offset| self.bytes.envelope(offset).map(|envelope| (envelope.number, offset)))
    }

    /// Offset of a durable frame of this segment.
    fn find(&self, number: FrameNumber) -> Result<u64, Finding> {
        let (mut at, mut offset) = self.search(self.nearest(number), number);
        loop {
            self.note(at, offset);
            if at == number {
                return Ok(offset);
            }
            let envelope = self.bytes.envelope(offset).filter(|envelope| envelope.number == at);
            let envelope = envelope.ok_or_else(|| self.damage(at, offset, FrameFault::Envelope))?;
            offset += envelope.frame_bytes();
            at = at.next();
        }
    }

    fn view(&self, number: FrameNumber, offset: u64) -> Result<FrameView, Finding> {
        let view = FrameView::at(&self.bytes, offset).map_err(|fault| self.damage(number, offset, fault))?;
        if view.number() == number {
            Ok(view)
        } else {
            Err(self.damage(number, offset, FrameFault::Number { found: view.number() }))
        }
    }

    fn damage(&self, frame: FrameNumber, offset: u64, fault: FrameFault) -> Finding {
        Finding {
            file: self.bytes.number.file_name(),
            offset: Some(offset),
            frame: Some(frame),
            fault: Fault::of_durable(fault),
        }
    }
}

impl Shared {
    pub(crate) fn new(durable: FrameNumber, digest: Digest, segments: Vec<Arc<LogSegment>>) -> Self {
        Self {
            durable: AtomicU64::new(durable.0),
            head: Mutex::new((durable, digest)),
            segments: RwLock::new(segments),
            damage: Arc::new(Damage::default()),
        }
    }

    pub(crate) fn durable(&self) -> FrameNumber {
        FrameNumber(self.durable.load(Ordering::Acquire))
    }

    pub(crate) fn publish(&self, durable: FrameNumber, digest: Digest) {
        *self.head.lock().unwrap_or_else(PoisonError::into_inner) = (durable, digest);
        self.durable.store(durable.0, Ordering::Release);
    }

    pub(crate) fn add(&self, segment: Arc<LogSegment>) {
        self.segments.write().unwrap_or_else(PoisonError::into_inner).push(segment);
    }

    /// The segments, in order.
    pub(crate) fn segments(&self) -> Vec<Arc<LogSegment>> {
        self.segments.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The segment that holds `number` if any does.
    fn segment_of(&self, number: FrameNumber) -> Option<Arc<LogSegment>> {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        let behind = segments.partition_point(|segment| segment.first <= number);
        segments.get(behind.checked_sub(1)?).cloned()
    }

    fn first(&self) -> FrameNumber {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        segments.first().map_or(FrameNumber::FIRST, |segment| segment.first)
    }
}

impl LogReader {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// The durable mark: every frame up to it can be read and survives a power cut.
    #[must_use]
    pub fn durable(&self) -> FrameNumber {
        self.shared.durable()
    }

    /// The first frame of the log (frame 1 also while there is none yet).
    #[must_use]
    pub fn first(&self) -> FrameNumber {
        self.shared.first()
    }

    /// The last durable frame and the digest of its body, which through the chain stands for all before it.
    #[must_use]
    pub fn head(&self) -> (FrameNumber, Digest) {
        *self.shared.head.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// What was found damaged in durable frames since the log was opened.
    #[must_use]
    pub fn damage(&self) -> &Arc<Damage> {
        &self.shared.damage
    }

    /// One durable frame. Its envelope and its body's head are checked, each section when it is asked for: nothing is
    /// handed out on the strength of a check in the past.
    ///
    /// # Errors
    /// [`ReadError`]; damage is noted in [`LogReader::damage`] too.
    pub fn frame(&self, number: FrameNumber) -> Result<FrameView, ReadError> {
        let durable = self.durable();
        if number > durable {
            return Err(ReadError::NotDurable { frame: number, durable });
        }
        let Some(segment) = self.shared.segment_of(number).filter(|_| !number.is_none()) else {
            return Err(ReadError::BeforeFirst { frame: number, first: self.first() });
        };
        let found = segment.find(number).and_then(|offset| segment.view(number, offset));
        self.noting(found)
    }

    fn noting(&self, found: Result<FrameView, Finding>) -> Result<FrameView, ReadError> {
        match found {
            Ok(view) => Ok(view.noting(&self.shared.damage)),
            Err(finding) => {
                self.shared.damage.note(&finding);
                Err(finding.into())
            }
        }
    }

    /// The frames from `from` (or from the first one, when that is later) to the durable mark as it is now, in
    /// order. After an error nothing follows.
    #[must_use]
    pub fn frames(&self, from: FrameNumber) -> Frames {
        let next = from.max(self.first());
        Frames { reader: self.clone(), next, last: self.durable(), cursor: None }
    }
}

/// Frames in order; made by [`LogReader::frames`].
pub struct Frames {
    reader: LogReader,
    next: FrameNumber,
    last: FrameNumber,
    /// Where the frame before `next` ended.
    cursor: Option<(Arc<LogSegment>, u64)>,
}

impl Frames {
    /// The last one that is read.
    pub(crate) fn until(&self) -> FrameNumber {
        self.last
    }

    /// Goes on to a later one, where none could not be read.
    pub(crate) fn go_on_to(&mut self, last: FrameNumber) {
        self.last = last;
    }

    fn read(&mut self) -> Result<FrameView, ReadError> {
        let segment = self
            .reader
            .shared
            .segment_of(self.next)
            .ok_or_else(|| ReadError::BeforeFirst { frame: self.next, first: self.reader.first() })?;
        let offset = match &self.cursor {
            Some((cursor, offset)) if Arc::ptr_eq(cursor, &segment) => Ok(*offset),
            _ => segment.find(self.next),
        };
        let view = self.reader.noting(offset.and_then(|offset| segment.view(self.next, offset)))?;
        segment.note(self.next, view.offset());
        self.cursor = Some((segment, view.end()));
        Ok(view)
    }
}

impl Iterator for Frames {
    type Item = Result<FrameView, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next > self.last {
            return None;
        }
        let item = self.read();
        self.next = if item.is_ok() { self.next.next() } else { self.last.next() };
        Some(item)
    }
}
