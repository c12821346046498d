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
    DiskBeside::new(DiskStalls { writes: 200, stops }, &slow, &all, Duration::from_secs(1))
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
    let twice = "the disk stood still for 143 ms of each second (2 times longer than 1 ms, 100 ms at most)";
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
