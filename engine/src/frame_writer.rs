//! The log's writer with what is known of the disk. The holder encodes, writes and syncs a frame; there is
//! one, and it goes with the frame.

use std::sync::Arc;
use std::time::{Duration, Instant};

use longmen_wal::{Body, CloseError, FrameNumber, LogWriter, Section, SpaceGauge};

use crate::journal::JournalError;
use crate::ledger::FrameSection;
use crate::meters::{Meter, Meters};

/// A frame up to this size may be written on the engine's own thread.
const SMALL_FRAME: usize = 32 << 10;

/// While syncs take longer than this, every frame goes to the thread: the engine works on meanwhile.
const QUICK_SYNC: Duration = Duration::from_micros(300);

/// The sections of a sealed frame as the log takes them.
pub(crate) fn body_of(time_us: i64, sections: Vec<FrameSection>) -> Body {
    let sections = sections.into_iter().map(|section| Section {
        kind: section.kind as u16,
        owner: section.owner,
        records: section.records,
        chunks: section.chunks,
    });
    Body { time_us, sections: sections.collect() }
}

/// The log's writer, with what is known of the disk.
pub(crate) struct FrameWriter {
    writer: LogWriter,
    /// How long writing and syncing a small frame takes, smoothed.
    small: Duration,
    meters: Arc<Meters>,
}

impl FrameWriter {
    pub(crate) fn new(writer: LogWriter, meters: Arc<Meters>) -> FrameWriter {
        FrameWriter { writer, small: Duration::ZERO, meters }
    }

    /// Whether a frame is better written where it was sealed: waking a thread and being woken costs as much as a quick
    /// sync takes, and while it takes there is little to do.
    pub(crate) fn is_quick(&self, body: &Body) -> bool {
        len(body) <= SMALL_FRAME && self.small <= QUICK_SYNC
    }

    /// A frame that was sealed then has come to the thread that writes it.
    pub(crate) fn took_to_come(&self, sealed: Instant) {
        self.meters.note_since(Meter::ToJournal, sealed);
    }

    /// Writes a frame and makes it durable.
    pub(crate) fn write(&mut self, number: u64, body: &Body) -> Result<(), JournalError> {
        let begun = Instant::now();
        self.append(number, body)?;
        let written = Instant::now();
        self.sync(number)?;
        let synced = Instant::now();
        self.meters.note_time(Meter::Write, written - begun);
        self.meters.note_time(Meter::Sync, synced - written);
        if len(body) <= SMALL_FRAME {
            self.small = (7 * self.small + (synced - begun)) / 8;
        }
        Ok(())
    }

    /// Writes a frame, which is not durable yet.
    pub(crate) fn append(&mut self, number: u64, body: &Body) -> Result<(), JournalError> {
        let frame = self.writer.append(body).map_err(|error| JournalError::Write { number, error })?;
        assert_eq!(frame, FrameNumber(number), "the log and the coordinator count the same frames");
        Ok(())
    }

    /// Makes the frame that was written durable.
    pub(crate) fn sync(&mut self, number: u64) -> Result<(), JournalError> {
        let durable = self.writer.sync().map_err(|error| JournalError::Sync { number, error })?;
        assert_eq!(durable, FrameNumber(number), "a sync makes all that was written durable");
        Ok(())
    }

    /// Writes an empty frame that carries the durable mark, and makes it durable.
    pub(crate) fn write_mark(&mut self, number: u64) -> Result<(), JournalError> {
        let durable = self.writer.write_mark().map_err(|error| JournalError::Sync { number, error })?;
        assert_eq!(durable, FrameNumber(number), "room for a mark was seen before it was asked for");
        Ok(())
    }

    /// The room in the log.
    pub(crate) fn space(&self) -> SpaceGauge {
        self.writer.space()
    }

    /// Tries again to make a segment, where no thread does so.
    #[cfg(feature = "simulation")]
    pub(crate) fn tend(&mut self) -> Result<(), longmen_wal::AppendError> {
        self.writer.tend()
    }

    /// Ends the log in order.
    pub(crate) fn close(self) -> Result<(), CloseError> {
        self.writer.close()
    }
}

/// Bytes of records.
pub(crate) fn len(body: &Body) -> usize {
    body.sections.iter().map(Section::len).sum()
}
