//! What a node's threads used: processor time, waits for a processor, page faults, switches.

use std::collections::BTreeMap;
use std::io;
use std::ops::AddAssign;

use longmen_workload::measure::float;
use procfs::ProcResult;
use procfs::process::Task;

use crate::process::Process;

/// What a process used since it began, thread by thread. Threads that have ended are not in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Usage {
    threads: BTreeMap<u32, (String, ThreadUsage)>,
    /// Bytes that the process caused to be written to a disk.
    pub(super) written_bytes: u64,
}

/// What one thread used, or several of one name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ThreadUsage {
    /// Nanoseconds on a processor, in user and kernel mode.
    pub(super) processor_ns: u64,
    /// Nanoseconds ready to run while no processor was free.
    pub(super) waiting_ns: u64,
    /// Page faults that needed no disk.
    pub(super) faults: u64,
    /// Switches because it waited for something.
    pub(super) voluntary: u64,
    /// Switches because another was to run.
    pub(super) involuntary: u64,
}

impl Process {
    /// What its threads used until now.
    pub(super) fn usage(self) -> io::Result<Usage> {
        let mut threads = BTreeMap::new();
        for thread in self.threads()? {
            // A thread may end while it is looked at.
            let Ok((name, used)) = thread_usage(&thread) else { continue };
            let number = u32::try_from(thread.tid).map_err(io::Error::other)?;
            // The first thread bears the program's name.
            let name = if number == self.0 { "main".to_owned() } else { name };
            threads.insert(number, (name, used));
        }
        let written_bytes = self.look()?.io().map_err(io::Error::other)?.write_bytes;
        Ok(Usage { threads, written_bytes })
    }
}

fn thread_usage(thread: &Task) -> ProcResult<(String, ThreadUsage)> {
    let (scheduled, stat, status) = (thread.schedstat()?, thread.stat()?, thread.status()?);
    let usage = ThreadUsage {
        processor_ns: scheduled.sum_exec_runtime,
        waiting_ns: scheduled.run_delay,
        faults: stat.minflt,
        voluntary: status.voluntary_ctxt_switches.ok_or("no count of switches")?,
        involuntary: status.nonvoluntary_ctxt_switches.ok_or("no count of switches")?,
    };
    Ok((stat.comm, usage))
}

impl Usage {
    /// What was used since `before`.
    pub(super) fn since(&self, before: &Usage) -> Usage {
        let threads = self.threads.iter().map(|(number, (name, now))| {
            let then = before.threads.get(number).map_or_else(ThreadUsage::default, |(_, then)| *then);
            (*number, (name.clone(), now.since(then)))
        });
        let written_bytes = self.written_bytes.saturating_sub(before.written_bytes);
        Usage { threads: threads.collect(), written_bytes }
    }

    /// The same by the names of threads.
    pub(super) fn by_name(&self) -> BTreeMap<&str, ThreadUsage> {
        let mut named = BTreeMap::new();
        for (name, usage) in self.threads.values() {
            *named.entry(name.as_str()).or_insert_with(ThreadUsage::default) += *usage;
        }
        named
    }

    /// All threads together.
    pub(super) fn all(&self) -> ThreadUsage {
        let mut all = ThreadUsage::default();
        self.threads.values().for_each(|(_, usage)| all += *usage);
        all
    }
}

impl ThreadUsage {
    /// Microseconds on a processor.
    pub(super) fn processor_us(self) -> f64 {
        float(self.processor_ns) / 1e3
    }

    fn since(self, before: ThreadUsage) -> ThreadUsage {
        ThreadUsage {
            processor_ns: self.processor_ns.saturating_sub(before.processor_ns),
            waiting_ns: self.waiting_ns.saturating_sub(before.waiting_ns),
            faults: self.faults.saturating_sub(before.faults),
            voluntary: self.voluntary.saturating_sub(before.voluntary),
            involuntary: self.involuntary.saturating_sub(before.involuntary),
        }
    }
}

impl AddAssign for ThreadUsage {
    fn add_assign(&mut self, other: ThreadUsage) {
        self.processor_ns += other.processor_ns;
        self.waiting_ns += other.waiting_ns;
        self.faults += other.faults;
        self.voluntary += other.voluntary;
        self.involuntary += other.involuntary;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_works_is_seen_under_its_name() {
        let own = Process(std::process::id());
        let before = own.usage().unwrap();
        let (told, tell) = std::sync::mpsc::channel();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let busy = std::thread::Builder::new().name("busy bee".into()).spawn(move || {
            let touched = vec![1_u8; 8 << 20];
            told.send(touched.iter().map(|byte| u64::from(*byte)).sum::<u64>()).unwrap();
            wait.recv().unwrap();
        });
        assert_eq!(tell.recv().unwrap(), 8 << 20);
        let used = own.usage().unwrap().since(&before);
        go.send(()).unwrap();
        busy.unwrap().join().unwrap();
        let bee = used.by_name()["busy bee"];
        assert!(bee.processor_ns > 100_000 && bee.faults > 0, "{bee:?}");
        assert!(used.all().processor_ns >= bee.processor_ns);
    }
}
