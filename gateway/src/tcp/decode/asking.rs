//! Who asks, as far as a request's meaning depends on it.

use longmen_engine::ledger::ClientId;

/// Who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asking {
    /// The client whose ids are meant where a request names no other.
    pub(crate) client: ClientId,
}
