//! What clients can bring about as often as they like is said seldom, so that it fills no log.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// So long nothing more is said after a line.
const EVERY: Duration = Duration::from_secs(10);

/// Counts what happens. The first time is said at once; after that one line every ten seconds tells how often it was.
#[derive(Debug)]
pub(crate) struct Seldom {
    began: Instant,
    /// When the next line may come, in milliseconds since it began.
    next: AtomicU64,
    unsaid: AtomicU64,
}

impl Seldom {
    pub(crate) fn new(now: Instant) -> Seldom {
        Seldom { began: now, next: AtomicU64::new(0), unsaid: AtomicU64::new(0) }
    }

    /// It happened; if that is to be said now, how often it did since it was said last, this time included.
    pub(crate) fn note(&self, now: Instant) -> Option<u64> {
        self.unsaid.fetch_add(1, Ordering::Relaxed);
        let at = milliseconds(now.saturating_duration_since(self.began));
        let next = self.next.load(Ordering::Relaxed);
        let later = at.saturating_add(milliseconds(EVERY));
        let is_time = at >= next
            && self.next.compare_exchange(next, later, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        is_time.then(|| self.unsaid.swap(0, Ordering::Relaxed))
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_said_and_then_how_many() {
        let start = Instant::now();
        let seldom = Seldom::new(start);
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        assert_eq!(seldom.note(at(5)), Some(1));
        assert_eq!((1..=99).filter_map(|n| seldom.note(at(5 + n))).count(), 0);
        assert_eq!(seldom.note(at(10_005)), Some(100));
        assert_eq!(seldom.note(at(10_006)), None);
        assert_eq!(seldom.note(at(3_600_000)), Some(2));
    }
}
