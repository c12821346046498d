//! What clients can bring about as often as they like is said seldom, so that it fills no log.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// At most one line in ten seconds.
pub(crate) const EVERY: Duration = Duration::from_secs(10);

/// Counts what happens, and keeps the latest. The first time is said at once; after that one line every ten seconds tells
/// how often it was. Each time is counted in one line, if whoever has a clock looks for what is [due](Seldom::due), and
/// [what is left](Seldom::left) in the end is said, too.
#[derive(Debug)]
pub(crate) struct Seldom<T>(Mutex<State<T>>);

#[derive(Debug)]
struct State<T> {
    /// When the next line may come.
    next: Option<Instant>,
    unsaid: Option<Often<T>>,
}

/// What is to be said now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Often<T> {
    /// How often it happened since it was said last.
    pub(crate) times: u64,
    /// The last time that it did.
    pub(crate) latest: T,
}

impl<T> Seldom<T> {
    pub(crate) fn new() -> Seldom<T> {
        Seldom(Mutex::new(State { next: None, unsaid: None }))
    }

    /// It happened; what is to be said of it now, this time included.
    pub(crate) fn note(&self, now: Instant, latest: T) -> Option<Often<T>> {
        let mut state = self.state();
        let before = state.unsaid.take().map_or(0, |unsaid| unsaid.times);
        state.unsaid = Some(Often { times: before.saturating_add(1), latest });
        state.due(now)
    }

    /// What is to be said now of what happened before.
    pub(crate) fn due(&self, now: Instant) -> Option<Often<T>> {
        self.state().due(now)
    }

    /// What was not said yet, now that nothing more will happen.
    pub(crate) fn left(&self) -> Option<Often<T>> {
        self.state().unsaid.take()
    }

    /// Nothing that holds it can panic halfway.
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    fn due(&mut self, now: Instant) -> Option<Often<T>> {
        if self.next.is_some_and(|next| now < next) {
            return None;
        }
        let unsaid = self.unsaid.take()?;
        self.next = Some(now + EVERY);
        Some(unsaid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_said_and_then_how_many_with_the_latest() {
        let start = Instant::now();
        let seldom = Seldom::new();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let often = |times, latest| Some(Often { times, latest });
        assert_eq!(seldom.note(at(5), 0), often(1, 0));
        assert_eq!((1..=99).filter_map(|n| seldom.note(at(5 + n), n)).count(), 0);
        assert_eq!(seldom.note(at(10_005), 100), often(100, 100));
        assert_eq!(seldom.note(at(10_006), 101), None);
        assert_eq!(seldom.note(at(3_600_000), 102), often(2, 102));
    }

    #[test]
    fn what_stops_is_said_all_the_same() {
        let start = Instant::now();
        let seldom = Seldom::new();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(seldom.due(at(0)), None);
        assert!(seldom.note(at(0), "ann").is_some());
        assert_eq!(seldom.note(at(1), "bob"), None);
        assert_eq!(seldom.note(at(2), "carl"), None);
        assert_eq!(seldom.due(at(9)), None);
        assert_eq!(seldom.due(at(10)), Some(Often { times: 2, latest: "carl" }));
        assert_eq!(seldom.due(at(20)), None);
        // The next one is blamed for itself only.
        assert_eq!(seldom.note(at(21), "dora"), Some(Often { times: 1, latest: "dora" }));
        assert_eq!(seldom.left(), None);
        assert_eq!(seldom.note(at(22), "eve"), None);
        assert_eq!(seldom.left(), Some(Often { times: 1, latest: "eve" }));
        assert_eq!(seldom.due(at(60)), None);
    }
}
