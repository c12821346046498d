//! The way into a node: sessions that submit requests and get their answers back when they are durable.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use actix::Addr;
#[cfg(feature = "fuzz")]
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::actors::{CloseSession, CoordinatorActor, OpenSession, Submit};
use crate::ledger::{Acting, ClientId, Command, ReplyTo, Request};
use crate::meters::Meters;
use crate::reply::Replies;

/// How far clients' own times may be from the node's clock, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Behind it.
    pub back: u32,
    /// Ahead of it.
    pub ahead: u32,
}

/// Opens sessions. Clones share everything.
#[derive(Clone)]
pub struct Intake {
    engine: Engine,
    window: Window,
    next: Arc<AtomicU64>,
    meters: Arc<Meters>,
}

/// Where requests go.
#[derive(Clone)]
enum Engine {
    /// To the node's actors.
    Actors(Addr<CoordinatorActor>),
    /// To whoever drives the pure ledger in their place.
    #[cfg(feature = "fuzz")]
    Pipe(UnboundedSender<Vec<Request>>),
}

impl Intake {
    pub(crate) fn new(coordinator: Addr<CoordinatorActor>, window: Window, meters: Arc<Meters>) -> Intake {
        Intake { engine: Engine::Actors(coordinator), window, next: Arc::new(AtomicU64::new(1)), meters }
    }

    /// An intake without a node: what its sessions submit comes out of the receiver.
    #[cfg(feature = "fuzz")]
    #[must_use]
    pub fn piped(meters: Arc<Meters>) -> (Intake, UnboundedReceiver<Vec<Request>>) {
        let (sender, receiver) = unbounded_channel();
        let (engine, window, next) = (Engine::Pipe(sender), Window::default(), Arc::new(AtomicU64::new(1)));
        (Intake { engine, window, next, meters }, receiver)
    }

    /// Opens a session, with the receiver of its answers: one message for all that became durable together, not
    /// necessarily in the order of the requests. The channel is unbounded; the submitter bounds what is in flight.
    #[must_use]
    pub fn open_session(&self) -> (Session, UnboundedReceiver<Replies>) {
        let (sender, receiver) = unbounded_channel();
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        match &self.engine {
            Engine::Actors(coordinator) => coordinator.do_send(OpenSession { id, sender }),
            #[cfg(feature = "fuzz")]
            Engine::Pipe(_) => {}
        }
        (Session { id, engine: self.engine.clone() }, receiver)
    }

    /// How far clients' own times may be from the node's clock.
    #[must_use]
    pub fn window(&self) -> Window {
        self.window
    }

    /// Where the node's time goes.
    #[must_use]
    pub fn meters(&self) -> &Arc<Meters> {
        &self.meters
    }
}

/// A session; dropping it ends it, and answers under way are dropped with it (what they answer is done all the same).
pub struct Session {
    id: u64,
    engine: Engine,
}

impl Session {
    /// Submits requests of one client, in order. One call for all that one read brought costs the node one message.
    pub fn submit(&self, client: ClientId, requests: Vec<(u64, Command)>) {
        self.submit_at(client, None, requests, Instant::now());
    }

    /// The same, of a caller that may do no more than it is permitted, by a clock that has been read already.
    pub fn submit_at(
        &self,
        client: ClientId,
        acting: Option<&Arc<Acting>>,
        requests: Vec<(u64, Command)>,
        sent: Instant,
    ) {
        let session = self.id;
        let requests = requests.into_iter().map(|(tag, command)| Request {
            reply_to: ReplyTo { session, tag },
            client,
            command,
        });
        match &self.engine {
            Engine::Actors(coordinator) => {
                coordinator.do_send(Submit { requests: requests.collect(), acting: acting.cloned(), sent });
            }
            #[cfg(feature = "fuzz")]
            // The driver of the ledger may be gone; then no one is left to answer.
            Engine::Pipe(sender) => drop(sender.send(requests.collect())),
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        match &self.engine {
            Engine::Actors(coordinator) => coordinator.do_send(CloseSession(self.id)),
            #[cfg(feature = "fuzz")]
            Engine::Pipe(_) => {}
        }
    }
}
