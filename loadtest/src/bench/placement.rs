//! Which core does what in an open loop: there the generator never sleeps, and would take the engine's core from it.

use std::io;

use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::process::Process;

/// The name of the thread on which a node decides.
const ENGINE: &str = "engine";

/// The generator on the last core and the node's engine on the first, until this is dropped.
pub(super) struct Placement {
    before: CpuSet,
}

impl Placement {
    /// Places both; `None` where there is but one core, which they must share.
    pub(super) fn of(node: Process) -> io::Result<Option<Placement>> {
        let before = sched_getaffinity(None)?;
        let cores: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|core| before.is_set(*core)).collect();
        let [first, .., last] = cores.as_slice() else { return Ok(None) };
        sched_setaffinity(Some(engine_of(node)?), &only(*first))?;
        sched_setaffinity(None, &only(*last))?;
        Ok(Some(Placement { before }))
    }
}

impl Drop for Placement {
    fn drop(&mut self) {
        sched_setaffinity(None, &self.before).expect("the generator may go back to where it ran");
    }
}

fn only(core: usize) -> CpuSet {
    let mut cores = CpuSet::new();
    cores.set(core);
    cores
}

fn engine_of(node: Process) -> io::Result<Pid> {
    for thread in node.threads()? {
        if thread.stat().is_ok_and(|stat| stat.comm == ENGINE)
            && let Some(id) = Pid::from_raw(thread.tid)
        {
            return Ok(id);
        }
    }
    Err(io::Error::new(io::ErrorKind::NotFound, "the node has no thread for its engine"))
}
