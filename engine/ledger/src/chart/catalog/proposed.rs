//! The proposals that the catalog keeps, and who makes them.

use crate::chart::catalog::Catalog;
use crate::ids::ClientId;
use crate::proposals::register::Proposals;
use crate::record::admin::Admin;
use crate::record::contradiction::Contradiction;

impl Catalog {
    /// The name of a client.
    #[must_use]
    pub fn client_name(&self, id: ClientId) -> Option<&str> {
        self.clients.iter().find(|(_, of)| **of == id).map(|(name, _)| &**name)
    }

    /// What was proposed, and what became of it.
    #[must_use]
    pub fn proposals(&self) -> &Proposals {
        &self.proposals
    }

    /// Takes a record of a proposal or its end, live or replayed.
    ///
    /// # Errors
    /// [`Contradiction`], where it does not follow from those before it.
    pub fn take_proposal(&mut self, record: &Admin) -> Result<(), Contradiction> {
        self.proposals.take(record)
    }
}
