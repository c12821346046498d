//! Runs on several threads, each seed on one.

use std::sync::Mutex;
use std::sync::mpsc::sync_channel;
use std::thread;

use crate::run::{Outcome, Run, run};

/// Runs these on so many threads and shows each outcome, in the order in which they end. No further run begins once `seen`
/// has said no; those under way are still shown.
///
/// # Panics
/// If a thread ends before its runs do, which nothing makes it do.
pub fn run_all(
    runs: impl Iterator<Item = Run> + Send,
    threads: usize,
    mut seen: impl FnMut(Outcome) -> bool,
) {
    let waiting = Mutex::new(Some(runs));
    thread::scope(|scope| {
        let (done, outcomes) = sync_channel(threads);
        for _ in 0..threads {
            let (done, waiting) = (done.clone(), &waiting);
            scope.spawn(move || {
                loop {
                    let next = waiting.lock().expect("nobody panics here").as_mut().and_then(Iterator::next);
                    let Some(next) = next else { return };
                    done.send(run(&next)).expect("outcomes are taken until all threads have ended");
                }
            });
        }
        drop(done);
        for outcome in outcomes {
            if !seen(outcome) {
                *waiting.lock().expect("nobody panics here") = None;
            }
        }
    });
}
