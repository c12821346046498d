//! What the system knows of the node's process.

use std::fs;
use std::io;
use std::path::PathBuf;

/// A process, by its id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    /// Bytes of memory of its own that are resident. Pages of mapped files are not counted: the log's are the page
    /// cache's, which gives them up when others need the memory.
    pub(crate) fn own_memory(self) -> io::Result<u64> {
        let status = fs::read_to_string(self.file("status"))?;
        number_after(&status, "RssAnon:").map(|count| count * 1_024).ok_or_else(|| lacks("RssAnon"))
    }

    /// Bytes of memory that are resident, pages of mapped files included.
    pub(crate) fn resident(self) -> io::Result<u64> {
        let status = fs::read_to_string(self.file("status"))?;
        number_after(&status, "VmRSS:").map(|count| count * 1_024).ok_or_else(|| lacks("VmRSS"))
    }

    /// Seconds of processor time, of all its threads, those that have ended included.
    pub(crate) fn processor_seconds(self) -> io::Result<f64> {
        let ticks = ticks(&fs::read_to_string(self.file("stat"))?).ok_or_else(|| lacks("utime"))?;
        let ticks = u32::try_from(ticks).map_err(io::Error::other)?;
        Ok(f64::from(ticks) / TICKS_A_SECOND)
    }

    pub(crate) fn file(self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{name}", self.0))
    }
}

/// What the kernel counts in towards programs, on every architecture that this runs on.
const TICKS_A_SECOND: f64 = 100.0;

/// The figure of a line such as `RssAnon:     1234 kB`.
pub(crate) fn number_after(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// User and system time of a line of `stat`; the command in it stands in brackets and may hold anything.
fn ticks(stat: &str) -> Option<u64> {
    let (_, behind_command) = stat.rsplit_once(')')?;
    let mut fields = behind_command.split_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(user + system)
}

pub(crate) fn lacks(what: &str) -> io::Error {
    io::Error::other(format!("the system does not tell {what} of the node's process"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_in_what_the_kernel_prints() {
        let text = "VmRSS:\t    9 kB\nRssAnon:\t   12340 kB\nRssFile:\t 5 kB\n";
        assert_eq!(number_after(text, "RssAnon:"), Some(12_340));
        assert_eq!(number_after(text, "RssShmem:"), None);
        let stat = "71 (a ) (b) S 1 2 3 4 5 6 7 8 9 10 150 25 0 0 20 0 9 0";
        assert_eq!(ticks(stat), Some(175));
        assert_eq!(ticks("71 (cut"), None);
    }

    #[test]
    fn this_process_has_memory_and_has_run() {
        let own = Process(std::process::id());
        assert!(own.own_memory().unwrap() > 100_000);
        assert!(own.processor_seconds().unwrap() >= 0.0);
    }
}
