//! Reads a log from its files: checks every frame, finds where the log ends, and what anything calls durable.
//! Changes nothing; what to do about the end is [`crate::disposition`]'s.

use crate::digest::Digest;
use crate::disposition::{Disposition, FrameState, disposition};
use crate::error::{Fault, Finding, StorageError};
use crate::frame_fault::FrameFault;
use crate::log_files::{LogFile, LogFiles, Refusal, pages_from};
use crate::manifest::{Extent, LogEnd, SegmentState};
use crate::number::FrameNumber;
use crate::segment::{FIRST_FRAME, SegmentBytes};
use crate::storage::Storage;
use crate::view::FrameView;
use crate::witness::{self, Witness};

/// What a scan found in a log whose durable frames are all there.
pub(crate) struct Scan {
    /// Frames of the segments that were open, in order.
    pub(crate) open: Vec<OpenSegment>,
    /// Behind the last good frame.
    pub(crate) end: LogEnd,
    /// The highest frame anything calls durable.
    pub(crate) mark: FrameNumber,
    /// Where and how the log stops.
    pub(crate) stop: Stop,
    /// True for a torn tail: there is something at or behind the stop.
    pub(crate) torn: bool,
    /// The highest frame number an envelope at or behind the stop names.
    pub(crate) highest_behind: FrameNumber,
    /// True when the log ends where a clean shutdown left it.
    pub(crate) clean: bool,
    pub(crate) frames: u64,
    pub(crate) bytes: u64,
}

/// The frames of a segment whose extent the manifest does not know.
pub(crate) struct OpenSegment {
    pub(crate) bytes: SegmentBytes,
    pub(crate) frames: Vec<FramePlace>,
}

/// Where a frame of an open segment stands.
#[derive(Clone, Copy)]
pub(crate) struct FramePlace {
    pub(crate) number: FrameNumber,
    pub(crate) offset: u64,
    pub(crate) end: u64,
    pub(crate) digest: Digest,
}

/// The place where the next frame should be and is not.
#[derive(Clone, Copy)]
pub(crate) struct Stop {
    /// Index into the catalog's segments; equal to their number when the log has no segment to stop in.
    pub(crate) segment: usize,
    pub(crate) offset: u64,
    pub(crate) number: FrameNumber,
    pub(crate) fault: FrameFault,
}

impl Stop {
    fn state(&self) -> FrameState {
        if self.fault == FrameFault::Absent { FrameState::Absent } else { FrameState::Bad }
    }
}

/// Scans `catalog`, checking whole every segment that holds a frame from `from` on and showing those frames to
/// `visit`. A finding when a durable frame does not hold; `witnesses` know of durable frames, too.
pub(crate) fn scan(
    storage: &dyn Storage,
    files: &LogFiles,
    from: FrameNumber,
    witnesses: &[Witness],
    visit: &mut dyn FnMut(&FrameView),
) -> Result<Scan, Refusal> {
    let mut walk = Walk::new(files, visit);
    for segment in &files.segments {
        if let SegmentState::Finished(extent) = segment.state {
            walk.finished(&segment.bytes, &extent, from)?;
        }
    }
    let (open, stop) = walk.open_segments(files);
    let Walk { end, frames, bytes, floor, .. } = walk;
    let clean = files.manifest.clean_end;
    let behind = match clean {
        Some(clean) if clean.frame == end.frame => Behind::default(),
        _ => Behind::of(storage, files, &stop)?,
    };
    let own_mark = floor.max(behind.mark);
    let witnessed = witness::best(witnesses, files.manifest.node).filter(|(frame, _)| *frame > own_mark);
    let mark = witnessed.map_or(own_mark, |(frame, _)| frame);
    let decided = disposition(stop.state(), stop.number, mark, behind.something);
    if decided == Disposition::Refuse {
        let witness = witnessed.map(|(_, witness)| Box::new(witness.clone()));
        let fault = Fault::DurableFrame { fault: stop.fault, durable: mark, witness };
        return Err(damage(files, &stop, fault).into());
    }
    if clean.is_some_and(|clean| clean != end) {
        return Err(Finding {
            offset: Some(end.offset),
            frame: Some(end.frame),
            ..Finding::of_file(end.segment.file_name(), Fault::CleanEnd)
        }
        .into());
    }
    Ok(Scan {
        open,
        end,
        mark,
        stop,
        torn: decided == Disposition::Cut,
        highest_behind: behind.highest,
        clean: clean.is_some(),
        frames,
        bytes,
    })
}

fn damage(files: &LogFiles, stop: &Stop, fault: Fault) -> Finding {
    let file = match files.segments.get(stop.segment) {
        Some(segment) => segment.bytes.number.file_name(),
        None => files.manifest.next_segment.file_name(),
    };
    Finding { offset: Some(stop.offset), frame: Some(stop.number), ..Finding::of_file(file, fault) }
}

/// A walk along the frames.
struct Walk<'a> {
    visit: &'a mut dyn FnMut(&FrameView),
    end: LogEnd,
    /// The highest frame the manifest or an envelope met so far calls durable.
    floor: FrameNumber,
    frames: u64,
    bytes: u64,
}

impl<'a> Walk<'a> {
    fn new(files: &LogFiles, visit: &'a mut dyn FnMut(&FrameView)) -> Self {
        let manifest = &files.manifest;
        let clean = manifest.clean_end.map_or(FrameNumber::NONE, |end| end.frame);
        let finished = manifest.segments.values().filter_map(|entry| match entry.state {
            SegmentState::Finished(extent) => Some(extent.last),
            _ => None,
        });
        let floor = finished.fold(manifest.durable.max(clean), FrameNumber::max);
        Self { visit, end: LogEnd::EMPTY, floor, frames: 0, bytes: 0 }
    }

    /// A segment whose frames the manifest knows.
    fn finished(
        &mut self,
        segment: &SegmentBytes,
        extent: &Extent,
        from: FrameNumber,
    ) -> Result<(), Finding> {
        if extent.last >= from {
            segment.map.will_need();
            let mut at = FIRST_FRAME;
            while self.end.frame < extent.last {
                at = self.step(segment, at).map_err(|fault| self.damage(segment, at, fault))?.end;
            }
            if at != extent.end || self.end.digest != extent.digest {
                let file = segment.number.file_name();
                let frame = Some(extent.last);
                return Err(Finding { offset: Some(at), frame, ..Finding::of_file(file, Fault::Extent) });
            }
        }
        self.end =
            LogEnd { segment: segment.number, offset: extent.end, frame: extent.last, digest: extent.digest };
        Ok(())
    }

    fn damage(&self, segment: &SegmentBytes, offset: u64, fault: FrameFault) -> Finding {
        let fault = Fault::DurableFrame { fault, durable: self.floor, witness: None };
        let frame = Some(self.end.frame.next());
        Finding { offset: Some(offset), frame, ..Finding::of_file(segment.number.file_name(), fault) }
    }

    /// Checks the frame at `offset` against everything and moves behind it.
    fn step(&mut self, segment: &SegmentBytes, offset: u64) -> Result<FramePlace, FrameFault> {
        let view = FrameView::at(segment, offset)?;
        if view.number() != self.end.frame.next() {
            return Err(FrameFault::Number { found: view.number() });
        }
        if view.prev_digest() != self.end.digest {
            return Err(FrameFault::Chain);
        }
        view.verify()?;
        let place = FramePlace { number: view.number(), offset, end: view.end(), digest: view.body_digest() };
        self.floor = self.floor.max(view.durable_when_written());
        self.end =
            LogEnd { segment: segment.number, offset: place.end, frame: place.number, digest: place.digest };
        self.frames += 1;
        self.bytes += view.frame_bytes();
        (self.visit)(&view);
        Ok(place)
    }

    /// The segments whose frames only reading tells. The log goes on in the next segment that begins with the next
    /// frame, and stops where none does. One without frames may stand between: it was left for a longer one, and the
    /// manifest that discards it was not written.
    fn open_segments(&mut self, files: &LogFiles) -> (Vec<OpenSegment>, Stop) {
        let mut found: Vec<OpenSegment> = Vec::new();
        let count = files.segments.len();
        let absent = FrameFault::Absent;
        let mut stop = Stop { segment: count, offset: 0, number: self.end.frame.next(), fault: absent };
        for (position, segment) in files.segments.iter().enumerate() {
            if !counts(files, segment) {
                continue;
            }
            let (frames, at, fault) = self.open_segment(&segment.bytes);
            // A segment without frames tells where the log stops only when its predecessor has no room left.
            let full = files.segments.get(stop.segment).is_none_or(|last| stop.offset >= last.bytes.len());
            if !frames.is_empty() || full {
                stop = Stop { segment: position, offset: at, number: self.end.frame.next(), fault };
            }
            found.push(OpenSegment { bytes: segment.bytes.clone(), frames });
        }
        (found, stop)
    }

    fn open_segment(&mut self, segment: &SegmentBytes) -> (Vec<FramePlace>, u64, FrameFault) {
        let mut frames = Vec::new();
        let mut at = FIRST_FRAME;
        loop {
            match self.step(segment, at) {
                Ok(place) => {
                    if frames.is_empty() {
                        segment.map.will_need();
                    }
                    at = place.end;
                    frames.push(place);
                }
                Err(fault) => return (frames, at, fault),
            }
        }
    }
}

/// True for an open segment of a completed start: only those can hold frames of the log.
fn counts(files: &LogFiles, segment: &LogFile) -> bool {
    segment.state == SegmentState::Open && segment.bytes.epoch <= files.manifest.epoch
}

/// What stands at and behind the stop.
#[derive(Default)]
struct Behind {
    /// Whether anything was written there, whole or not.
    something: bool,
    mark: FrameNumber,
    highest: FrameNumber,
}

impl Behind {
    /// Looks at every page for good envelopes, and for whatever else was written: from the stop on in its segment, and in all segments behind it,
    /// those of starts that were not completed included.
    fn of(storage: &dyn Storage, files: &LogFiles, stop: &Stop) -> Result<Self, StorageError> {
        let mut behind = Self::default();
        for (position, segment) in files.segments.iter().enumerate() {
            let completed = segment.bytes.epoch <= files.manifest.epoch;
            if completed && position < stop.segment {
                continue;
            }
            let begin = if position == stop.segment { stop.offset } else { FIRST_FRAME };
            let name = segment.bytes.number.file_name();
            let file = storage.open(&name).map_err(StorageError::of(&name))?;
            let seen = pages_from(&*file, begin, segment.bytes.len(), |at, page| {
                let envelope = page.first_chunk().and_then(|bytes| segment.bytes.envelope_in(bytes, at));
                if let Some(envelope) = &envelope {
                    behind.mark = behind.mark.max(envelope.durable);
                }
                // An interrupted start only repeated frames; they do not make a tail.
                if completed {
                    behind.highest = behind.highest.max(envelope.map_or(FrameNumber::NONE, |e| e.number));
                    behind.something |= page.iter().any(|byte| *byte != 0);
                }
                true
            });
            seen.map_err(StorageError::of(name))?;
        }
        Ok(behind)
    }
}
