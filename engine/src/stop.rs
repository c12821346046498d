//! How a thread is told to end: its handle holds a [`Stop`], and the thread ends when that is dropped, also in the middle of
//! a wait.

use std::convert::Infallible;
use std::time::Duration;

use crossbeam::channel::{Receiver, RecvTimeoutError, Sender, bounded};

/// Held by the handle of a thread; when it is dropped, the thread ends.
pub(crate) struct Stop {
    _held: Sender<Infallible>,
}

/// What the thread looks at. For [`select!`](crossbeam::select) its channel is ready when the thread is to end.
pub(crate) struct Stopped(pub(crate) Receiver<Infallible>);

/// Both ends.
pub(crate) fn stop_and_stopped() -> (Stop, Stopped) {
    let (held, stopped) = bounded(0);
    (Stop { _held: held }, Stopped(stopped))
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
    fn a_dropped_stop_ends_a_wait_at_once() {
        let (stop, stopped) = stop_and_stopped();
        assert!(!stopped.within(Duration::ZERO));
        let waiting = std::thread::spawn(move || stopped.within(Duration::from_secs(3_600)));
        drop(stop);
        assert!(waiting.join().unwrap());
    }
}
