//! The TCP gateway of a Longmen node: sessions, protocol, limits. `docs/PROTOCOL.md` describes the wire.
//!
//! Bytes are decoded straight into the engine's own types, and all that one read of a socket brought goes to the
//! engine as one message; all that one frame of the log made durable for a connection leaves it in one write.
//!
//! Nothing that a client does may hurt another: lengths are checked before anything is allocated for them, what is
//! under way is bounded over all sessions and for each ([`Limits`]), and what goes beyond is answered `busy`.

mod decode;
mod encode;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod lobby;
mod seldom;
mod server;
mod service;
mod session;
mod shared;
mod sync;
mod warnings;

pub use server::{Running, ServeError, ServeOptions, Server};
pub use service::{InFlight, Limits, Tokens, TokensError};
