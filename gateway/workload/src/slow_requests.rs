//! Requests that took long, one by one: a histogram does not keep when they waited.

use std::time::{Duration, Instant};

/// A request that takes longer is slow.
pub const SLOW: Duration = Duration::from_millis(1);
/// At most 16 million are kept, in 128 MiB: more than half a minute of 500,000 a second, the most that a row of the
/// benchmark may come to.
const MOST: usize = 1 << 24;
/// How many lie side by side. A single vector would be copied as it grows, while requests that are due wait for that.
const CHUNK: usize = 1 << 13;

/// The slow ones among the requests of a measured stretch, by when they were due.
#[derive(Clone, Debug)]
pub struct SlowRequests {
    start: Instant,
    most: usize,
    chunks: Vec<Vec<Slow>>,
    kept: usize,
    left_out: u64,
}

/// A slow request, in whole microseconds: eight bytes.
#[derive(Clone, Copy, Debug)]
struct Slow {
    due_us: u32,
    latency_us: u32,
}

impl SlowRequests {
    /// None yet, of a stretch that begins at `start`.
    #[must_use]
    pub fn new(start: Instant) -> SlowRequests {
        SlowRequests { start, most: MOST, chunks: Vec::new(), kept: 0, left_out: 0 }
    }

    /// Keeps a request if it was slow. Beyond 16,777,216 of them, and of stretches longer than 71 minutes, they are only
    /// counted.
    pub fn record(&mut self, due: Instant, latency: Duration) {
        if latency <= SLOW {
            return;
        }
        let due_us = u32::try_from(due.saturating_duration_since(self.start).as_micros());
        let latency_us = u32::try_from(latency.as_micros()).unwrap_or(u32::MAX);
        match due_us {
            Ok(due_us) if self.kept < self.most => self.keep(Slow { due_us, latency_us }),
            _ => self.left_out += 1,
        }
    }

    fn keep(&mut self, slow: Slow) {
        if self.kept.is_multiple_of(CHUNK) {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        self.chunks.last_mut().expect("the first one makes a chunk").push(slow);
        self.kept += 1;
    }

    /// When the measured stretch began.
    #[must_use]
    pub fn start(&self) -> Instant {
        self.start
    }

    /// Those that are kept: when each was due, and its latency.
    pub fn iter(&self) -> impl Iterator<Item = (Instant, Duration)> {
        let micros = |count: u32| Duration::from_micros(count.into());
        self.chunks
            .iter()
            .flatten()
            .map(move |slow| (self.start + micros(slow.due_us), micros(slow.latency_us)))
    }

    /// How many were slow, kept or not.
    #[must_use]
    pub fn count(&self) -> u64 {
        u64::try_from(self.kept).expect("a length fits") + self.left_out
    }

    /// How many were slow and are not kept.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The same with room for `most`.
    #[must_use]
    pub fn at_most(start: Instant, most: usize) -> SlowRequests {
        SlowRequests { most, ..SlowRequests::new(start) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_requests_are_kept_with_when_they_were_due() {
        let start = Instant::now();
        let mut slow = SlowRequests::new(start);
        let at = |microseconds| start + Duration::from_micros(microseconds);
        let micros = Duration::from_micros;
        for (due, latency) in [(0, 1_000), (5, 1_001), (7, 80), (2_000_000, 600_000_000)] {
            slow.record(at(due), micros(latency));
        }
        let kept: Vec<_> = slow.iter().collect();
        assert_eq!(kept, [(at(5), micros(1_001)), (at(2_000_000), micros(600_000_000))]);
        assert_eq!((slow.count(), slow.left_out()), (2, 0));
    }

    #[test]
    fn many_are_kept_in_order_over_all_chunks() {
        let start = Instant::now();
        let mut slow = SlowRequests::new(start);
        let many = u64::try_from(2 * CHUNK + 1).unwrap();
        for number in 0..many {
            slow.record(start + Duration::from_micros(number), Duration::from_millis(2));
        }
        assert_eq!(slow.count(), many);
        let due: Vec<Instant> = slow.iter().map(|(due, _)| due).collect();
        assert!(due.len() == 2 * CHUNK + 1 && due.is_sorted() && due[0] == start);
        assert!(slow.chunks.iter().all(|chunk| chunk.capacity() == CHUNK), "no chunk grows");
    }

    #[test]
    fn what_there_is_no_room_for_is_counted() {
        let start = Instant::now();
        let mut slow = SlowRequests::at_most(start, 3);
        for _ in 0..5 {
            slow.record(start, Duration::from_millis(2));
            slow.record(start, Duration::from_micros(20));
        }
        assert_eq!((slow.iter().count(), slow.count(), slow.left_out()), (3, 5, 2));
        let mut long = SlowRequests::new(start);
        long.record(start + Duration::from_secs(4_295), Duration::from_millis(2));
        assert_eq!((long.iter().count(), long.count(), long.left_out()), (0, 1, 1));
    }
}
