//! What the node cannot live without.

use std::io::{self, Write};

use tracing::{Level, enabled, error};

/// Held by every actor of the engine: when it is dropped before [`AbortOnDrop::release`], by a panic or because its actor
/// stopped, the process ends. A ledger that may be wrong stops.
pub(crate) struct AbortOnDrop {
    name: &'static str,
    released: bool,
}

impl AbortOnDrop {
    pub(crate) fn new(name: &'static str) -> AbortOnDrop {
        AbortOnDrop { name, released: false }
    }

    /// The part may go now: the node stops in order.
    pub(crate) fn release(&mut self) {
        self.released = true;
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if !self.released {
            die(&format!("{} stopped", self.name));
        }
    }
}

/// Ends the process at once: what was not synced is decided by recovery.
pub(crate) fn die(why: &str) -> ! {
    // Once, whether or not somebody takes down what the node has to say.
    if enabled!(Level::ERROR) {
        error!("{why}; the process ends, and recovery decides from the disk");
    } else {
        let words = "the process ends, and recovery decides from the disk";
        drop(writeln!(io::stderr(), "longmen: {why}; {words}"));
    }
    std::process::abort()
}
