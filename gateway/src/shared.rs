//! What all sessions share.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use longmen_engine::{History, Intake};
use tokio::sync::{Notify, Semaphore};

use crate::encode::{DiskStatus, GatewayStatus};
use crate::in_flight::InFlight;
use crate::limits::Limits;
use crate::permits::NodePermits;
use crate::places::Places;
use crate::tokens::Tokens;
use crate::warnings::Warnings;

/// What all sessions share.
pub(crate) struct Shared {
    pub(crate) intake: Intake,
    pub(crate) history: History,
    pub(crate) limits: Limits,
    pub(crate) tokens: Option<Tokens>,
    pub(crate) permits: NodePermits,
    /// Lets a bounded number of look-ups into the log at once.
    pub(crate) lookups: Arc<Semaphore>,
    pub(crate) warnings: Warnings,
    places: Places,
    /// Told when a place is free again, or a stranger has become a client.
    pub(crate) door: Arc<Notify>,
}

impl Shared {
    pub(crate) fn new(intake: Intake, history: History, limits: Limits, tokens: Option<Tokens>) -> Shared {
        Shared {
            intake,
            history,
            tokens,
            permits: NodePermits::new(limits.node),
            lookups: Arc::new(Semaphore::new(limits.lookups)),
            places: Places::new(limits.connections),
            door: Arc::new(Notify::new()),
            warnings: Warnings::new(),
            limits,
        }
    }

    /// What is known of the node's files.
    pub(crate) fn disk(&self) -> DiskStatus {
        DiskStatus { damaged: self.history.damaged(), scrub: self.history.scrub() }
    }

    /// How the gateway is, but for a request of this cost that asks.
    pub(crate) fn status<'d>(&self, asking: InFlight, disk: Option<&'d DiskStatus>) -> GatewayStatus<'d> {
        let held = self.permits.held();
        let machine = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        GatewayStatus {
            machine_us: i64::try_from(machine.as_micros()).unwrap_or(i64::MAX),
            connections: self.places.taken(),
            in_flight_transactions: held.transactions - asking.transactions,
            in_flight_bytes: held.bytes - asking.bytes,
            disk,
        }
    }

    /// A place for one more connection, if there is one.
    pub(crate) fn take_place(self: &Arc<Shared>) -> Option<Place> {
        self.places.try_take().then(|| Place(Arc::clone(self)))
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
        self.0.places.give_back();
        self.0.door.notify_one();
    }
}
