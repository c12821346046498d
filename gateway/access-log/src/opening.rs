//! The first line of a file: whose log it is of, and from which hash its chain goes on.

use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;

use crate::chain::{Chain, parts};
use crate::lines::Lines;

/// The first line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    pub(crate) seq: u64,
    pub(crate) time_us: i64,
    /// The number of the file.
    pub(crate) file: u64,
    /// The ledger whose it is.
    pub(crate) ledger: String,
    /// The hash before it.
    pub(crate) after: String,
}

impl Opening {
    /// Reads it; `None` where the line is none. Whether it was changed its chain tells.
    pub(crate) fn read(line: &[u8]) -> Option<Opening> {
        let (seq, _, _) = parts(line)?;
        let value: Value = serde_json::from_slice(line).ok()?;
        let text = |name: &str| value.get(name)?.as_str().map(str::to_owned);
        text("event").filter(|event| event == "opened")?;
        Some(Opening {
            seq,
            time_us: text("time")?.parse::<Timestamp>().ok()?.as_microsecond(),
            file: value.get("file")?.as_u64()?,
            ledger: text("ledger")?,
            after: text("after")?,
        })
    }

    /// That of a file, where it has one that can be read.
    pub(crate) fn of(file: &Path) -> Option<Opening> {
        let mut lines = Lines::open(file).ok()?;
        Opening::read(lines.next_line().ok()??)
    }

    /// The chain as it stands before it.
    pub(crate) fn chain(&self) -> Option<Chain> {
        Some(Chain { seq: self.seq.checked_sub(1)?, head: self.after.clone() })
    }
}
