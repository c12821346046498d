//! Requests that wait for an answer.

use std::time::Instant;

use slab::Slab;

use super::cancel::Cancel;
use super::fault::Fault;
use super::in_flight::InFlight;
use super::post::Post;
use super::question::{Running, Told};

/// A request that waits, and what its answer needs besides what the engine says.
#[derive(Debug)]
pub(super) struct Waiting<T> {
    /// What the face keeps beside the request.
    pub(super) ticket: T,
    /// The permits it holds.
    pub(super) cost: InFlight,
    /// What it waits for.
    pub(super) purpose: Purpose,
}

/// What a request waits for.
#[derive(Debug)]
pub(super) enum Purpose {
    /// The engine's answer as it is.
    Command,
    /// To be welcomed.
    Hello,
    /// The results of a post, some of whose transactions were malformed.
    Post(Vec<(u32, Fault)>),
    /// The places of the originals that the transactions of a post name.
    Originals(Box<Post>),
    /// The result of a cancel. It is seldom, and what waits is moved about: the payments beside it are kept small.
    Cancel(Box<Cancel>),
    /// The result of the transaction that cancels a try.
    CancelTry,
    /// The originals of a post, or of the cancel of a try, that are being read.
    Reading { cancels: bool },
    /// What a question asked the engine.
    Question(Running<Told>),
    /// The log, which a question reads.
    LookUp,
}

/// Requests that wait, by the session's own tags: the client's may come twice.
#[derive(Debug)]
pub(super) struct Pending<T> {
    /// Each with the moment at which it came, or was asked on.
    requests: Slab<(Instant, Waiting<T>)>,
    now: Instant,
}

impl<T> Default for Pending<T> {
    fn default() -> Pending<T> {
        Pending { requests: Slab::new(), now: Instant::now() }
    }
}

impl<T> Pending<T> {
    /// Requests that are added from here on came at `now`.
    pub(super) fn is_now(&mut self, now: Instant) {
        self.now = now;
    }

    /// The moment at which requests come that are added now.
    pub(super) fn now(&self) -> Instant {
        self.now
    }

    /// Adds a request; its tag.
    pub(super) fn add(&mut self, waiting: Waiting<T>) -> u64 {
        let slot = self.requests.insert((self.now, waiting));
        u64::try_from(slot).expect("usize has at most 64 bits here")
    }

    /// Takes the request with this tag out, with the moment at which it came, or was asked on.
    ///
    /// # Panics
    /// If none waits under this tag: every request is answered once.
    pub(super) fn take(&mut self, tag: u64) -> (Instant, Waiting<T>) {
        let slot = usize::try_from(tag).expect("tags are given by `add`");
        self.requests.try_remove(slot).expect("the engine answers every request once")
    }

    pub(super) fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }
}
