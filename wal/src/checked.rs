//! The frames of a log that is being opened, while the rest of it is still being checked.

use std::sync::{Arc, PoisonError};

use crate::digest::Digest;
use crate::error::ReadError;
use crate::number::{FrameNumber, SegmentNumber};
use crate::reader::{Frames, LogReader, LogSegment, Shared};
use crate::sync::{Condvar, Mutex};
use crate::view::FrameView;

/// Readers learn of frames when so many bytes of them were checked: for each small one it would be more work than the check.
const TOLD_AFTER: u64 = 1 << 20;

/// The frames of a log that were checked so far, for [`crate::Log::open_ahead`]. Reading them takes the time in which the
/// log waits for the disk; what they say counts only when the log has been opened. Clones share everything.
#[derive(Clone)]
pub struct Checked {
    shared: Arc<Shared>,
    progress: Arc<Progress>,
}

struct Progress {
    /// Whether no frame follows.
    ended: Mutex<bool>,
    more: Condvar,
}

impl Default for Checked {
    fn default() -> Self {
        let shared = Shared::new(FrameNumber::NONE, Digest::ZERO, Vec::new());
        let progress = Progress { ended: Mutex::new(false), more: Condvar::new() };
        Self { shared: Arc::new(shared), progress: Arc::new(progress) }
    }
}

impl Checked {
    /// The frames from `from` on, each as soon as it was checked; after the last one when the log has been opened, or
    /// refused. `from` is not before the frame that the log is checked from.
    #[must_use]
    pub fn frames(&self, from: FrameNumber) -> CheckedFrames {
        let frames = LogReader::new(Arc::clone(&self.shared)).frames(from);
        CheckedFrames { checked: self.clone(), frames: Some(frames) }
    }

    /// The last frame that may be read, once it is one after `last`; `None` when there is none and none follows.
    fn wait_beyond(&self, last: FrameNumber) -> Option<FrameNumber> {
        let mut ended = self.progress.ended.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let checked = self.shared.durable();
            if checked > last {
                return Some(checked);
            }
            if *ended {
                return None;
            }
            ended = self.progress.more.wait(ended).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn tell(&self, last: FrameNumber) {
        let _ended = self.progress.ended.lock().unwrap_or_else(PoisonError::into_inner);
        self.shared.publish(last, Digest::ZERO);
        self.progress.more.notify_all();
    }

    fn end(&self) {
        *self.progress.ended.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.progress.more.notify_all();
    }
}

/// Frames in order; made by [`Checked::frames`].
pub struct CheckedFrames {
    checked: Checked,
    /// `None` when nothing follows.
    frames: Option<Frames>,
}

impl Iterator for CheckedFrames {
    type Item = Result<FrameView, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
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
    checked: &'a Checked,
    segment: Option<(SegmentNumber, Arc<LogSegment>)>,
    last: FrameNumber,
    untold: u64,
}

impl<'a> Teller<'a> {
    pub(crate) fn new(checked: &'a Checked) -> Self {
        Self { checked, segment: None, last: FrameNumber::NONE, untold: 0 }
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
        self.untold += frame.frame_bytes();
        if self.untold >= TOLD_AFTER {
            self.tell();
        }
    }

    fn tell(&mut self) {
        self.checked.tell(self.last);
        self.untold = 0;
    }
}

impl Drop for Teller<'_> {
    fn drop(&mut self) {
        self.tell();
        self.checked.end();
    }
}
