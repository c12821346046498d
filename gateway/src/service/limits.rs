//! What a gateway allows, so that no client can hurt another.

use std::time::Duration;

use super::in_flight::InFlight;

/// The limits of a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most connections at once; the next is told `busy` and closed.
    pub connections: u32,
    /// How many of them may be without a hello. When one more comes, or there is no place for it, one that has not said
    /// hello is told `busy` and closed: clients are not kept out by those who say nothing.
    pub strangers: u32,
    /// The longest request, header and body, in bytes.
    pub request_bytes: u32,
    /// What one session may have under way.
    pub session: InFlight,
    /// What all sessions together may have under way.
    pub node: InFlight,
    /// Bytes of answers that may wait for a client to read them; beyond it the client is dropped.
    pub outgoing_bytes: usize,
    /// Bytes of answers that wait for a client to read them from which on nothing more is read from it.
    pub unread_bytes: usize,
    /// Statements and transactions that may be looked up in the log at once.
    pub lookups: usize,
    /// How long a client may take to be welcomed.
    pub hello_deadline: Duration,
    /// How long one frame may take from its first byte to its last.
    pub frame_deadline: Duration,
    /// How long a client with nothing under way may be silent.
    pub idle_timeout: Duration,
    /// How long a client may take to read the next 64 KiB of what waits for it, or all of it.
    pub write_deadline: Duration,
    /// The same when more than half of what all sessions may have under way is: what waits then is missed by others.
    pub pressing_deadline: Duration,
    /// How long a connection that ends may take to get its last answers out.
    pub closing_deadline: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 4_096,
            strangers: 256,
            request_bytes: longmen_client::MAX_REQUEST,
            session: InFlight { transactions: 131_072, bytes: 64 << 20 },
            node: InFlight { transactions: 524_288, bytes: 512 << 20 },
            outgoing_bytes: 64 << 20,
            unread_bytes: 4 << 20,
            lookups: 8,
            hello_deadline: Duration::from_secs(10),
            frame_deadline: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(300),
            write_deadline: Duration::from_secs(10),
            pressing_deadline: Duration::from_secs(1),
            closing_deadline: Duration::from_secs(10),
        }
    }
}
