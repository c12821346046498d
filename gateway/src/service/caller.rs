//! Who asks.

use longmen_engine::ledger::ClientId;

/// A client that has proved its name. Whoever acts for it, and what it may do, belongs here too: everything that a session
/// takes in, it takes in for its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// Its number in the books; the ids that its requests give are its own.
    pub(crate) client: ClientId,
    pub(crate) name: Box<str>,
}
