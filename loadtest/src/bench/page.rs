//! The page of a benchmark, and the sections of tables without bars.

use std::time::Duration;

use longmen_workload::measure::{Latencies, float, measured_table};

use super::disk_beside::DiskBeside;
use super::events::Kind;
use super::result::{Judged, Results, RowResult};
use super::sheet::Sheet;
use crate::report::chart::{Axis, Chart, Lane, Limit, Line, Marks, Scale, latency_axis};
use crate::report::{Page, Remark, Section, Sense, latency};

const TITLE: &str = "benchmark";
/// The lane of the disk, and what the caption says of it.
const DISK_STOPS: &str = "disk stops";
const STOPS_TOLD: &str = "; disk stops: the part of that time for which the disk stood still";
/// What holds for all figures.
const INTRO: &str = "\
The load generator runs on the same cores. Everything on: idempotency, funds and states checked, entries chained for \
statements, sums and digests, a synced frame before every answer. Latency counts from the intended send time.";

impl Results {
    /// Its page.
    #[must_use]
    pub fn page(&self) -> Page {
        let runs = match self.runs {
            1 => "Each row against a node of its own, one run each.".to_owned(),
            runs => format!("Each row against a node of its own, medians of {runs} runs."),
        };
        let figures = Section::of_table("figures", "", &self.table());
        let rows = self.rows.iter().map(section);
        Page {
            title: TITLE.to_owned(),
            intro: format!("{runs} {INTRO}"),
            conclusion: self.conclusions(),
            sections: [figures]
                .into_iter()
                .chain(rows)
                .chain(self.sheets.iter().map(Sheet::section))
                .collect(),
        }
    }

    fn conclusions(&self) -> Vec<Remark> {
        let text = self.conclusion();
        let (books, bars) = text.split_once('\n').unwrap_or((&text, ""));
        let sense = if self.bars_held() { Sense::Held } else { Sense::Missed };
        vec![Remark::held_or_wrong(self.books_held(), books), Remark { sense, text: bars.to_owned() }]
    }
}

/// The page of tables of figures without bars.
#[must_use]
pub fn sheets_page(sheets: &[Sheet]) -> Page {
    let held = sheets.iter().all(Sheet::books_held);
    let words = if held { "Books: held." } else { "Books: WRONG, see below." };
    Page {
        title: TITLE.to_owned(),
        intro: format!("Tables of figures by size, and of where the time goes. {INTRO}"),
        conclusion: vec![Remark::held_or_wrong(held, words)],
        sections: sheets.iter().map(Sheet::section).collect(),
    }
}

/// What there is to a row beyond the table.
fn section(result: &RowResult) -> Section {
    let measured = result.shown.measured.as_ref();
    let notes = result.shown.notes.iter().map(Remark::plain);
    Section {
        tables: measured.map(|one| (&measured_table(&[("shown run", one)])).into()).into_iter().collect(),
        remarks: notes.chain(result.differences.iter().map(Remark::wrong)).collect(),
        charts: distribution(result).into_iter().chain(timeline(result)).collect(),
        ..Section::new(result.row.name, result.row.title)
    }
}

/// Latency over the percentiles. Rows whose bars are about batches have a latency as well: that of a batch.
fn distribution(result: &RowResult) -> Option<Chart> {
    let latencies = result.shown.latencies.as_ref().filter(|latencies| latencies.count() > 0)?;
    let count = float(latencies.count());
    let others = result.shown.disk_beside.as_ref().and_then(DiskBeside::without_stops);
    let others = others.map(|others| {
        let name = "without those that waited for a disk that stood still";
        Line::new(name, percentiles(others))
    });
    let all = Line::new("all requests", percentiles(latencies));
    let lines: Vec<Line> = others.into_iter().chain([all]).collect();
    let limits = steps(result);
    let y = latency_axis(&lines, &limits);
    let caption = "Latency by percentile, from the intended send time; steps are the bars";
    Some(Chart { limits, ..Chart::of(caption, percentile_axis(count), y, lines) })
}

/// Latencies over 1 / (1 - part), up to the part that so many requests can show.
fn percentiles(latencies: &Latencies) -> Vec<(f64, f64)> {
    let count = float(latencies.count());
    let place = |part: f64| (1.0 / (1.0 - part).max(f64::MIN_POSITIVE)).min(count);
    latencies.curve().into_iter().map(|(part, us)| (place(part), float(us.max(1)))).collect()
}

/// The row's latency bars as steps: each holds from the percentile before it up to its own.
fn steps(result: &RowResult) -> Vec<Limit> {
    let mut from = 1.0;
    let mut limits = Vec::new();
    for judged in &result.judged {
        let Some(part) = judged.figure.quantile() else { continue };
        let to = 1.0 / (1.0 - part);
        limits.push(Limit { from, to, level: judged.limit, label: limit_label(judged) });
        from = to;
    }
    limits
}

fn limit_label(judged: &Judged) -> String {
    let name = judged.figure.label().trim_start_matches("latency ");
    format!("{name} ≤ {}", latency(judged.limit))
}

/// Latency over time, with what turned over.
fn timeline(result: &RowResult) -> Option<Chart> {
    let timeline = result.shown.timeline.as_ref()?;
    let intervals: Vec<_> = timeline.intervals().filter(|interval| interval.requests > 0).collect();
    let half = timeline.interval().as_secs_f64() / 2.0;
    let end = intervals.last()?.at + 2.0 * half;
    let points = |figure: fn(&longmen_workload::timeline::Interval) -> u64| {
        intervals
            .iter()
            .map(|interval| (interval.at + half, float(figure(interval).max(1))))
            .collect::<Vec<_>>()
    };
    let lines = vec![
        Line::new("maximum", points(|interval| interval.max_us)),
        Line::new("p99", points(|interval| interval.p99_us)),
    ];
    let limits: Vec<Limit> =
        steps(result).into_iter().map(|limit| Limit { from: 0.0, to: end, ..limit }).collect();
    let y = latency_axis(&lines, &limits);
    let x = Axis::linear("seconds from the beginning of the measured stretch", end);
    let lanes = lanes(result);
    let caption = timeline_caption(timeline.interval(), &lanes);
    Some(Chart { limits, lanes, ..Chart::of(caption, x, y, lines) })
}

fn timeline_caption(interval: Duration, lanes: &[Lane]) -> String {
    let stops = if lanes.iter().any(|lane| lane.name == DISK_STOPS) { STOPS_TOLD } else { "" };
    format!("Latency over time, each point over {} ms{stops}", interval.as_millis())
}

fn lanes(result: &RowResult) -> Vec<Lane> {
    let events = result.shown.timed_events();
    let lane = |kind: Kind| {
        let of_kind = events.iter().filter(|event| event.0 == kind);
        let stretches: Vec<(f64, f64)> = of_kind.map(|&(_, from, to)| (from, to)).collect();
        let (_, name) = kind.names();
        Lane::events(name.trim_start_matches("hot "), stretches)
    };
    Kind::ALL.into_iter().filter_map(lane).chain(disk_lane(result)).collect()
}

/// The part of each point's time that the disk stood still for, where it did.
fn disk_lane(result: &RowResult) -> Option<Lane> {
    let interval = result.shown.timeline.as_ref()?.interval();
    let parts = result.shown.disk_beside.as_ref()?.parts(interval);
    let name = DISK_STOPS.to_owned();
    (!parts.is_empty())
        .then_some(Lane { name, marks: Marks::Parts { interval: interval.as_secs_f64(), parts } })
}

/// Percentiles by the logarithm of 1 / (1 - part), up to the one that `count` requests can show.
fn percentile_axis(count: f64) -> Axis {
    let to = 10_f64.powf(count.log10().ceil()).clamp(1e3, 1e7);
    Axis { label: "percentile of requests".to_owned(), scale: Scale::Percentile, from: 1.0, to }
}

#[cfg(test)]
mod tests {
    use super::super::Outcome;
    use super::super::disk_probe::{DiskStalls, Stop};
    use super::super::figure::Figure;
    use super::super::rows::row_named;
    use super::*;
    use crate::report::{Origin, Report};
    use longmen_workload::slow_requests::SlowRequests;
    use longmen_workload::timeline::Timeline;
    use std::time::Instant;

    /// The page of these rows as a document.
    fn html(rows: Vec<RowResult>) -> String {
        let results = Results { runs: 1, rows, sheets: Vec::new() };
        let origin = Origin::here(None).unwrap();
        Report { origin, page: results.page() }.html().unwrap()
    }

    #[test]
    fn a_report_has_the_table_the_machine_and_the_plots() {
        let start = Instant::now();
        let mut latencies = Latencies::default();
        let mut timeline = Timeline::new(start, Duration::from_secs(3));
        for number in 1..=3_000 {
            let latency = Duration::from_micros(200 + number);
            latencies.record(latency);
            timeline.record(start + Duration::from_millis(number), latency);
        }
        let figures = [(Figure::P99, 3_170.0), (Figure::P999, 3_200.0), (Figure::Max, 3_200.0)];
        let event = super::super::events::Event { kind: Kind::Snapshot, from: start, to: start };
        let mut outcome = Outcome::of(figures);
        (outcome.latencies, outcome.timeline) = (Some(latencies), Some(timeline));
        outcome.events = vec![event];
        outcome.notes = vec!["max < 4 ms".into()];
        let row = RowResult::of(row_named("open-20k").unwrap(), vec![outcome]);
        let html = html(vec![row]);
        assert!(!html.contains("disk stops"), "nobody looked at the disk");
        assert!(!html.contains("{{"), "{html}");
        for part in [
            r#"<td class="missed">BELOW THE BAR, 3.17 x the limit</td>"#,
            "max &lt; 4 ms",
            "percentile of requests",
            "99.9 %",
            "p99 ≤ 1 ms",
            "snapshots",
            "each point over 100 ms",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert_eq!(html.matches("<svg").count(), 2);
        assert_eq!(html.matches("<svg").count(), html.matches("</svg>").count());
    }

    /// 90 of 100 requests waited for the disk, which stood still for half of the first second.
    #[test]
    fn stops_of_the_disk_have_a_lane_and_the_other_requests_a_line() {
        let start = Instant::now();
        let stretch = Duration::from_secs(1);
        let (mut slow, mut all) = (SlowRequests::new(start), Latencies::default());
        let mut timeline = Timeline::new(start, stretch);
        for number in 1..=100 {
            let (due, latency) = (start + Duration::from_millis(number), Duration::from_millis(10));
            let latency = if number > 10 { latency } else { latency / 20 };
            slow.record(due, latency);
            all.record(latency);
            timeline.record(due, latency);
        }
        let stops =
            vec![Stop { from: start + Duration::from_millis(12), to: start + Duration::from_millis(512) }];
        let beside = DiskBeside::new(DiskStalls { writes: 1, stops }, &slow, &all, stretch);
        let mut outcome = Outcome::of([(Figure::P99, 10_000.0), (Figure::P999, 10_000.0)]);
        (outcome.latencies, outcome.timeline) = (Some(all), Some(timeline));
        outcome.note_disk_beside(beside);
        let row = RowResult::of(row_named("open-20k").unwrap(), vec![outcome]);
        assert!(!row.bars_held(), "all requests are judged");
        let html = html(vec![row]);
        for part in [
            "the disk stood still for 500 ms of each second",
            "of 90 requests over 1 ms 90 waited",
            "without those that waited for a disk that stood still",
            "disk stops: the part of that time for which the disk stood still",
            "#C77A1A",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }
}
