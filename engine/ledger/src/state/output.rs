//! What leaves the coordinator: the open frame, and answers that wait for what they rest on to be durable.

use std::collections::VecDeque;

use crate::answer::{Answer, ReplyTo};
use crate::chart::catalog::Catalog;
use crate::ids::ClientId;
use crate::record::admin::{Admin, RULES};
use crate::state::buffers::BufferPool;
use crate::state::frame::{Frame, OpenFrame};

/// The open frame and the answers.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    pub(crate) frame: OpenFrame,
    /// Answers that rest on the frame before them.
    held: VecDeque<(u64, Vec<(ReplyTo, Answer)>)>,
    /// The newest durable frame.
    durable: u64,
    pub(crate) buffers: BufferPool,
}

impl Output {
    /// The open frame follows the newest durable one, whose time this is.
    pub(crate) fn new(durable: u64, time_us: i64, shards: u16) -> Output {
        Output {
            frame: OpenFrame::new(durable + 1, time_us, shards),
            held: VecDeque::new(),
            durable,
            buffers: BufferPool::default(),
        }
    }

    pub(crate) fn reply(&mut self, reply_to: Option<ReplyTo>, answer: Answer) {
        if let Some(reply_to) = reply_to {
            self.frame.replies.push((reply_to, answer));
        }
    }

    /// Writes down who asked for a command, and why (登记簿).
    pub(crate) fn register(&mut self, client: ClientId, command: &str, about: &str, notes: &[u8]) {
        let (command, about, notes) = (command.into(), about.into(), notes.into());
        self.frame.push_admin(&Admin::Registered { client, command, about, notes });
    }

    /// Writes down that what follows is judged by the rules of this version, where the log does not say so yet.
    pub(crate) fn begin_rules(&mut self, catalog: &mut Catalog) {
        if catalog.rules() < RULES {
            self.frame.push_admin(&Admin::Rules { version: RULES });
            catalog.set_rules(RULES);
        }
    }

    pub(crate) fn durable(&self) -> u64 {
        self.durable
    }

    pub(crate) fn set_durable(&mut self, frame: u64) {
        assert!(frame >= self.durable, "the durable mark only rises");
        self.durable = frame;
    }

    /// Answers that rest on nothing that is not durable. Those of a frame with content leave with it.
    pub(crate) fn release(&mut self) -> Option<Vec<(ReplyTo, Answer)>> {
        if !self.frame.has_content() && !self.frame.replies.is_empty() {
            let rests_on = self.frame.number - 1;
            self.held.push_back((rests_on, std::mem::take(&mut self.frame.replies)));
        }
        fail_point!("HeldNotWaited", |_| self.held.pop_front().map(|(_, replies)| replies));
        let (rests_on, _) = self.held.front()?;
        if *rests_on > self.durable {
            return None;
        }
        self.held.pop_front().map(|(_, replies)| replies)
    }

    /// Seals the open frame; the next one is open.
    pub(crate) fn seal(&mut self, shards: u16) -> Frame {
        let mut next = OpenFrame::new(self.frame.number + 1, self.frame.time_us, shards);
        if self.frame.tails.is_empty() {
            next.tails = std::mem::take(&mut self.frame.tails);
        }
        next.heads = match self.frame.heads.is_empty() {
            true => std::mem::take(&mut self.frame.heads),
            false => self.buffers.take(),
        };
        std::mem::replace(&mut self.frame, next).seal()
    }

    /// Whether every answer has left and everything is durable.
    pub(crate) fn is_settled(&self) -> bool {
        !self.frame.has_content()
            && self.frame.replies.is_empty()
            && self.held.is_empty()
            && self.durable + 1 == self.frame.number
    }
}
