//! Who ends a node when the process that started it is interrupted.

use std::io;
use std::process::Child;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Pid, Signal, kill_process};

/// The node that runs for this process, one at a time. Clones watch the same.
#[derive(Clone, Debug, Default)]
pub struct Watch(Arc<Mutex<Watched>>);

#[derive(Debug, Default)]
struct Watched {
    node: Option<Pid>,
    /// Whether no further one may start.
    is_over: bool,
}

impl Watch {
    /// Starts a node: it is watched as soon as it is there.
    pub(crate) fn over(&self, start: impl FnOnce() -> io::Result<Child>) -> io::Result<Child> {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if watched.is_over {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let child = start()?;
        watched.node = Some(Pid::from_child(&child));
        Ok(child)
    }

    /// This node has ended. Another may be watched by now.
    pub(crate) fn forget(&self, node: &Child) {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if watched.node == Some(Pid::from_child(node)) {
            watched.node = None;
        }
    }

    /// SIGKILL to the node, if there is one, and no further one starts.
    ///
    /// # Errors
    /// What sending the signal says, but that there is no such process any more.
    pub fn end(&self) -> io::Result<()> {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        watched.is_over = true;
        match watched.node.take().map(|node| kill_process(node, Signal::KILL)) {
            Some(Err(error)) if error != rustix::io::Errno::SRCH => Err(error.into()),
            _ => Ok(()),
        }
    }
}
