//! Requests that wait for an answer.

use std::time::Instant;

use longmen_client::Header;
use longmen_engine::ledger::TransactionId;

use super::inquiry::Inquiry;
use crate::decode::{Fault, Post};
use crate::in_flight::InFlight;

/// A request that waits, and what its answer needs besides what the engine says.
#[derive(Debug)]
pub(crate) struct Waiting {
    /// The header it came with.
    pub(crate) header: Header,
    /// The permits it holds.
    pub(crate) cost: InFlight,
    /// What it waits for.
    pub(crate) purpose: Purpose,
}

/// What a request waits for.
#[derive(Debug)]
pub(crate) enum Purpose {
    /// The engine's answer as it is.
    Answer,
    /// To be welcomed.
    Hello,
    /// The results of a post, some of whose transactions were malformed.
    Post(Vec<(u32, Fault)>),
    /// The places of the originals that the transactions of a post name.
    Originals(Box<Post>),
    /// The result of a cancel of this id.
    Cancel {
        id: TransactionId,
        /// The client's own time, in seconds since 1970.
        time: u32,
        /// The text that the id was given as; empty where it was a number.
        text_id: Box<str>,
    },
    /// The result of the transaction that cancels a try.
    CancelTry,
    /// A page of holds of so many at most.
    Holds(u32),
    /// The next step of a question.
    Inquiry(Box<Inquiry>),
    /// The place of the transaction that shall be looked up.
    Locate,
    /// What is being looked up.
    LookUp,
    /// Originals that are being read for a post, or for the cancel of a try.
    Reading { cancels: bool },
}

/// Requests that wait, by the session's own tags: the client's may come twice.
#[derive(Debug)]
pub(crate) struct Pending {
    slots: Vec<Option<Waiting>>,
    /// When each slot was taken last.
    taken: Vec<Instant>,
    free: Vec<usize>,
    now: Instant,
}

impl Default for Pending {
    fn default() -> Pending {
        Pending { slots: Vec::new(), taken: Vec::new(), free: Vec::new(), now: Instant::now() }
    }
}

impl Pending {
    /// Requests that are added from here on came at `now`.
    pub(crate) fn is_now(&mut self, now: Instant) {
        self.now = now;
    }

    /// When the request with this tag came, or was asked on.
    pub(crate) fn since(&self, tag: u64) -> Instant {
        let slot = usize::try_from(tag).expect("tags are given by `add`");
        self.taken.get(slot).copied().unwrap_or(self.now)
    }

    /// Adds a request; its tag.
    pub(crate) fn add(&mut self, waiting: Waiting) -> u64 {
        let slot = if let Some(slot) = self.free.pop() {
            self.slots[slot] = Some(waiting);
            self.taken[slot] = self.now;
            slot
        } else {
            self.slots.push(Some(waiting));
            self.taken.push(self.now);
            self.slots.len() - 1
        };
        u64::try_from(slot).expect("usize has at most 64 bits here")
    }

    /// Takes the request with this tag out.
    ///
    /// # Panics
    /// If none waits under this tag: every request is answered once.
    pub(crate) fn take(&mut self, tag: u64) -> Waiting {
        let slot = usize::try_from(tag).expect("tags are given by `add`");
        let waiting = self.slots.get_mut(slot).and_then(Option::take);
        let waiting = waiting.expect("the engine answers every request once");
        self.free.push(slot);
        waiting
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.free.len() == self.slots.len()
    }
}
