//! Latencies and rates of the whole run: in three parts by what the node was doing, and second by second.

use std::time::{Duration, Instant};

use longmen_workload::measure::Latencies;

/// The interval of rows that are drawn.
pub(super) const FINE: Duration = Duration::from_secs(1);
/// The interval of rows that are written down.
pub(super) const COARSE: Duration = Duration::from_secs(10);
/// What is answered within this time of the moment at which it was due is in time.
const IN_TIME: Duration = Duration::from_millis(50);

/// What was answered in one interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) transactions: u64,
    pub(super) p50_us: u64,
    pub(super) p99_us: u64,
    pub(super) p999_us: u64,
    pub(super) max_us: u64,
}

/// Rows of one interval's length, from the beginning.
struct Rows {
    interval: Duration,
    done: Vec<Row>,
    latencies: Latencies,
    transactions: u64,
}

impl Rows {
    fn new(interval: Duration) -> Rows {
        Rows { interval, done: Vec::new(), latencies: Latencies::default(), transactions: 0 }
    }

    fn add(&mut self, since_began: Duration, latency: Duration, transactions: u64) {
        self.end_before(since_began);
        self.latencies.record(latency);
        self.transactions += transactions;
    }

    /// Ends the rows that lie before this moment.
    fn end_before(&mut self, since_began: Duration) {
        let number = usize::try_from(since_began.as_nanos() / self.interval.as_nanos()).unwrap_or(usize::MAX);
        while self.done.len() < number {
            let row = Row {
                transactions: std::mem::take(&mut self.transactions),
                p50_us: self.latencies.quantile_us(0.5),
                p99_us: self.latencies.quantile_us(0.99),
                p999_us: self.latencies.quantile_us(0.999),
                max_us: self.latencies.max_us(),
            };
            self.done.push(row);
            self.latencies.clear();
        }
    }
}

/// What was answered when, and how late.
pub(super) struct Recorder {
    began: Instant,
    fine: Rows,
    coarse: Rows,
    /// What was due before this fell due while the node was down.
    down_until: Instant,
    /// When the last answer came that was not in time.
    late_until: Instant,
    /// When an answer was in time to something that fell due after the last late one: nothing is left over.
    caught_up_at: Option<Instant>,
    /// Latencies of what fell due while the node was down, or was under way when it was killed.
    pub(super) down: Latencies,
    /// ... of what fell due when it was back, until what had been left over was worked off.
    pub(super) catching_up: Latencies,
    /// ... of everything else.
    pub(super) steady: Latencies,
}

impl Recorder {
    pub(super) fn new(began: Instant) -> Recorder {
        Recorder {
            began,
            fine: Rows::new(FINE),
            coarse: Rows::new(COARSE),
            down_until: began,
            late_until: began,
            caught_up_at: Some(began),
            down: Latencies::default(),
            catching_up: Latencies::default(),
            steady: Latencies::default(),
        }
    }

    /// The node is under load again from `at` on.
    pub(super) fn resume(&mut self, at: Instant) {
        self.down_until = at;
        self.caught_up_at = None;
    }

    /// When it had worked off what an outage left, if it has.
    pub(super) fn caught_up_at(&self) -> Option<Instant> {
        self.caught_up_at
    }

    /// A request that was due at `due` was answered at `now`.
    pub(super) fn answered(&mut self, due: Instant, now: Instant, transactions: usize) {
        let latency = now.saturating_duration_since(due);
        if latency > IN_TIME {
            self.late_until = now;
        }
        if due < self.down_until {
            self.down.record(latency);
        } else {
            if self.caught_up_at.is_none() && due >= self.late_until {
                self.caught_up_at = Some(now);
            }
            match self.caught_up_at {
                Some(_) => self.steady.record(latency),
                None => self.catching_up.record(latency),
            }
        }
        self.count(now, latency, transactions);
    }

    /// A request that was under way when the node was killed got its answer at `now`, asked again. `latency` leaves out
    /// what the harness needed for itself.
    pub(super) fn answered_again(&mut self, now: Instant, latency: Duration, transactions: usize) {
        self.down.record(latency);
        self.count(now, latency, transactions);
    }

    fn count(&mut self, now: Instant, latency: Duration, transactions: usize) {
        let at = now.saturating_duration_since(self.began);
        let transactions = u64::try_from(transactions).expect("a length fits");
        self.fine.add(at, latency, transactions);
        self.coarse.add(at, latency, transactions);
    }

    /// Everything that fell due while the node was up.
    pub(super) fn served(&self) -> Latencies {
        let mut served = self.steady.clone();
        served.add(&self.catching_up);
        served
    }

    /// Rows of [`FINE`] and of [`COARSE`] intervals until `now`; an interval that is not over is left out.
    pub(super) fn rows(&mut self, now: Instant) -> (&[Row], &[Row]) {
        let at = now.saturating_duration_since(self.began);
        self.fine.end_before(at);
        self.coarse.end_before(at);
        (&self.fine.done, &self.coarse.done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_count_where_they_fell_due_and_rows_where_they_were_answered() {
        let began = Instant::now();
        let at = |ms: u64| began + Duration::from_millis(ms);
        let mut recorder = Recorder::new(began);
        recorder.answered(at(10), at(12), 8);
        recorder.answered_again(at(1_500), Duration::from_millis(900), 3);
        recorder.resume(at(3_000));
        recorder.answered(at(2_000), at(3_100), 8);
        recorder.answered(at(3_010), at(3_200), 8);
        recorder.answered(at(3_190), at(3_215), 8);
        assert_eq!(recorder.caught_up_at(), None);
        recorder.answered(at(3_205), at(3_220), 8);
        assert_eq!(recorder.caught_up_at(), Some(at(3_220)));
        let counts = [&recorder.steady, &recorder.catching_up, &recorder.down].map(Latencies::count);
        assert_eq!((counts, recorder.served().count()), ([2, 2, 2], 4));
        let (fine, coarse) = recorder.rows(at(4_500));
        assert_eq!(fine.iter().map(|row| row.transactions).collect::<Vec<_>>(), [8, 3, 0, 32]);
        assert!((1_090_000..1_110_000).contains(&fine[3].max_us) && fine[2].max_us == 0);
        assert!(coarse.is_empty());
    }
}
