//! Who asks.

use longmen_engine::ledger::ClientId;

use super::admission::Admission;

/// A client that has proved its name. Everything that a session takes in, it takes in for its caller.
#[derive(Debug)]
pub(crate) struct Caller {
    /// Its number in the books; the ids that its requests give are its own.
    pub(crate) client: ClientId,
    /// Who acts for it, where the node knows principals.
    pub(super) admission: Option<Admission>,
}
