//! What the system knows of the node's process.

use std::io;

use procfs::process::Task;

/// A process, by its id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    /// Bytes of memory of its own that are resident. Pages of mapped files are not counted: the log's are the page
    /// cache's, which gives them up when others need the memory.
    pub(crate) fn own_memory(self) -> io::Result<u64> {
        let status = self.look()?.status().map_err(io::Error::other)?;
        status.rssanon.map(|kilobytes| kilobytes * 1_024).ok_or_else(|| lacks("RssAnon"))
    }

    /// Bytes of memory that are resident, pages of mapped files included.
    pub(crate) fn resident(self) -> io::Result<u64> {
        let status = self.look()?.status().map_err(io::Error::other)?;
        status.vmrss.map(|kilobytes| kilobytes * 1_024).ok_or_else(|| lacks("VmRSS"))
    }

    /// Seconds of processor time, of all its threads, those that have ended included.
    pub(crate) fn processor_seconds(self) -> io::Result<f64> {
        let stat = self.look()?.stat().map_err(io::Error::other)?;
        let whole = |ticks: u64| u32::try_from(ticks).map(f64::from).map_err(io::Error::other);
        Ok(whole(stat.utime + stat.stime)? / whole(procfs::ticks_per_second())?)
    }

    /// Its threads, in the order of their numbers.
    pub(crate) fn threads(self) -> io::Result<Vec<Task>> {
        // A thread may end while it is looked at.
        let mut threads: Vec<Task> = self.look()?.tasks().map_err(io::Error::other)?.flatten().collect();
        threads.sort_by_key(|thread| thread.tid);
        Ok(threads)
    }

    /// As the system shows it.
    pub(crate) fn look(self) -> io::Result<procfs::process::Process> {
        let id = i32::try_from(self.0).map_err(io::Error::other)?;
        procfs::process::Process::new(id).map_err(io::Error::other)
    }
}

pub(crate) fn lacks(what: &str) -> io::Error {
    io::Error::other(format!("the system does not tell {what} of the node's process"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_threads_and_has_run() {
        let own = Process(std::process::id());
        assert!(own.own_memory().unwrap() > 100_000);
        assert!(own.resident().unwrap() >= own.own_memory().unwrap() / 2);
        assert!(own.processor_seconds().unwrap() >= 0.0);
        assert!(!own.threads().unwrap().is_empty());
        assert!(Process(u32::MAX).own_memory().is_err());
    }
}
