//! What a witness saw of the disk beside a run, and which of the requests over a millisecond waited meanwhile.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Outcome;
use super::result::latencies_json;
use super::witness::{Stop, Testimony, WRITES_PER_SECOND};
use crate::driver::Driven;
use crate::measure::{Latencies, float};
use crate::run::microseconds;
use crate::slow_requests::SlowRequests;
use crate::table::grouped;

/// So many of the longest stops are told one by one.
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
    /// Holds what a witness saw against a run whose slow requests were kept.
    pub(super) fn of(testimony: Testimony, driven: &Driven) -> Option<DiskBeside> {
        let seconds = Duration::from_secs_f64(driven.measured.seconds);
        driven.slow.as_ref().map(|slow| DiskBeside::new(testimony, slow, &driven.latencies, seconds))
    }

    /// The same, of these requests in a stretch of this length.
    pub(super) fn new(
        testimony: Testimony,
        slow: &SlowRequests,
        all: &Latencies,
        stretch: Duration,
    ) -> DiskBeside {
        let Testimony { writes, mut stops } = testimony;
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
mod tests {
    use super::*;

    /// Stops and requests in microseconds since the beginning of the measured stretch, 1 s long; the answers that are not
    /// slow as well.
    fn beside(start: Instant, stops: &[(i64, i64)], requests: &[(u64, u64)], most: usize) -> DiskBeside {
        let at = |us: i64| match u64::try_from(us) {
            Ok(us) => start + Duration::from_micros(us),
            Err(_) => start - Duration::from_micros(us.unsigned_abs()),
        };
        let stops = stops.iter().map(|&(from, to)| Stop { from: at(from), to: at(to) }).collect();
        let (mut slow, mut all) = (SlowRequests::at_most(start, most), Latencies::default());
        for &(due, latency) in requests {
            let latency = Duration::from_micros(latency);
            slow.record(start + Duration::from_micros(due), latency);
            all.record(latency);
        }
        DiskBeside::new(Testimony { writes: 200, stops }, &slow, &all, Duration::from_secs(1))
    }

    /// One request due at 10 ms and answered at 20 ms.
    #[test]
    fn a_request_waited_if_a_stop_was_going_on_while_it_did() {
        #[track_caller]
        fn check(what: &str, stops: &[(i64, i64)], waited: u64) {
            let beside = beside(Instant::now(), stops, &[(10_000, 10_000)], 9);
            assert_eq!((beside.slow, beside.waited), (1, waited), "{what}");
            assert_eq!(beside.others.count(), 1 - waited, "{what}");
        }
        check("none", &[], 0);
        check("before", &[(2_000, 9_999)], 0);
        check("before the stretch", &[(-5_000, -1_000)], 0);
        check("over as it was due", &[(2_000, 10_000)], 1);
        check("under way as it was due", &[(2_000, 10_001)], 1);
        check("inside", &[(12_000, 14_000)], 1);
        check("all the time", &[(9_000, 21_000)], 1);
        check("from before the stretch on", &[(-5_000, 15_000)], 1);
        check("under way as it was answered", &[(19_000, 30_000)], 1);
        check("begun as it was answered", &[(20_000, 30_000)], 1);
        check("after", &[(20_001, 30_000)], 0);
        check("one before and one after", &[(2_000, 4_000), (21_000, 23_000)], 0);
        check("several inside count once", &[(11_000, 13_000), (13_000, 15_000), (16_000, 19_000)], 1);
        check("the last of several", &[(1_000, 3_000), (4_000, 6_000), (7_000, 9_000), (19_000, 21_000)], 1);
        check("the first of several", &[(8_000, 11_000), (21_000, 23_000), (24_000, 26_000)], 1);
    }

    #[test]
    fn what_was_due_in_the_stretch_may_wait_for_a_stop_after_it() {
        let after = [(1_002_000, 1_400_000)];
        let beside = beside(Instant::now(), &after, &[(999_000, 402_000)], 9);
        assert_eq!(beside.waited, 1);
        assert!(beside.stops.is_empty(), "of the stretch itself it takes nothing");
        assert_eq!((beside.stopped_us_per_second(), beside.longest_us()), (0, 0));
    }

    #[test]
    fn requests_stand_behind_those_that_waited_until_these_are_answered() {
        #[track_caller]
        fn check(what: &str, stops: &[(i64, i64)], requests: &[(u64, u64)], (waited, behind): (u64, u64)) {
            let beside = beside(Instant::now(), stops, requests, 9);
            assert_eq!((beside.waited, beside.behind), (waited, behind), "{what}");
            assert_eq!(beside.others.count(), u64::try_from(requests.len()).unwrap() - waited, "{what}");
        }
        let stop = [(10_000, 50_000)];
        let waits = (20_000, 40_000);
        check("nobody waited", &stop, &[(55_000, 5_000)], (0, 0));
        check("came while one that waited was unanswered", &stop, &[waits, (55_000, 5_000)], (1, 1));
        check("the same, answered out of order", &stop, &[(55_000, 3_000), waits], (1, 1));
        check("came as it was answered", &stop, &[waits, (60_000, 5_000)], (1, 0));
        check("came and was not slow", &stop, &[waits, (55_000, 900)], (1, 0));
        check("answered before the stop", &stop, &[waits, (2_000, 7_000)], (1, 0));
        let third = [waits, (59_000, 9_000), (65_000, 9_000)];
        check("nobody stands behind those that stand behind", &stop, &third, (1, 1));
        let two = [(10_000, 50_000), (52_000, 54_000)];
        check("behind the first through a later stop", &two, &[waits, (55_000, 5_000)], (1, 1));
        check("who waits himself stands behind nobody", &two, &[waits, (51_000, 5_000)], (2, 0));
    }

    #[test]
    fn those_that_waited_are_taken_away_and_all_others_stay() {
        let fast = (0..97).map(|number| (number * 1_000, 200 + number));
        let slow = [(500_000, 40_000), (530_000, 10_000), (600_000, 3_000)];
        let requests: Vec<(u64, u64)> = fast.chain(slow).collect();
        let start = Instant::now();
        let with = beside(start, &[(505_000, 538_000)], &requests, 9);
        assert_eq!((with.slow, with.waited, with.left_out), (3, 2, 0));
        assert_eq!((with.others.count(), with.others.max_us()), (98, 3_001), "three digits of 3,000");
        assert_eq!(with.others.quantile_us(0.5), 248);
        assert!(with.without_stops().is_some());
        let without = beside(start, &[], &requests, 9);
        assert_eq!((without.slow, without.waited, without.others.count()), (3, 0, 100));
        assert!(without.without_stops().is_none(), "a second line would be the first one");
    }

    #[test]
    fn what_is_beyond_the_bound_counts_as_not_having_waited_and_is_told() {
        let requests = [(0, 20_000), (1_000, 19_000), (2_000, 18_000), (3_000, 500)];
        let beside = beside(Instant::now(), &[(5_000, 10_000)], &requests, 2);
        assert_eq!((beside.slow, beside.waited, beside.left_out), (3, 2, 1));
        assert_eq!(beside.others.count(), 2);
        let told = "1 of the requests over 1 ms were too many to be looked at one by one, and count as not having waited";
        assert_eq!(beside.notes()[2], told);
        assert_eq!(beside.json()["not_looked_at"], 1);
    }

    #[test]
    fn notes_say_what_stood_still_and_who_waited() {
        const WITNESS: &str = "a witness's 4 KiB written and synced 50 times a second beside the node";
        #[track_caller]
        fn check(stops: &[(i64, i64)], requests: &[(u64, u64)], stood: &str, waited: &str) {
            let notes = beside(Instant::now(), stops, requests, 9).notes();
            assert_eq!(notes, [format!("{stood}: {WITNESS}"), waited.to_owned()]);
        }
        let never = "the disk never stood still for longer than 1 ms";
        check(&[], &[(0, 900)], never, "no request took longer than 1 ms");
        let none = "of 1 requests over 1 ms none waited through one of these";
        check(&[], &[(0, 900), (0, 1_900)], never, none);
        let once = "the disk stood still for 1,500 µs of each second (once, for 1,500 µs)";
        check(&[(500_000, 501_500)], &[(0, 1_900)], once, none);
        let twice =
            "the disk stood still for 143 ms of each second (2 times longer than 1 ms, 100 ms at most)";
        let stops = [(100_000, 143_000), (200_000, 300_000)];
        let all = "all 1 requests waited through one of these";
        check(&stops, &[(120_000, 30_000)], twice, all);
        let most = "of 3 requests over 1 ms 2 waited through one of these; without those that waited \
                    p50 400 µs, p99 2,000 µs, p99.9 2,000 µs, max 2,000 µs";
        check(&stops, &[(120_000, 30_000), (250_000, 60_000), (0, 400), (0, 2_000)], twice, most);
        let behind = "of 3 requests over 1 ms 1 waited through one of these, 2 more stood behind such as had; without those \
                      that waited p50 1,200 µs, p99 2,000 µs, p99.9 2,000 µs, max 2,000 µs";
        check(&stops, &[(250_000, 60_000), (302_000, 2_000), (303_000, 1_200)], twice, behind);
    }

    /// A stop that began before the stretch, and one that outlasts it, count with what lies in it.
    #[test]
    fn intervals_have_the_part_of_them_that_the_disk_stood_still_for() {
        let tenth = Duration::from_millis(100);
        #[track_caller]
        fn check(beside: &DiskBeside, interval: Duration, parts: &[f64]) {
            let found = beside.parts(interval);
            assert_eq!(found.len(), parts.len(), "{found:?}");
            assert!(found.iter().zip(parts).all(|(one, other)| (one - other).abs() < 1e-9), "{found:?}");
        }
        let start = Instant::now();
        check(&beside(start, &[], &[], 9), tenth, &[]);
        let stops = [(-50_000, 20_000), (30_000, 40_000), (150_000, 310_000), (400_000, 500_000)];
        check(&beside(start, &stops, &[], 9), tenth, &[0.3, 0.5, 1.0, 0.1, 1.0]);
        let last = beside(start, &[(950_000, 1_200_000)], &[], 9);
        check(&last, tenth, &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5]);
        assert_eq!((last.stopped_us_per_second(), last.longest_us()), (50_000, 250_000));
    }

    #[test]
    fn programs_are_told_all_of_it_and_the_longest_stops_in_order() {
        let stops: Vec<(i64, i64)> = (0..25).map(|n| (n * 20_000, n * 20_000 + 2_000 + n)).collect();
        let beside = beside(Instant::now(), &stops, &[(500, 4_000), (10_000, 3_000), (30_000, 100)], 9);
        let value = beside.json();
        let counts =
            ["writes_per_second", "writes", "stops", "longest_stop_us", "slow_requests", "waited_for_disk"];
        let counts = counts.map(|name| value[name].as_u64().unwrap_or_else(|| panic!("{name} in {value}")));
        assert_eq!(counts, [50, 200, 25, 2_024, 2, 1]);
        assert_eq!(value["stopped_us_per_second"], 25 * 2_000 + (0..25).sum::<u64>());
        assert_eq!(value["without_waits"]["count"], 2);
        assert_eq!(value["without_waits"]["max_us"], 3_001);
        let longest = value["longest_stops"].as_array().unwrap();
        let from: Vec<f64> = longest.iter().map(|stop| stop["from_s"].as_f64().unwrap()).collect();
        assert!(from.len() == TOLD && from.is_sorted() && from[0] == 0.1, "{from:?}");
        assert_eq!(longest[19]["to_s"], 0.482_024);
    }
}
