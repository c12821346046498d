//! Latency over time: what a percentile over a whole run does not show.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

/// The finest interval.
const FINEST: Duration = Duration::from_millis(100);
/// At most 600 intervals, where that is coarser.
const MOST: u32 = 600;

/// Latencies of requests by the interval in which they were due.
#[derive(Clone, Debug)]
pub struct Timeline {
    start: Instant,
    interval: Duration,
    intervals: Vec<Histogram<u64>>,
}

/// One interval.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Interval {
    /// Seconds from the beginning of the measured stretch to that of the interval.
    pub at: f64,
    /// Requests that were due in it.
    pub requests: u64,
    /// 99th percentile of their latencies.
    pub p99_us: u64,
    /// The longest.
    pub max_us: u64,
}

impl Timeline {
    /// A timeline of the stretch of length `time` that begins at `start`.
    #[must_use]
    pub fn new(start: Instant, time: Duration) -> Timeline {
        let finest = u32::try_from(FINEST.as_millis()).expect("a constant that fits");
        let tenths = u32::try_from((time / MOST).as_millis()).unwrap_or(u32::MAX).div_ceil(finest);
        Timeline { start, interval: FINEST * tenths.max(1), intervals: Vec::new() }
    }

    /// Records the latency of a request that was due at `due`; one that was due before the start counts there.
    pub fn record(&mut self, due: Instant, latency: Duration) {
        let since = due.saturating_duration_since(self.start);
        let index = usize::try_from(since.as_nanos() / self.interval.as_nanos()).unwrap_or(usize::MAX);
        while self.intervals.len() <= index {
            // It grows with what is recorded: hundreds of them at full range would be megabytes.
            self.intervals.push(Histogram::new(2).expect("two digits are valid"));
        }
        let microseconds = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.intervals[index].record(microseconds).expect("a histogram that grows takes any latency");
    }

    /// When the stretch began.
    #[must_use]
    pub fn start(&self) -> Instant {
        self.start
    }

    /// How long an interval is.
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// The intervals in order.
    pub fn intervals(&self) -> impl Iterator<Item = Interval> {
        let seconds = self.interval.as_secs_f64();
        (0_u32..).zip(&self.intervals).map(move |(number, latencies)| Interval {
            at: f64::from(number) * seconds,
            requests: latencies.len(),
            p99_us: latencies.value_at_quantile(0.99),
            max_us: latencies.max(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_stand_in_the_interval_in_which_they_were_due() {
        let start = Instant::now();
        let mut timeline = Timeline::new(start, Duration::from_secs(3));
        assert_eq!(timeline.interval(), Duration::from_millis(100));
        timeline.record(start, Duration::from_micros(50));
        timeline.record(start + Duration::from_millis(99), Duration::from_secs(7));
        timeline.record(start + Duration::from_millis(250), Duration::from_micros(90));
        let intervals: Vec<Interval> = timeline.intervals().collect();
        assert_eq!(intervals.iter().map(|one| one.requests).collect::<Vec<_>>(), [2, 0, 1]);
        assert!(intervals[0].max_us >= 6_900_000, "{intervals:?}");
        assert_eq!((intervals[1].max_us, intervals[2].p99_us), (0, 90));
        assert!((intervals[2].at - 0.2).abs() < 1e-9);
    }

    #[test]
    fn long_stretches_have_coarser_intervals() {
        let timeline = Timeline::new(Instant::now(), Duration::from_secs(300));
        assert_eq!(timeline.interval(), Duration::from_millis(500));
        let timeline = Timeline::new(Instant::now(), Duration::from_secs(301));
        assert_eq!(timeline.interval(), Duration::from_millis(600));
    }
}
