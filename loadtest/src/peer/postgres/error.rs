//! What keeps PostgreSQL from being measured.

use std::io;

/// Why the peer could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// Its programs are not there.
    #[error("PostgreSQL is not installed; on Debian: apt-get install postgresql")]
    NotInstalled,
    /// It refuses to run as root, and the user that its package makes is not there.
    #[error(
        "PostgreSQL does not run as root, and there is no user `postgres`; on Debian: apt-get install postgresql"
    )]
    NoUser,
    /// A program of its ended badly.
    #[error("{program}: {said}")]
    Failed {
        /// Which.
        program: String,
        /// What it printed.
        said: String,
    },
    /// The server did not take connections in time.
    #[error("the server took no connection within {seconds} s: {last}")]
    NotReady {
        /// How long was waited.
        seconds: u64,
        /// Why the last try failed.
        last: Box<tokio_postgres::Error>,
    },
    /// A query failed, or its connection.
    #[error(transparent)]
    Query(#[from] tokio_postgres::Error),
    /// An answer is none of those that the schema's functions give.
    #[error("{0} is no answer to a transfer")]
    Answer(i16),
    /// Files and processes of this machine.
    #[error(transparent)]
    Io(#[from] io::Error),
}
