//! The face of the gateway that speaks the protocol of `docs/PROTOCOL.md` over TCP: connections, frames, bodies into
//! requests, answers into bytes. What is asked goes to the [service](crate::service), and nowhere else.

mod connection;
mod decode;
mod encode;
#[cfg(feature = "fuzz")]
pub(crate) mod fuzz;
mod lobby;
mod seldom;
mod server;
mod shared;
mod transport;
mod warnings;

pub use server::{Encryption, Running, ServeError, ServeOptions, Server};
