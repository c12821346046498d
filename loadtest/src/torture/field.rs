//! What hostile connections know of the node.

use std::cell::Cell;
use std::time::Duration;

use super::attack::PATIENCE;
use super::raw::{Heard, Raw, hello};
use super::tally::Tally;

/// The node under attack, and accounts that nobody minds.
pub(super) struct Field {
    pub(super) address: String,
    /// The name and the token by which hostile clients are let in.
    pub(super) name: String,
    pub(super) token: Option<String>,
    /// Accounts of an entity of their own.
    pub(super) wild: Vec<u64>,
    /// The account that only half frames would post to.
    pub(super) untouched: u64,
    /// How many sockets stay idle at once.
    pub(super) sockets: usize,
    /// Makes ids that no run has used.
    pub(super) serial: Cell<u64>,
}

impl Field {
    pub(super) fn next_serial(&self) -> u64 {
        self.serial.replace(self.serial.get() + 1)
    }

    /// A connection; `None` where there is no room for it.
    pub(super) async fn open(&self, tally: &mut Tally) -> Option<Raw> {
        if let Ok(raw) = Raw::open(&self.address).await {
            tally.connections += 1;
            return Some(raw);
        }
        tally.turned_away += 1;
        tokio::time::sleep(Duration::from_millis(10)).await;
        None
    }

    /// A connection that said hello; `None` where there is no room for it.
    pub(super) async fn enter(&self, tally: &mut Tally) -> Option<Raw> {
        let mut raw = self.open(tally).await?;
        let hello = hello(&self.name, self.token.as_deref());
        if raw.send(&hello, PATIENCE).await {
            match raw.receive(PATIENCE).await {
                Heard::Answer(answer) if &*answer.code == "ok" => return Some(raw),
                Heard::Answer(answer) if &*answer.code == "busy" => {}
                Heard::Closed => {}
                other => tally.find(format!("a good hello: {other:?}")),
            }
        }
        tally.turned_away += 1;
        tokio::time::sleep(Duration::from_millis(10)).await;
        None
    }
}
