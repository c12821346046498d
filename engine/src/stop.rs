//! Threads that end when their handle is dropped, also in the middle of a wait.

use std::convert::Infallible;
use std::io;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam::channel::{Receiver, RecvTimeoutError, Sender, bounded};

/// A running thread. When it is dropped, the thread is told to end, and waited for.
pub(crate) struct StoppingThread {
    stop: Option<Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread looks at. For [`select!`](crossbeam::select) its channel is ready when the thread is to end.
pub(crate) struct Stopped(pub(crate) Receiver<Infallible>);

impl StoppingThread {
    /// Starts the thread under this name.
    pub(crate) fn start(
        name: &str,
        run: impl FnOnce(&Stopped) + Send + 'static,
    ) -> io::Result<StoppingThread> {
        let (stop, stopped) = bounded(0);
        let stopped = Stopped(stopped);
        let thread = thread::Builder::new().name(name.into()).spawn(move || run(&stopped))?;
        Ok(StoppingThread { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for StoppingThread {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let name = thread.thread().name().unwrap_or("the thread").to_owned();
            assert!(thread.join().is_ok(), "{name} does not panic");
        }
    }
}

impl Stopped {
    /// Waits for this time at most. Whether the thread is to end.
    pub(crate) fn within(&self, time: Duration) -> bool {
        match self.0.recv_timeout(time) {
            Ok(never) => match never {},
            Err(end) => end == RecvTimeoutError::Disconnected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_handle_ends_a_wait_at_once() {
        let (tell, told) = bounded(1);
        let thread = StoppingThread::start("waits", move |stopped| {
            tell.send(stopped.within(Duration::ZERO)).unwrap();
            tell.send(stopped.within(Duration::from_secs(3_600))).unwrap();
        })
        .unwrap();
        assert!(!told.recv().unwrap());
        drop(thread);
        assert!(told.recv().unwrap());
    }
}
