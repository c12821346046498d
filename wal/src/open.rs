//! Opening a log: accept or refuse what is on disk, make the tail durable, begin a new epoch.

use std::sync::Arc;

use crate::audit::no_log;
use crate::codec::PAGE_BYTES;
use crate::disposition::{Disposition, FrameState, disposition};
use crate::error::{AppendError, OpenError, StorageError};
use crate::log_files::{self, LogFiles, Refusal};
use crate::manifest::{Extent, LogEnd, MANIFEST_FILE, Manifest, SegmentState};
use crate::manifest_store::{ManifestStore, remove_if_there, write_manifest};
use crate::nonces::NonceSource;
use crate::number::{FrameNumber, NodeId, SegmentNumber};
use crate::reader::{LogReader, LogSegment, Shared};
use crate::report::RecoveryReport;
use crate::scan::{FramePlace, OpenSegment, Scan, scan};
use crate::segment::{FIRST_FRAME, MIN_SEGMENT, SegmentBytes};
use crate::segment_allocator::{self, SegmentAllocator};
use crate::segment_pool::SegmentPool;
use crate::space::SpaceGauge;
use crate::storage::{Storage, WritePath};
use crate::verified_frames::{Teller, VerifiedFrames};
use crate::view::FrameView;
use crate::witness::Witness;
use crate::writer::{LogWriter, WriterStart};

/// How a log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogOptions {
    /// Length of a new segment in bytes: a multiple of 4096, at least 8192. A frame must fit one.
    pub segment_bytes: u64,
    /// Segments a background thread keeps ready ahead of need. 0: there is no thread, one segment is kept
    /// ahead by the writer itself, and everything happens in a repeatable order, as simulation needs.
    pub segments_ahead: u32,
    /// How bytes get into a segment.
    pub write_path: WritePath,
}

impl Default for LogOptions {
    fn default() -> Self {
        Self { segment_bytes: 128 << 20, segments_ahead: 2, write_path: WritePath::default() }
    }
}

/// A segment of which more than one part in so many is not used is cut at its end.
const WORTH_A_CUT: u64 = 8;

/// A log ready for work.
pub struct Opened {
    /// The journal's end.
    pub writer: LogWriter,
    /// Everyone else's.
    pub reader: LogReader,
    /// What was found on disk and done about it.
    pub report: RecoveryReport,
}

/// The write-ahead log.
pub struct Log;

impl Log {
    /// Opens the log in `storage`, or begins one in an empty directory.
    ///
    /// Everything that was ever durable is there when this returns, and all of it is durable: frames above the
    /// mark are written again to a new segment and synced, a torn tail is cut off and reported. When durable
    /// frames are damaged or files are not what they should be, the log is refused and nothing is changed. Where the disk
    /// has no room for a segment of the wanted length, the log opens with a small one: it can be read, and
    /// [`LogWriter::space`] tells that there is no room yet.
    ///
    /// Segments wholly before `replay_from` are checked only by header and manifest; the caller has a snapshot
    /// that covers them. `nonces` gives the random identities ([`crate::system_nonces`], or
    /// [`crate::seeded_nonces`] in simulation).
    pub fn open(
        storage: Arc<dyn Storage>,
        options: LogOptions,
        replay_from: FrameNumber,
        nonces: NonceSource,
    ) -> Result<Opened, OpenError> {
        let mut opened =
            Self::open_ahead(storage, options, replay_from, nonces, &[], &VerifiedFrames::default())?;
        opened.writer.cut_finished()?;
        Ok(opened)
    }

    /// The same, while other threads read the frames from `replay_from` on, each as soon as it was checked. What they made of
    /// them counts only if the log is not refused. A log that ends before a frame which one of the `witnesses` calls durable
    /// is, and so is a directory that has witnesses and no log. [`LogWriter::cut_finished`] comes when those threads have ended.
    pub fn open_ahead(
        storage: Arc<dyn Storage>,
        options: LogOptions,
        replay_from: FrameNumber,
        mut nonces: NonceSource,
        witnesses: &[Witness],
        checked: &VerifiedFrames,
    ) -> Result<Opened, OpenError> {
        let mut teller = Teller::new(checked);
        check_segment_bytes(options.segment_bytes)?;
        let files = match log_files::read(&*storage)? {
            Some(files) => files,
            None if witnesses.is_empty() => new_log_files(&*storage, NodeId(nonces()))?,
            None => return Err(no_log(witnesses).into()),
        };
        teller.begin(files.manifest.node);
        let scan = scan(&*storage, &files, replay_from, witnesses, &mut |frame| teller.add(frame))?;
        drop(teller);
        let plan = Plan::new(&files, &scan);
        let report = RecoveryReport::new(&files, &scan);
        let keeper = Arc::new(ManifestStore::new(Arc::clone(&storage), files.manifest.clone()));
        Start { storage, options, files, plan, report, keeper }.run(nonces)
    }
}

fn check_segment_bytes(bytes: u64) -> Result<(), OpenError> {
    let pages_fit = bytes / PAGE_BYTES <= u64::from(u32::MAX);
    if bytes < MIN_SEGMENT || !bytes.is_multiple_of(PAGE_BYTES) || !pages_fit {
        return Err(OpenError::SegmentBytes(bytes));
    }
    Ok(())
}

impl From<Refusal> for OpenError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Finding(finding) => Self::Refused(finding),
            Refusal::Io(error) => Self::Io(error),
        }
    }
}

/// Begins a log in an empty directory. The manifest comes before any segment, so that a segment without a
/// manifest always means that a manifest was lost.
fn new_log_files(storage: &dyn Storage, node: NodeId) -> Result<LogFiles, OpenError> {
    let manifest = Manifest::new(node);
    write_manifest(storage, &manifest).map_err(StorageError::of(MANIFEST_FILE))?;
    Ok(LogFiles { manifest, segments: Vec::new(), leftovers: Vec::new() })
}

/// What becomes of what was found.
struct Plan {
    /// New states of the segments that were open.
    states: Vec<(SegmentNumber, SegmentState)>,
    /// Segments whose frames stay where they are, with an offset for every kept frame of formerly open ones.
    kept: Vec<Arc<LogSegment>>,
    /// Frames to write and sync anew.
    rewrite: Vec<(SegmentBytes, FramePlace)>,
    /// Behind the last frame that stays where it is.
    end: LogEnd,
}

impl Plan {
    fn new(files: &LogFiles, scan: &Scan) -> Self {
        let mut plan = Self { states: Vec::new(), kept: Vec::new(), rewrite: Vec::new(), end: LogEnd::EMPTY };
        for segment in &files.segments {
            match segment.state {
                SegmentState::Finished(extent) => plan.stay(&segment.bytes, &extent, &[]),
                _ => plan.states.push((segment.bytes.number, SegmentState::Discarded)),
            }
        }
        for segment in &scan.open {
            plan.open_segment(segment, scan.mark);
        }
        plan
    }

    fn open_segment(&mut self, segment: &OpenSegment, mark: FrameNumber) {
        let (stay, rewrite) = segment.frames.split_at(durable_frames(&segment.frames, mark));
        if let (Some(first), Some(last)) = (stay.first(), stay.last()) {
            let extent =
                Extent { first: first.number, last: last.number, end: last.end, digest: last.digest };
            self.stay(&segment.bytes, &extent, stay);
            self.states.retain(|(number, _)| *number != segment.bytes.number);
            self.states.push((segment.bytes.number, SegmentState::Finished(extent)));
        }
        self.rewrite.extend(rewrite.iter().map(|frame| (segment.bytes.clone(), *frame)));
    }

    fn stay(&mut self, bytes: &SegmentBytes, extent: &Extent, frames: &[FramePlace]) {
        let segment = LogSegment::finished(bytes.up_to(extent.end), extent);
        for frame in frames {
            segment.note(frame.number, frame.offset);
        }
        self.kept.push(Arc::new(segment));
        let Extent { last, end, digest, .. } = *extent;
        self.end = LogEnd { segment: bytes.number, offset: end, frame: last, digest };
    }
}

/// How many of these frames, which are in order, the mark calls durable.
fn durable_frames(frames: &[FramePlace], mark: FrameNumber) -> usize {
    fail_point!("TailNotRewritten", |_| frames.len());
    let decide = |frame: &FramePlace| disposition(FrameState::Good, frame.number, mark, false);
    frames.partition_point(|frame| decide(frame) == Disposition::Keep)
}

/// A start in progress, everything on disk accepted.
struct Start {
    storage: Arc<dyn Storage>,
    options: LogOptions,
    files: LogFiles,
    plan: Plan,
    report: RecoveryReport,
    keeper: Arc<ManifestStore>,
}

impl Start {
    fn run(self, nonces: NonceSource) -> Result<Opened, OpenError> {
        // A killed run may have left names that are seen but not durable; nothing may be built on those.
        self.storage.sync_directory().map_err(StorageError::of(""))?;
        let shared = Arc::new(Shared::new(self.plan.end.frame, self.plan.end.digest, self.plan.kept.clone()));
        let mut writer = self.writer(nonces, &shared)?;
        for (segment, place) in &self.plan.rewrite {
            let view = FrameView::at(segment, place.offset).expect("the scan has just checked this frame");
            writer.rewrite(&view).map_err(OpenError::Rewrite)?;
        }
        writer.sync().map_err(OpenError::Sync)?;
        self.complete(&mut writer)?;
        self.remove_leftovers()?;
        writer.leave_uncut(self.worth_a_cut().collect());
        writer.begin_run(self.options.segments_ahead).map_err(StorageError::of(""))?;
        Ok(Opened { writer, reader: LogReader::new(shared), report: self.report })
    }

    /// A writer behind the frames that stay, on a new segment of the new epoch.
    fn writer(&self, nonces: NonceSource, shared: &Arc<Shared>) -> Result<LogWriter, OpenError> {
        let segment_bytes = self.segment_bytes();
        let maker = SegmentAllocator {
            storage: Arc::clone(&self.storage),
            keeper: Arc::clone(&self.keeper),
            nonces,
            node: self.report.node,
            epoch: self.report.epoch,
            next: self.files.manifest.next_segment,
            segment_bytes,
            write_path: self.options.write_path,
        };
        let gauge = SpaceGauge::default();
        let mut supply = SegmentPool::inline(maker, Arc::clone(shared), gauge.clone());
        // On a full disk a small one will do: the log can be read, and goes on when there is room.
        let first = match supply.take() {
            Err(AppendError::NoSpace) => supply.take_of(self.least_segment()),
            taken => taken,
        };
        let first = first.map_err(OpenError::Rewrite)?;
        Ok(LogWriter::new(WriterStart {
            first,
            end: self.plan.end,
            supply,
            keeper: Arc::clone(&self.keeper),
            shared: Arc::clone(shared),
            gauge,
            max_frame: segment_bytes - FIRST_FRAME,
        }))
    }

    /// Just what has to be written again fits, and an idle frame with the mark.
    fn least_segment(&self) -> u64 {
        let again: u64 = self.plan.rewrite.iter().map(|(_, frame)| frame.end - frame.offset).sum();
        FIRST_FRAME + again + PAGE_BYTES
    }

    /// New segments also hold the largest frame that is rewritten, should the option have become smaller.
    fn segment_bytes(&self) -> u64 {
        let largest = self.plan.rewrite.iter().map(|(_, frame)| frame.end - frame.offset).max();
        self.options.segment_bytes.max(FIRST_FRAME + largest.unwrap_or(0))
    }

    /// One manifest makes the start count: it names everything so far durable and begins the new epoch.
    fn complete(&self, writer: &mut LogWriter) -> Result<(), OpenError> {
        let finished = writer.take_finished();
        let recorded = self.keeper.update(|manifest| {
            for (number, state) in &self.plan.states {
                manifest.set_state(*number, *state);
            }
            segment_allocator::record(manifest, &finished, writer.durable());
            manifest.epoch = self.report.epoch;
            manifest.clean_end = None;
        });
        Ok(recorded.map_err(StorageError::of(MANIFEST_FILE))?)
    }

    fn remove_leftovers(&self) -> Result<(), OpenError> {
        let discarded = self.plan.states.iter().filter(|(_, state)| *state == SegmentState::Discarded);
        let names = discarded.map(|(number, _)| number.file_name());
        for name in names.chain(self.files.leftovers.iter().cloned()) {
            // The start may have made segments of its own under the names of leftovers.
            if !self.is_part_of_the_log(&name) {
                remove_if_there(&*self.storage, &name).map_err(StorageError::of(name))?;
            }
        }
        self.storage.sync_directory().map_err(StorageError::of(""))?;
        self.keeper.forget_discarded();
        Ok(())
    }

    /// Segments whose frames stay, and whose files are longer than these by so much that a cut is worth it.
    fn worth_a_cut(&self) -> impl Iterator<Item = SegmentNumber> {
        let full = self.files.segments.iter();
        full.filter_map(|segment| {
            let kept = &self.plan.kept;
            let place = kept.binary_search_by_key(&segment.bytes.number, |kept| kept.bytes.number).ok()?;
            let (len, used) = (segment.bytes.len(), kept[place].bytes.len());
            (len - used > len / WORTH_A_CUT).then_some(segment.bytes.number)
        })
    }

    fn is_part_of_the_log(&self, name: &str) -> bool {
        SegmentNumber::from_file_name(name).is_some_and(|number| self.keeper.is_part_of_the_log(number))
    }
}
