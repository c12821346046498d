//! Why a comparison could not be carried out.

use std::io;
use std::path::PathBuf;

/// A failure of the disk on which a large comparison is carried out. Nothing was compared.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A file for the time of the comparison cannot be made or written: most often the disk is full.
    #[error(
        "cannot write what is compared to {directory}; make room there, or have it done in another directory"
    )]
    Write {
        /// Where it should go.
        directory: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It cannot be read again.
    #[error("cannot read again what was written to {directory}")]
    Read {
        /// Where it is.
        directory: PathBuf,
        /// What the system says; `UnexpectedEof` where less is there than was written.
        source: io::Error,
    },
    /// What is read is not what was written.
    #[error(
        "what was written to {directory} has changed since: its disk or memory is faulty, or another program wrote to it"
    )]
    Changed {
        /// Where it is.
        directory: PathBuf,
    },
}
