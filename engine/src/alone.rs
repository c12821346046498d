//! The journal of a node that stands alone: what its own disk has is committed, and nobody else can lead.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use actix::{Addr, Recipient};
use longmen_wal::{Body, CloseError, SpaceGauge};

use crate::actors::{JournalActor, Synced, WriteFrame};
use crate::frame_writer::FrameWriter;
use crate::journal::{Journal, JournalError, Ticket, Told};

/// A frame on its way to the disk and back, with the log's writer.
pub(crate) struct Sealed {
    pub(crate) number: u64,
    pub(crate) body: Body,
    pub(crate) writer: FrameWriter,
}

/// Writes small frames where they are sealed, others on the journal's thread.
pub(crate) struct Alone {
    /// When it is not away with a frame.
    writer: Option<FrameWriter>,
    thread: Addr<JournalActor>,
    /// Whoever polls, told by the thread that there is something to hear.
    wakes: Recipient<Synced>,
    /// Frames that the thread has written.
    back: (Sender<Sealed>, Receiver<Sealed>),
    asked: Ticket,
    told: VecDeque<Told>,
    space: SpaceGauge,
}

impl Alone {
    pub(crate) fn new(writer: FrameWriter, thread: Addr<JournalActor>, wakes: Recipient<Synced>) -> Alone {
        Alone {
            space: writer.space(),
            writer: Some(writer),
            thread,
            wakes,
            back: channel(),
            asked: Ticket::default(),
            told: VecDeque::new(),
        }
    }

    /// Ends the log in order.
    ///
    /// # Panics
    /// If a frame is under way.
    pub(crate) fn close(self) -> Result<(), CloseError> {
        self.writer.expect("a log is closed when no frame is under way").close()
    }

    fn take_back(&mut self, frame: Sealed) {
        let Sealed { number, body, writer } = frame;
        self.writer = Some(writer);
        self.told.push_back(Told::Committed { upto: number, returned: vec![body] });
    }
}

impl Journal for Alone {
    fn may_seal(&self) -> bool {
        self.writer.is_some()
    }

    fn seal(&mut self, number: u64, body: Body) -> Result<(), JournalError> {
        let mut writer = self.writer.take().expect("one frame is under way at a time");
        if writer.is_quick(&body) {
            writer.write(number, &body)?;
            self.take_back(Sealed { number, body, writer });
        } else {
            let frame = Sealed { number, body, writer };
            let (back, wakes) = (self.back.0.clone(), self.wakes.clone());
            self.thread.do_send(WriteFrame { frame, sealed: Instant::now(), back, wakes });
        }
        Ok(())
    }

    fn seal_idle(&mut self, number: u64) -> Result<(), JournalError> {
        self.writer.as_mut().expect("one frame is under way at a time").write_mark(number)?;
        self.told.push_back(Told::Committed { upto: number, returned: Vec::new() });
        Ok(())
    }

    fn confirm(&mut self) -> Ticket {
        let ticket = self.asked.advance();
        self.told.push_back(Told::Confirmed(ticket));
        ticket
    }

    fn poll(&mut self) -> Option<Told> {
        if self.writer.is_none()
            && let Ok(frame) = self.back.1.try_recv()
        {
            self.take_back(frame);
        }
        self.told.pop_front()
    }

    fn space(&self) -> SpaceGauge {
        self.space.clone()
    }
}
