//! `longmen verify`

use std::fmt;
use std::path::{Path, PathBuf};

use longmen_loadtest::table::grouped;
use longmen_wal::{AuditReport, DirectoryStorage, audit};
use serde::Serialize;

use crate::failure::{Failure, Verdict};
use crate::output::Output;

/// Audit a data directory offline, from its bytes alone
///
/// No node may be running on it, and nothing is changed. Ends with 1, naming the place, if anything is wrong.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The data directory
    #[arg(value_name = "DIR")]
    data: PathBuf,
    #[command(flatten)]
    output: Output,
}

/// What an audit without findings has seen.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Verified {
    frames: u64,
    bytes: u64,
    clean: bool,
    head: String,
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (frames, bytes) = (grouped(self.frames), grouped(self.bytes));
        let end = if self.clean { "ends as a clean shutdown left it" } else { "has no clean end" };
        write!(f, "ok    verify  {frames} frames, {bytes} bytes, the log {end}; head {}", self.head)
    }
}

pub(crate) fn run(args: &Args) -> Result<Verdict, Failure> {
    let verified = verify(&args.data)?;
    args.output.show(&verified, Verified::to_string)?;
    Ok(Verdict::Held)
}

/// Audits a data directory.
pub(crate) fn verify(data: &Path) -> Result<Verified, Failure> {
    let storage = DirectoryStorage::open_read_only(data).map_err(Failure::node)?;
    let report = audit(&storage, &mut |_| {}).map_err(|error| Failure::Damaged(Box::new(error)))?;
    let AuditReport { frames, bytes, clean, head, .. } = report;
    Ok(Verified { frames, bytes, clean, head: head.to_string() })
}
