//! The gateway of a Longmen node: what clients may ask and how much at once (`service`), and the protocol in which they do
//! (`tcp`, which `docs/PROTOCOL.md` describes). A further protocol is a further face of the same service.
//!
//! Bytes are decoded straight into the engine's own types, and all that one read of a socket brought goes to the
//! engine as one message; all that one frame of the log made durable for a connection leaves it in one write.
//!
//! Nothing that a client does may hurt another: lengths are checked before anything is allocated for them, what is
//! under way is bounded over all sessions and for each ([`Limits`]), and what goes beyond is answered `busy`.

#[cfg(feature = "fuzz")]
pub mod fuzz;
mod service;
mod sync;
mod tcp;
mod tls;

pub use service::{InFlight, Limits, Tokens, TokensError};
pub use tcp::{Encryption, Running, ServeError, ServeOptions, Server};
pub use tls::{ClientAuth, ClientCertificates, Tls, TlsError, TlsFault, TlsFiles};
