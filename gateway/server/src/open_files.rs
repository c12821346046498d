//! How many files a node may have open, and how many connections that leaves.

use std::io;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What the node keeps for itself: the segment that is written and those made ahead, each by two descriptors, the manifest,
/// a snapshot, an archive of ids, the directory and its lock (some 20 together); its runtimes, pipes and the listening
/// socket; and connections that are just being turned away, 64 at most.
const OWN: u64 = 192;
/// What each thread of shards adds.
const OF_A_SHARD_THREAD: u64 = 4;
/// With fewer connections a node is of no use.
const LEAST_CONNECTIONS: u64 = 64;

/// The limit leaves no room for connections beside the node's own files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a process may have {limit} files open here (ulimit -n); a node needs {needed} at least")]
pub struct TooFewFiles {
    /// How many there may be.
    pub limit: u64,
    /// How many there must be.
    pub needed: u64,
}

/// Lets this process have as many files open as `connections` and its own need, or as the hard limit allows; how many files
/// that is.
pub(crate) fn raise(connections: u32, shard_threads: u16) -> io::Result<u64> {
    let limit = getrlimit(Resource::Nofile);
    let wanted = own(shard_threads) + u64::from(connections);
    let now = limit.current.unwrap_or(u64::MAX);
    let most = limit.maximum.unwrap_or(u64::MAX).min(wanted);
    if now >= most {
        return Ok(now);
    }
    setrlimit(Resource::Nofile, Rlimit { current: Some(most), maximum: limit.maximum })?;
    Ok(most)
}

/// How many connections there may be beside the node's own files, at most `connections`.
pub(crate) fn connections(files: u64, connections: u32, shard_threads: u16) -> Result<u32, TooFewFiles> {
    let own = own(shard_threads);
    let left = files.saturating_sub(own);
    if left < LEAST_CONNECTIONS.min(connections.into()) {
        return Err(TooFewFiles { limit: files, needed: own + LEAST_CONNECTIONS });
    }
    Ok(u32::try_from(left).map_or(connections, |left| left.min(connections)))
}

fn own(shard_threads: u16) -> u64 {
    OWN + OF_A_SHARD_THREAD * u64::from(shard_threads)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_what_the_node_itself_leaves() {
        assert_eq!(connections(u64::MAX, 4_096, 0), Ok(4_096));
        assert_eq!(connections(20_000, 4_096, 64), Ok(4_096));
        assert_eq!(connections(1_024, 4_096, 0), Ok(832));
        assert_eq!(connections(1_024, 4_096, 2), Ok(824));
        assert_eq!(connections(256, 4_096, 0), Ok(64));
        assert_eq!(connections(255, 4_096, 0), Err(TooFewFiles { limit: 255, needed: 256 }));
        assert_eq!(connections(64, 4_096, 0), Err(TooFewFiles { limit: 64, needed: 256 }));
    }
}
