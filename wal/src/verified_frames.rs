//! The frames of a log that is being opened, while the rest of it is still being checked.

use std::sync::{Arc, PoisonError};

use crate::digest::Digest;
use crate::error::ReadError;
use crate::number::{FrameNumber, NodeId, SegmentNumber};
use crate::reader::{Frames, LogReader, LogSegment, Shared};
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Condvar, Mutex, MutexGuard};
use crate::view::FrameView;

/// Readers learn of frames when so many bytes of them were checked: for each small one it would be more work than the check.
const PUBLISH_AFTER: u64 = 256 << 10;

/// The frames of a log that were checked so far, for one [`crate::Log::open_ahead`]. Reading them takes the time in which the
/// log waits for the disk; what they say counts only when the log has been opened. Clones share everything.
#[derive(Clone)]
pub struct VerifiedFrames {
    shared: Arc<Shared>,
    progress: Arc<Progress>,
}

struct Progress {
    state: Mutex<OpeningState>,
    more: Condvar,
    /// Whether nobody will ask what became of the frames.
    given_up: AtomicBool,
}

/// How far the opening has come.
struct OpeningState {
    /// Whose log it is, once that is known.
    node: Option<NodeId>,
    /// Whether no frame follows.
    ended: bool,
}

impl Default for VerifiedFrames {
    fn default() -> Self {
        let shared = Shared::new(FrameNumber::NONE, Digest::ZERO, Vec::new());
        let state = Mutex::new(OpeningState { node: None, ended: false });
        let progress = Progress { state, more: Condvar::new(), given_up: AtomicBool::new(false) };
        Self { shared: Arc::new(shared), progress: Arc::new(progress) }
    }
}

impl VerifiedFrames {
    /// The frames from `from` on, each as soon as it was checked; after the last one when the log has been opened, or
    /// refused. `from` is not before the frame that the log is checked from.
    #[must_use]
    pub fn frames(&self, from: FrameNumber) -> CheckedFrames {
        let frames = LogReader::new(Arc::clone(&self.shared)).frames(from);
        CheckedFrames { checked: self.clone(), frames: Some(frames) }
    }

    /// Whose log it is, once that is known; `None` where it is refused before.
    #[must_use]
    pub fn node(&self) -> Option<NodeId> {
        let mut state = self.state();
        while state.node.is_none() && !state.ended {
            state = self.progress.more.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.node
    }

    /// Ends all reading at the next frame: nobody will ask what became of it.
    pub fn give_up(&self) {
        self.progress.given_up.store(true, Ordering::Relaxed);
    }

    /// The last frame that may be read, once it is one after `last`; `None` when there is none and none follows.
    fn wait_beyond(&self, last: FrameNumber) -> Option<FrameNumber> {
        let mut state = self.state();
        loop {
            let checked = self.shared.durable();
            if checked > last {
                return Some(checked);
            }
            if state.ended {
                return None;
            }
            state = self.progress.more.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn state(&self) -> MutexGuard<'_, OpeningState> {
        self.progress.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, and wakes who waits for that.
    fn update(&self, change: impl FnOnce(&mut OpeningState)) {
        change(&mut self.state());
        self.progress.more.notify_all();
    }
}

/// Frames in order; made by [`VerifiedFrames::frames`].
pub struct CheckedFrames {
    checked: VerifiedFrames,
    /// `None` when nothing follows.
    frames: Option<Frames>,
}

impl Iterator for CheckedFrames {
    type Item = Result<FrameView, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.checked.progress.given_up.load(Ordering::Relaxed) {
            return None;
        }
        let frames = self.frames.as_mut()?;
        let item = loop {
            let item = frames.next();
            if item.is_some() {
                break item;
            }
            match self.checked.wait_beyond(frames.until()) {
                Some(last) => frames.go_on_to(last),
                None => break None,
            }
        };
        if !matches!(item, Some(Ok(_))) {
            self.frames = None;
        }
        item
    }
}

/// Tells of the frames of a log while it is opened, and that there are no more when it is dropped.
pub(crate) struct Teller<'a> {
    checked: &'a VerifiedFrames,
    segment: Option<(SegmentNumber, Arc<LogSegment>)>,
    last: FrameNumber,
    unpublished: u64,
}

impl<'a> Teller<'a> {
    pub(crate) fn new(checked: &'a VerifiedFrames) -> Self {
        Self { checked, segment: None, last: FrameNumber::NONE, unpublished: 0 }
    }

    /// Whose log it is.
    pub(crate) fn begin(&mut self, node: NodeId) {
        self.checked.update(|state| state.node = Some(node));
    }

    /// A frame that was checked, the one after the last.
    pub(crate) fn add(&mut self, frame: &FrameView) {
        let segment = match &self.segment {
            Some((number, segment)) if *number == frame.segment() => segment,
            _ => {
                let segment = Arc::new(LogSegment::new(frame.segment_bytes(), frame.number()));
                self.checked.shared.add(Arc::clone(&segment));
                &self.segment.insert((frame.segment(), segment)).1
            }
        };
        segment.note(frame.number(), frame.offset());
        self.last = frame.number();
        self.unpublished += frame.frame_bytes();
        if self.unpublished >= PUBLISH_AFTER {
            // Under the lock, so that nobody who has just looked misses it.
            self.checked.update(|_| self.checked.shared.publish(self.last, Digest::ZERO));
            self.unpublished = 0;
        }
    }
}

impl Drop for Teller<'_> {
    fn drop(&mut self) {
        self.checked.update(|state| {
            self.checked.shared.publish(self.last, Digest::ZERO);
            state.ended = true;
        });
    }
}
