//! The journal of a simulated node: as that of a node that stands alone, but writing a frame and syncing it are steps that
//! its driver takes when it likes.

use std::collections::VecDeque;

use longmen_wal::{AppendError, Body, CloseError, SpaceGauge};

use crate::frame_writer::FrameWriter;
use crate::journal::{Journal, JournalError, Ticket, Told};

/// A frame under way.
struct Sealed {
    number: u64,
    body: Body,
    /// Whether it is written, and not synced.
    appended: bool,
}

/// A journal whose every step is taken from outside.
pub(crate) struct SteppedJournal {
    writer: FrameWriter,
    frame: Option<Sealed>,
    asked: Ticket,
    told: VecDeque<Told>,
}

impl SteppedJournal {
    pub(crate) fn new(writer: FrameWriter) -> SteppedJournal {
        SteppedJournal { writer, frame: None, asked: Ticket::default(), told: VecDeque::new() }
    }

    /// The frame under way, and whether it is written but not synced.
    pub(crate) fn writing(&self) -> Option<(u64, bool)> {
        self.frame.as_ref().map(|frame| (frame.number, frame.appended))
    }

    /// Writes the frame under way, or syncs it when it is written.
    pub(crate) fn step(&mut self) -> Result<(), JournalError> {
        let Some(mut frame) = self.frame.take() else { return Ok(()) };
        if frame.appended {
            self.writer.sync(frame.number)?;
            self.told.push_back(Told::Committed { upto: frame.number, returned: vec![frame.body] });
        } else {
            self.writer.append(frame.number, &frame.body)?;
            frame.appended = true;
            self.frame = Some(frame);
        }
        Ok(())
    }

    /// Tries again to make a segment. Not while a frame is under way, which has the writer.
    pub(crate) fn tend(&mut self) -> Result<(), AppendError> {
        if self.frame.is_some() { Ok(()) } else { self.writer.tend() }
    }

    /// Ends the log in order.
    pub(crate) fn close(self) -> Result<(), CloseError> {
        self.writer.close()
    }
}

impl Journal for SteppedJournal {
    fn may_seal(&self) -> bool {
        self.frame.is_none()
    }

    fn seal(&mut self, number: u64, body: Body) -> Result<(), JournalError> {
        assert!(self.frame.is_none(), "one frame is under way at a time");
        self.frame = Some(Sealed { number, body, appended: false });
        Ok(())
    }

    fn seal_idle(&mut self, number: u64) -> Result<(), JournalError> {
        self.writer.write_mark(number)?;
        self.told.push_back(Told::Committed { upto: number, returned: Vec::new() });
        Ok(())
    }

    fn confirm(&mut self) -> Ticket {
        let ticket = self.asked.advance();
        self.told.push_back(Told::Confirmed(ticket));
        ticket
    }

    fn poll(&mut self) -> Option<Told> {
        self.told.pop_front()
    }

    fn space(&self) -> SpaceGauge {
        self.writer.space()
    }
}
