//! What a witness saw of the disk beside a run, and which of the requests over a millisecond waited meanwhile.

use std::time::{Duration, Instant};

use longmen_terminal::grouped;
use longmen_workload::measure::{Latencies, float, microseconds};
use longmen_workload::slow_requests::SlowRequests;
use serde_json::{Value, json};

use super::Outcome;
use super::disk_probe::{DiskStalls, Stop, WRITES_PER_SECOND};
use super::result::latencies_json;

/// At most 20 of the longest stops are told one by one.
const TOLD: usize = 20;

/// The disk beside a run. It stands still where the witness waits for it, whoever keeps it busy: the node as well.
///
/// A request waited for the disk if a stop was going on at any time from the moment at which it was due to its answer.
/// One that was slow for another reason and met a stop on its way did, and one that came after a stop did not: if some that
/// had waited for it were still unanswered then, it stood behind them.
#[derive(Clone, Debug)]
pub struct DiskBeside {
    start: Instant,
    end: Instant,
    /// How often the witness wrote, before the measured stretch as well.
    writes: u64,
    /// The stops that were going on in the measured stretch.
    stops: Vec<Stop>,
    /// Requests over a millisecond.
    slow: u64,
    /// Those of them that were too many to be kept: they count as not having waited.
    left_out: u64,
    /// Those that waited for the disk.
    waited: u64,
    /// Those that did not, and stood behind some that had.
    behind: u64,
    /// All the other requests, slow or not.
    others: Latencies,
}

impl DiskBeside {
    /// Holds what a witness saw against these requests in a stretch of this length.
    pub(super) fn new(
        testimony: DiskStalls,
        slow: &SlowRequests,
        all: &Latencies,
        stretch: Duration,
    ) -> DiskBeside {
        let DiskStalls { writes, mut stops } = testimony;
        let mut waited = Latencies::default();
        // Stops after the stretch as well: what was due in it may have been answered later.
        let mut last_answers = vec![None; stops.len()];
        for (due, latency) in slow.iter() {
            if let Some(stop) = met(&stops, due, due + latency) {
                waited.record(latency);
                last_answers[stop] = last_answers[stop].max(Some(due + latency));
            }
        }
        let behind = stood_behind(&stops, &last_answers, slow);
        let (start, end) = (slow.start(), slow.start() + stretch);
        stops.retain(|stop| stop.to >= start && stop.from <= end);
        DiskBeside {
            start,
            end,
            writes,
            stops,
            slow: slow.count(),
            left_out: slow.left_out(),
            waited: waited.count(),
            behind,
            others: all.without(&waited),
        }
    }

    /// The requests that did not wait for the disk, where others did.
    pub(super) fn without_stops(&self) -> Option<&Latencies> {
        (self.waited > 0 && self.others.count() > 0).then_some(&self.others)
    }

    /// The part of each interval of this length, from the beginning of the measured stretch, that the disk stood still for.
    pub(super) fn parts(&self, interval: Duration) -> Vec<f64> {
        let mut parts = Vec::new();
        for stop in &self.stops {
            let (from, to) = self.within(stop);
            let mut number = whole_intervals(from, interval);
            loop {
                let begins = interval * number;
                let stood = to.min(begins + interval).saturating_sub(from.max(begins));
                let index = usize::try_from(number).expect("an index fits");
                if parts.len() <= index {
                    parts.resize(index + 1, 0.0);
                }
                parts[index] += stood.as_secs_f64() / interval.as_secs_f64();
                number += 1;
                if to <= interval * number {
                    break;
                }
            }
        }
        parts
    }

    /// From when to when a stop was going on in the measured stretch, since its beginning.
    fn within(&self, stop: &Stop) -> (Duration, Duration) {
        let since = |at: Instant| at.min(self.end).saturating_duration_since(self.start);
        (since(stop.from), since(stop.to))
    }

    /// How long the disk stood still in each second, in microseconds.
    fn stopped_us_per_second(&self) -> u64 {
        let stood = self.stops.iter().map(|stop| self.within(stop)).map(|(from, to)| to - from);
        let (stood, stretch) = (stood.sum::<Duration>(), self.end - self.start);
        let per_second = stood.as_nanos() * 1_000_000 / stretch.as_nanos().max(1);
        u64::try_from(per_second).expect("at most a second of each second")
    }

    fn longest_us(&self) -> u64 {
        self.stops.iter().map(|stop| whole_us(stop.to - stop.from)).max().unwrap_or(0)
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = vec![self.stops_in_words(), self.waits_in_words()];
        if self.left_out > 0 {
            notes.push(format!(
                "{} of the requests over 1 ms were too many to be looked at one by one, and count as not having waited",
                grouped(self.left_out)
            ));
        }
        notes
    }

    fn stops_in_words(&self) -> String {
        let witness = format!(
            "a witness's 4 KiB written and synced {WRITES_PER_SECOND} times a second beside the node"
        );
        let per_second = microseconds(self.stopped_us_per_second());
        let longest = microseconds(self.longest_us());
        match self.stops.len() {
            0 => format!("the disk never stood still for longer than 1 ms: {witness}"),
            1 => format!(
                "the disk stood still for {per_second} of each second (once, for {longest}): {witness}"
            ),
            count => {
                let count = grouped(u64::try_from(count).expect("a length fits"));
                format!(
                    "the disk stood still for {per_second} of each second ({count} times longer than 1 ms, {longest} at \
                     most): {witness}"
                )
            }
        }
    }

    fn waits_in_words(&self) -> String {
        let (slow, waited) = (grouped(self.slow), grouped(self.waited));
        let (at, others) = (|part| microseconds(self.others.quantile_us(part)), self.others.count());
        let behind = match self.behind {
            0 => String::new(),
            behind => format!(", {} more stood behind such as had", grouped(behind)),
        };
        match (self.slow, self.waited) {
            (0, _) => "no request took longer than 1 ms".to_owned(),
            (_, 0) => format!("of {slow} requests over 1 ms none waited through one of these"),
            _ if others == 0 => format!("all {slow} requests waited through one of these"),
            _ => format!(
                "of {slow} requests over 1 ms {waited} waited through one of these{behind}; without those that waited p50 \
                 {}, p99 {}, p99.9 {}, max {}",
                at(0.5),
                at(0.99),
                at(0.999),
                microseconds(self.others.max_us()),
            ),
        }
    }

    /// For programs: the witness's rate and how often it wrote; the stops in the measured stretch, how long the disk stood
    /// still in each second, the longest stop, and the twenty longest with their seconds from the beginning of the stretch;
    /// the requests over a millisecond, those of them that waited for the disk, those that stood behind such as had, those
    /// that could not be looked at; and the latencies of all requests but those that waited.
    pub(super) fn json(&self) -> Value {
        let mut longest: Vec<&Stop> = self.stops.iter().collect();
        longest.sort_by_key(|stop| std::cmp::Reverse(stop.to - stop.from));
        longest.truncate(TOLD);
        longest.sort_by_key(|stop| stop.from);
        let seconds = |time: Duration| float(whole_us(time)) / 1e6;
        let told = longest.into_iter().map(|stop| {
            let (from, to) = self.within(stop);
            json!({ "from_s": seconds(from), "to_s": seconds(to) })
        });
        json!({
            "writes_per_second": WRITES_PER_SECOND,
            "writes": self.writes,
            "stops": self.stops.len(),
            "stopped_us_per_second": self.stopped_us_per_second(),
            "longest_stop_us": self.longest_us(),
            "longest_stops": told.collect::<Vec<_>>(),
            "slow_requests": self.slow,
            "waited_for_disk": self.waited,
            "stood_behind": self.behind,
            "not_looked_at": self.left_out,
            "without_waits": latencies_json(&self.others),
        })
    }
}

impl Outcome {
    /// Says what a witness saw of the disk, and what requests waited for it.
    pub(super) fn note_disk_beside(&mut self, beside: DiskBeside) {
        self.notes.extend(beside.notes());
        self.disk_beside = Some(beside);
    }
}

/// The first stop that was going on between the two moments; `stops` are in order and do not overlap.
fn met(stops: &[Stop], due: Instant, answered: Instant) -> Option<usize> {
    let first = stops.partition_point(|stop| stop.to < due);
    stops.get(first).is_some_and(|stop| stop.from <= answered).then_some(first)
}

/// How many of those that met no stop were due before the last answer to such as had met an earlier one; `last_answers`
/// are by the first stop that was met.
fn stood_behind(stops: &[Stop], last_answers: &[Option<Instant>], slow: &SlowRequests) -> u64 {
    let mut last = None;
    let mut until = Vec::with_capacity(stops.len());
    for answer in last_answers {
        last = last.max(*answer);
        until.push(last);
    }
    let behind = slow.iter().filter(|&(due, latency)| {
        let before = stops.partition_point(|stop| stop.to < due);
        let until = before.checked_sub(1).and_then(|stop| until[stop]);
        until.is_some_and(|until| due < until) && met(stops, due, due + latency).is_none()
    });
    u64::try_from(behind.count()).expect("a count fits")
}

fn whole_us(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn whole_intervals(time: Duration, interval: Duration) -> u32 {
    u32::try_from(time.as_nanos() / interval.as_nanos()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
