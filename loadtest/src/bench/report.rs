//! The report for people: one file, with nothing to fetch.

use std::time::Duration;

use longmen_workload::measure::{Latencies, float, measured_table};

use super::Machine;
use super::disk_beside::DiskBeside;
use super::events::Kind;
use super::figure::Verdict;
use super::result::{Judged, Results, RowResult};
use super::sheet::Sheet;
use super::svg::{Axis, Lane, Limit, Line, Marks, Plot, Scale, escaped};

const TEMPLATE: &str = include_str!("report.html");
const TITLE: &str = "benchmark";
/// The lane of the disk, and what the caption says of it.
const DISK_STOPS: &str = "disk stops";
const STOPS_TOLD: &str = "; disk stops: the part of that time for which the disk stood still";
/// What holds for all figures.
const INTRO: &str = "\
The load generator runs on the same cores. Everything on: idempotency, funds and states checked, entries chained for
statements, sums and digests, a synced frame before every answer. Latency counts from the intended send time.";

/// The whole report of a benchmark as a document.
#[must_use]
pub fn html(results: &Results) -> String {
    let runs = match results.runs {
        1 => "Each row against a node of its own, one run each.".to_owned(),
        runs => format!("Each row against a node of its own, medians of {runs} runs."),
    };
    let heads =
        r#"<tr><th>row</th><th></th><th class="figure">bar</th><th class="figure">figure</th><th></th></tr>"#;
    let rows: String = results.rows.iter().map(table_rows).collect();
    let sections: String = results.rows.iter().map(section).collect();
    let bars = format!("<table class=\"bars\">\n{heads}\n{rows}</table>\n");
    let intro = format!("{runs} {INTRO}");
    let sections = sections + &sheets(&results.sheets);
    document(TITLE, &intro, &results.machine, &conclusion(results), &bars, &sections)
}

/// Tables of figures without bars as a document.
#[must_use]
pub fn sheets_html(machine: &Machine, tables: &[Sheet]) -> String {
    let held = tables.iter().all(Sheet::books_held);
    let (class, words) = if held { ("held", "Books: held.") } else { ("wrong", "Books: WRONG, see below.") };
    let conclusion = format!(r#"<p class="{class}">{words}</p>"#);
    let intro = format!("Tables of figures by size, and of where the time goes. {INTRO}");
    document(TITLE, &intro, machine, &conclusion, "", &sheets(tables))
}

/// A report with this heading: what it is about, what came of it, the table of figures, the machine and the rest.
pub(crate) fn document(
    title: &str,
    intro: &str,
    machine: &Machine,
    conclusion: &str,
    bars: &str,
    sections: &str,
) -> String {
    let line = |(name, text): (&str, String)| {
        format!("<tr><th>{}</th><td>{}</td></tr>\n", escaped(name), escaped(&text))
    };
    TEMPLATE
        .replace("{{title}}", title)
        .replace("{{intro}}", intro)
        .replace("{{machine}}", &machine.lines().into_iter().map(line).collect::<String>())
        .replace("{{conclusion}}", conclusion)
        .replace("{{bars}}", bars)
        .replace("{{sections}}", sections)
}

fn sheets(tables: &[Sheet]) -> String {
    tables.iter().map(sheet).collect()
}

fn sheet(sheet: &Sheet) -> String {
    let remarks: String = sheet.remarks().map(|remark| format!("<li>{}</li>", escaped(&remark))).collect();
    let plots: String = sheet.plots.iter().map(|one| figure(&one.caption, &one.plot)).collect();
    format!(
        "<section id=\"{name}\"><h2>{name}</h2><p>{title}</p><table class=\"sheet\">\n{rows}</table><ul>{remarks}</ul>{plots}</section>\n",
        name = escaped(&sheet.name),
        title = escaped(&sheet.title),
        rows = sheet.html_rows(escaped),
    )
}

pub(crate) fn figure(caption: &str, plot: &Plot) -> String {
    format!("<figure><figcaption>{}</figcaption>{}</figure>", escaped(caption), plot.svg())
}

fn conclusion(results: &Results) -> String {
    let text = results.conclusion();
    let (books, bars) = text.split_once('\n').unwrap_or((&text, ""));
    let class = |held| if held { "held" } else { "missed" };
    format!(
        r#"<p class="{}">{}</p><p class="{}">{}</p>"#,
        if results.books_held() { "held" } else { "wrong" },
        escaped(books),
        class(results.bars_held()),
        escaped(bars)
    )
}

fn table_rows(result: &RowResult) -> String {
    let mut out = String::new();
    let mut name = format!(r##"<a href="#{0}">{0}</a>"##, result.row.name);
    for judged in &result.judged {
        let class = match judged.verdict {
            Verdict::Held => "held",
            Verdict::Missed => "missed",
        };
        out.push_str(&format!(
            r#"<tr><td>{name}</td><td>{}</td><td class="figure">{}</td><td class="figure">{}</td><td class="{class}">{}</td></tr>"#,
            judged.figure.label(),
            escaped(&judged.bar_words().replace(">=", "≥").replace("<=", "≤")),
            judged.figure.show(judged.value),
            escaped(&judged.words()),
        ));
        name.clear();
    }
    if !result.books_held() {
        out.push_str(&format!(
            r#"<tr><td>{name}</td><td>books</td><td></td><td></td><td class="wrong">BOOKS WRONG</td></tr>"#
        ));
    }
    out.push('\n');
    out
}

/// What there is to a row beyond the table.
fn section(result: &RowResult) -> String {
    let item = |class: &str, text: &String| format!(r#"<li class="{class}">{}</li>"#, escaped(text));
    let notes: String = result.shown.notes.iter().map(|note| item("", note)).collect();
    let wrong: String = result.differences.iter().map(|words| item("wrong", words)).collect();
    let measured = result.shown.measured.as_ref().map(|measured| {
        format!("<pre>{}</pre>", escaped(&measured_table(&[("shown run", measured)]).to_string()))
    });
    let (distribution, timeline) = (distribution(result), timeline(result));
    format!(
        "<section id=\"{name}\"><h2>{name}</h2><p>{title}</p><ul>{notes}{wrong}</ul>{plot}{timeline}{measured}</section>\n",
        name = result.row.name,
        title = escaped(result.row.title),
        plot = distribution
            .map(|plot| figure(
                "Latency by percentile, from the intended send time; steps are the bars",
                &plot
            ))
            .unwrap_or_default(),
        timeline = timeline
            .map(|(plot, interval)| {
                let stops =
                    if plot.lanes.iter().any(|lane| lane.name == DISK_STOPS) { STOPS_TOLD } else { "" };
                let caption =
                    format!("Latency over time, each point over {} ms{stops}", interval.as_millis());
                figure(&caption, &plot)
            })
            .unwrap_or_default(),
        measured = measured.unwrap_or_default(),
    )
}

/// Latency over the percentiles. Rows whose bars are about batches have a latency as well: that of a batch.
fn distribution(result: &RowResult) -> Option<Plot> {
    let latencies = result.shown.latencies.as_ref().filter(|latencies| latencies.count() > 0)?;
    let count = float(latencies.count());
    let mut lines = vec![Line { class: "p99", name: "all requests".into(), points: percentiles(latencies) }];
    if let Some(others) = result.shown.disk_beside.as_ref().and_then(DiskBeside::without_stops) {
        let name = "without those that waited for a disk that stood still".into();
        lines.push(Line { class: "without", name, points: percentiles(others) });
    }
    let limits = steps(result);
    let levels = || {
        let drawn = lines.iter().flat_map(|line| &line.points).map(|point| point.1);
        drawn.chain(limits.iter().map(|limit| limit.level))
    };
    let y = latency_axis(levels().fold(f64::INFINITY, f64::min), levels().fold(1.0, f64::max));
    let title = format!("{}: latency by percentile", result.row.name);
    let x = percentile_axis(count);
    Some(Plot { title, x, y, lines, limits, lanes: Vec::new() })
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
fn timeline(result: &RowResult) -> Option<(Plot, Duration)> {
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
        Line { class: "max", name: "maximum".into(), points: points(|interval| interval.max_us) },
        Line { class: "p99", name: "p99".into(), points: points(|interval| interval.p99_us) },
    ];
    let limits: Vec<Limit> =
        steps(result).into_iter().map(|limit| Limit { from: 0.0, to: end, ..limit }).collect();
    let levels = || {
        let drawn = lines.iter().flat_map(|line| &line.points).map(|point| point.1);
        drawn.chain(limits.iter().map(|limit| limit.level))
    };
    let y = latency_axis(levels().fold(f64::INFINITY, f64::min), levels().fold(1.0, f64::max));
    let title = format!("{}: latency over time", result.row.name);
    let x = Axis::linear("seconds from the beginning of the measured stretch", end);
    let plot = Plot { title, x, y, lines, limits, lanes: lanes(result) };
    Some((plot, timeline.interval()))
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
    (!parts.is_empty()).then_some(Lane { name, marks: Marks::Parts(interval.as_secs_f64(), parts) })
}

pub(crate) fn latency_axis(least: f64, most: f64) -> Axis {
    Axis::log("latency", least * 0.9, most * 1.1, latency)
}

/// Microseconds in the largest unit of which they are one or more.
fn latency(us: f64) -> String {
    match us {
        ..1e3 => format!("{us:.0} µs"),
        ..1e6 => format!("{} ms", us / 1e3),
        _ => format!("{} s", us / 1e6),
    }
}

/// Percentiles by the logarithm of 1 / (1 - part), up to the one that `count` requests can show.
fn percentile_axis(count: f64) -> Axis {
    let names = ["0", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %", "99.9999 %", "99.99999 %"];
    let mut ticks = vec![(2.0, "50 %".to_owned())];
    let to = 10_f64.powf(count.log10().ceil()).clamp(1e3, 1e7);
    let mut at = 1.0;
    for name in names {
        if at > to {
            break;
        }
        ticks.push((at, name.to_owned()));
        at *= 10.0;
    }
    Axis { label: "percentile of requests", scale: Scale::Log, from: 1.0, to, ticks }
}

#[cfg(test)]
mod tests {
    use super::super::disk_probe::{DiskStalls, Stop};
    use super::super::figure::Figure;
    use super::super::rows::row_named;
    use super::super::{Machine, Outcome};
    use super::*;
    use longmen_workload::slow_requests::SlowRequests;
    use longmen_workload::timeline::Timeline;
    use std::time::Instant;

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
        assert!(!section(&row).contains("disk stops"), "nobody looked at the disk");
        let machine = Machine::here(std::path::Path::new("/")).unwrap();
        let results = Results { machine, runs: 1, rows: vec![row], sheets: Vec::new() };
        let html = html(&results);
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
        let html = section(&row);
        for part in [
            "the disk stood still for 500 ms of each second",
            "of 90 requests over 1 ms 90 waited",
            r#"<polyline class="without""#,
            "without those that waited for a disk that stood still",
            "disk stops: the part of that time for which the disk stood still",
            r#"<rect class="part""#,
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }
}
