//! The access log (查询日志) of a node: who read what, when, from where and why. What changes the books is in their own log; a
//! question leaves its trace here, and nowhere else.
//!
//! A session hands [`Record`]s to a [`Recorder`], which never waits for a disk; a [`Writer`] on a thread of its own makes lines of
//! them and chains each to the one before. [`audit`] checks the chain, [`Lines`] reads it.
//!
//! Each line is a JSON object. Its last field is `hash`: BLAKE3 of the hash before it, in its 64 hexadecimal digits, and of the
//! line's own bytes up to, and without, `,"hash":"`. So nobody needs this crate to check it:
//!
//! ```
//! use longmen_access_log::{NO_HASH, hash_of};
//! let line = br#"{"seq":1,"event":"opened""#;
//! let expected = blake3::hash(&[NO_HASH.as_bytes(), line].concat()).to_hex();
//! assert_eq!(hash_of(NO_HASH, line), expected.as_str());
//! ```

mod audit;
mod chain;
mod event;
mod file_name;
mod folder;
mod line;
mod lines;
mod opening;
mod record;
mod recorder;
mod sink;
#[cfg(test)]
mod tests;
mod writer;

pub use audit::{Anchor, AuditError, Audited, audit};
pub use chain::{Break, NO_HASH, hash_of};
pub use event::Event;
pub use folder::{DIRECTORY, Folder, FolderError};
pub use lines::{Lines, LinesError};
pub use record::{Asker, Operation, Outcome, Record, Sighting, Subject};
pub use recorder::{Head, NotNow, Recorder, Records, channel};
pub use writer::{WriteSettings, Writer};
