//! The scrub: every durable frame read again from the disk, past the page cache, and checked whole, while a node runs.
//!
//! It goes by what the node knows of its log, not by what the files say of themselves: a frame that is missing is found
//! like one that is damaged. What is found is noted with the readers' damage, and the scrub goes on behind it.

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::codec::{PAGE, PAGE_BYTES, index};
use crate::damage::Damage;
use crate::digest::Digest;
use crate::direct::Pages;
use crate::envelope::{ENVELOPE, Envelope};
use crate::error::{Fault, Finding};
use crate::frame_fault::FrameFault;
use crate::manifest::{MANIFEST_FILE, Manifest};
use crate::manifest_store::read_manifest;
use crate::number::FrameNumber;
use crate::reader::{LogReader, LogSegment};
use crate::segment::{FIRST_FRAME, SegmentHeader};
use crate::storage::{Storage, StorageFile};
use crate::view::check_frame;

/// Read at once: enough for a disk to be quick, little enough that a sync of the log does not wait behind it.
const PIECE: u64 = 256 << 10;

/// Where a scrub is, each time that a piece was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScrubPlace<'a> {
    pub file: &'a str,
    /// Where in the file the piece began, bytes.
    pub offset: u64,
    /// The frame that is being looked at.
    pub frame: FrameNumber,
    /// How long the piece was, bytes.
    pub read: u64,
}

/// Who sets the pace: called after each piece, it may wait, and may end the scrub.
pub type ScrubPace<'a> = &'a mut dyn FnMut(ScrubPlace<'_>) -> ControlFlow<()>;

impl LogReader {
    /// Reads and checks every frame that is durable now: segment headers, envelopes, sums, padding, numbers and the chain
    /// of digests up to the last. What does not hold goes to [`LogReader::damage`]. Takes memory for the largest frame.
    ///
    /// `storage` is the one that the log was opened with. Breaks off where `pace` does.
    pub fn scrub(&self, storage: &dyn Storage, pace: ScrubPace<'_>) -> ControlFlow<()> {
        let (last, head) = self.head();
        let segments = self.shared().segments();
        let mut walk = Walk { damage: self.damage(), pace, digest: None, next: self.first() };
        for (place, segment) in segments.iter().enumerate() {
            let behind = segments.get(place + 1).map_or(last.next(), |next| next.first);
            // A segment that is named ahead of its first frame begins behind the last one.
            if segment.first <= last {
                walk.segment(storage, segment, behind.min(last.next()))?;
            }
        }
        if let Some(fault) = manifest_fault(storage) {
            self.damage().note(&Finding::of_file(MANIFEST_FILE, fault));
        }
        if walk.next > last && walk.digest.is_some_and(|digest| digest != head) {
            let file = segments.last().map_or(String::new(), |segment| segment.bytes.number.file_name());
            let fault = Fault::of_durable(FrameFault::Chain);
            walk.damage.note(&Finding { file, offset: None, frame: Some(last), fault });
        }
        ControlFlow::Continue(())
    }
}

/// What is wrong with the manifest, which is replaced as a whole and may be read at any time.
fn manifest_fault(storage: &dyn Storage) -> Option<Fault> {
    match read_manifest(storage) {
        Ok(Some(text)) => Manifest::parse(&text).err().map(Fault::Manifest),
        Ok(None) => Some(Fault::ManifestMissing),
        Err(error) => Some(Fault::Unreadable(error.to_string())),
    }
}

struct Walk<'a> {
    damage: &'a Arc<Damage>,
    pace: ScrubPace<'a>,
    /// Of the frame before `next`, where that one was good.
    digest: Option<Digest>,
    next: FrameNumber,
}

/// A part of a file in memory.
struct Window<'a> {
    file: &'a dyn StorageFile,
    name: &'a str,
    len: u64,
    pages: Pages,
    room: u64,
    from: u64,
    to: u64,
}

/// Why bytes are not there.
enum Unread {
    Broken,
    Fault(Fault),
}

impl From<FrameFault> for Unread {
    fn from(fault: FrameFault) -> Self {
        Self::Fault(Fault::of_durable(fault))
    }
}

impl Walk<'_> {
    /// The frames of a segment, up to the one before `behind`.
    fn segment(
        &mut self,
        storage: &dyn Storage,
        segment: &LogSegment,
        behind: FrameNumber,
    ) -> ControlFlow<()> {
        let name = segment.bytes.number.file_name();
        if self.next != segment.first {
            self.digest = None;
        }
        self.next = segment.first;
        match self.frames(storage, segment, &name, behind) {
            Ok(()) => {}
            Err(Unread::Broken) => return ControlFlow::Break(()),
            Err(Unread::Fault(fault)) => {
                self.digest = None;
                self.damage.note(&Finding::of_file(name, fault));
            }
        }
        ControlFlow::Continue(())
    }

    fn frames(
        &mut self,
        storage: &dyn Storage,
        segment: &LogSegment,
        name: &str,
        behind: FrameNumber,
    ) -> Result<(), Unread> {
        let unreadable = |error: std::io::Error| Unread::Fault(Fault::Unreadable(error.to_string()));
        let file = storage.open(name).map_err(unreadable)?;
        let found = file.size().map_err(unreadable)?;
        let mut window = Window::new(&*file, name, found);
        let made = match self.header(segment, &mut window) {
            Ok(made) => Some(made),
            Err(fault) => {
                self.note(name, 0, fault)?;
                None
            }
        };
        let mut at = FIRST_FRAME;
        while self.next < behind {
            match self.frame(segment, &mut window, at) {
                Ok(envelope) => {
                    at += envelope.frame_bytes();
                    self.next = self.next.next();
                }
                Err(unread) => {
                    self.note(name, at, unread)?;
                    self.digest = None;
                    match self.resume(segment, &mut window, at)? {
                        Some((number, offset)) => (self.next, at) = (number, offset),
                        None => break,
                    }
                }
            }
        }
        // A finished segment may be cut at its end. A header that does not hold does not say how long the file was made.
        match made {
            Some(expected) if found != expected && found != segment.bytes.len() => {
                Err(Unread::Fault(Fault::Length { found, expected }))
            }
            _ => Ok(()),
        }
    }

    /// Notes a fault of the frame that should stand at `offset`; in the first page, of the segment's header.
    fn note(&self, name: &str, offset: u64, unread: Unread) -> Result<(), Unread> {
        let fault = match unread {
            Unread::Fault(fault) => fault,
            Unread::Broken => return Err(Unread::Broken),
        };
        let frame = (offset >= FIRST_FRAME).then_some(self.next);
        self.damage.note(&Finding { file: name.to_owned(), offset: Some(offset), frame, fault });
        Ok(())
    }

    /// Checks the header, and gives the length that the file was made with.
    fn header(&mut self, segment: &LogSegment, window: &mut Window<'_>) -> Result<u64, Unread> {
        let page = self.read(window, 0, PAGE_BYTES)?;
        let header = page.first_chunk::<PAGE>().and_then(SegmentHeader::parse);
        let bytes = &segment.bytes;
        let is_this = |header: &SegmentHeader| {
            let identity = (header.number, header.nonce, header.epoch);
            identity == (bytes.number, bytes.nonce, bytes.epoch) && header.bytes >= bytes.len()
        };
        let header = header.filter(is_this).ok_or(Unread::Fault(Fault::Header))?;
        Ok(header.bytes)
    }

    /// Checks the frame that should stand at `at`.
    fn frame(&mut self, segment: &LogSegment, window: &mut Window<'_>, at: u64) -> Result<Envelope, Unread> {
        let page = self.read(window, at, PAGE_BYTES)?;
        let Some(envelope) = envelope_in(segment, page, at) else {
            let is_empty = page.iter().all(|byte| *byte == 0);
            return Err(if is_empty { FrameFault::Absent } else { FrameFault::Envelope }.into());
        };
        if envelope.number != self.next {
            return Err(FrameFault::Number { found: envelope.number }.into());
        }
        let frame = self.read(window, at, envelope.frame_bytes())?;
        let header = check_frame(&envelope, frame)?;
        let body = &frame[ENVELOPE..ENVELOPE + index(u64::from(envelope.body_len))];
        let digest = Digest::of(body);
        if self.digest.is_some_and(|before| before != header.previous) {
            return Err(FrameFault::Chain.into());
        }
        self.digest = Some(digest);
        Ok(envelope)
    }

    /// The next frame behind one that does not hold, by its envelope.
    fn resume(
        &mut self,
        segment: &LogSegment,
        window: &mut Window<'_>,
        from: u64,
    ) -> Result<Option<(FrameNumber, u64)>, Unread> {
        let mut at = from + PAGE_BYTES;
        while at + PAGE_BYTES <= window.len {
            match self.read(window, at, PAGE_BYTES) {
                Ok(page) => {
                    let envelope = envelope_in(segment, page, at);
                    if let Some(envelope) = envelope.filter(|envelope| envelope.number > self.next) {
                        return Ok(Some((envelope.number, at)));
                    }
                }
                Err(Unread::Broken) => return Err(Unread::Broken),
                // It is behind the one that was noted, and whether a frame begins there cannot be told.
                Err(Unread::Fault(_)) => {}
            }
            at += PAGE_BYTES;
        }
        Ok(None)
    }

    /// Bytes of the file, read in pieces where they are not in the window.
    fn read<'w>(&mut self, window: &'w mut Window<'_>, from: u64, len: u64) -> Result<&'w [u8], Unread> {
        if from < window.from || from + len > window.to {
            self.fill(window, from, len)?;
        }
        Ok(&window.pages.first(window.to - window.from)[index(from - window.from)..][..index(len)])
    }

    fn fill(&mut self, window: &mut Window<'_>, from: u64, len: u64) -> Result<(), Unread> {
        let to = (from + len.max(PIECE)).min(window.len / PAGE_BYTES * PAGE_BYTES);
        (window.from, window.to) = (from, from);
        if from + len > to {
            return Err(FrameFault::Absent.into());
        }
        if to - from > window.room {
            window.room = to - from;
            window.pages = Pages::new(window.room);
        }
        let mut at = from;
        while at < to {
            let end = (at + PIECE).min(to);
            let piece = &mut window.pages.first_mut(end - from)[index(at - from)..];
            let read = window.file.read_once(piece, at);
            read.map_err(|error| Unread::Fault(Fault::Unreadable(error.to_string())))?;
            let place = ScrubPlace { file: window.name, offset: at, frame: self.next, read: end - at };
            if (self.pace)(place).is_break() {
                return Err(Unread::Broken);
            }
            at = end;
        }
        window.to = to;
        Ok(())
    }
}

impl<'a> Window<'a> {
    fn new(file: &'a dyn StorageFile, name: &'a str, len: u64) -> Self {
        Self { file, name, len, pages: Pages::new(PIECE), room: PIECE, from: 0, to: 0 }
    }
}

fn envelope_in(segment: &LogSegment, page: &[u8], at: u64) -> Option<Envelope> {
    segment.bytes.envelope_in(page.first_chunk()?, at)
}
