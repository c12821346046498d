//! What all sessions share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use longmen_engine::{History, Intake};
use tokio::sync::Semaphore;

use crate::encode::GatewayStatus;
use crate::limits::{InFlight, Limits};
use crate::permits::NodePermits;
use crate::tokens::Tokens;

/// What all sessions share.
pub(crate) struct Shared {
    pub(crate) intake: Intake,
    pub(crate) history: History,
    pub(crate) limits: Limits,
    pub(crate) tokens: Option<Tokens>,
    pub(crate) permits: NodePermits,
    /// Lets a bounded number of look-ups into the log at once.
    pub(crate) lookups: Arc<Semaphore>,
    connections: AtomicU32,
}

impl Shared {
    pub(crate) fn new(intake: Intake, history: History, limits: Limits, tokens: Option<Tokens>) -> Shared {
        Shared {
            intake,
            history,
            tokens,
            permits: NodePermits::new(limits.node),
            lookups: Arc::new(Semaphore::new(limits.lookups)),
            connections: AtomicU32::new(0),
            limits,
        }
    }

    /// How the gateway is, but for a request of this cost that asks.
    pub(crate) fn status(&self, asking: InFlight) -> GatewayStatus {
        let held = self.permits.held();
        GatewayStatus {
            connections: self.connections.load(Ordering::Relaxed),
            in_flight_transactions: held.transactions - asking.transactions,
            in_flight_bytes: held.bytes - asking.bytes,
        }
    }

    /// A place for one more connection, if there is one.
    pub(crate) fn take_place(self: &Arc<Shared>) -> Option<Place> {
        let one_more = |taken: u32| (taken < self.limits.connections).then_some(taken + 1);
        self.connections.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).ok()?;
        Some(Place(Arc::clone(self)))
    }
}

/// A connection's place; dropping it makes room for another.
pub(crate) struct Place(Arc<Shared>);

impl Place {
    pub(crate) fn shared(&self) -> &Shared {
        &self.0
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}
