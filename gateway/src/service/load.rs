//! How much of the gateway is taken.

use super::in_flight::InFlight;
use super::permits::NodePermits;
use super::places::Places;

/// What all sessions have under way, and how many connections there are.
#[derive(Debug)]
pub(super) struct Load {
    pub(super) permits: NodePermits,
    pub(super) places: Places,
}

impl Load {
    pub(super) fn new(node: InFlight, connections: u32) -> Load {
        Load { permits: NodePermits::new(node), places: Places::new(connections) }
    }
}
