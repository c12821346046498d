//! Who asked, and how much is shown at once.

use crate::answer::ReplyTo;
use crate::ids::ClientId;

/// The most accounts, or holds, that one list shows.
pub(super) const MAX_LIST: u32 = 8_192;

/// Who asked for a command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    /// `None`: the ledger itself.
    pub(crate) reply_to: Option<ReplyTo>,
    pub(crate) client: ClientId,
}
