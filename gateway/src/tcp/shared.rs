//! What all connections share.

use std::sync::Arc;

use tokio::sync::Notify;

use super::warnings::Warnings;
use crate::service::Service;
use crate::tls::Tls;

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) service: Service,
    pub(crate) warnings: Arc<Warnings>,
    /// `None`: connections are in plain text.
    pub(crate) tls: Option<Arc<Tls>>,
    /// Told when a place is free again, or a stranger has become a client.
    pub(crate) door: Arc<Notify>,
}

impl Shared {
    pub(crate) fn new(service: Service, tls: Option<Arc<Tls>>) -> Shared {
        Shared { service, tls, door: Arc::new(Notify::new()), warnings: Arc::new(Warnings::new()) }
    }

    /// A place for one more connection, if there is one.
    pub(crate) fn take_place(self: &Arc<Shared>) -> Option<Place> {
        self.service.try_take_place().then(|| Place(Arc::clone(self)))
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
        self.0.service.give_back_place();
        self.0.door.notify_one();
    }
}
