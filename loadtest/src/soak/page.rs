//! The page of a long run.

use longmen_terminal::{Table, grouped};
use longmen_workload::measure::float;

use super::recorder::{FINE, Row};
use super::report::{Kill, SoakReport};
use super::watch::Seen;
use crate::report::chart::{Axis, Chart, Lane, Line, latency_axis};
use crate::report::{Page, Remark, Section};

const INTRO: &str = "\
The payment mix in an open loop against a real node, which is killed (SIGKILL) under load and started again on the same \
directory, while accounting dates are closed, accounts become hot and snapshots are taken. Payments are due at even \
intervals whether the node is there or not; latency counts from the moment at which a request was due. After every kill \
everything answered in the last seconds and a sample of the whole run is asked again by its id, and the books are \
compared; only then does the clock of the load stand still. Load generator and node share the cores.";
const MEGABYTE: f64 = 1e6;
const GIGABYTE: f64 = 1e9;
const MINUTE: f64 = 60.0;

/// The page of a run.
#[must_use]
pub fn page(report: &SoakReport) -> Page {
    let figures = Section {
        tables: vec![(&report.table()).into(), (&report.latency_table()).into()],
        ..Section::new("figures", "")
    };
    let time = Section { charts: charts(report), ..Section::new("time", "Over time") };
    let kills = Section::of_table("kills", "Kills; times in milliseconds", &kills(&report.kills));
    Page {
        title: "a long run".to_owned(),
        intro: INTRO.to_owned(),
        conclusion: Remark::all(report.held, report.conclusion(), &report.differences),
        sections: vec![figures, time, kills],
    }
}

fn charts(report: &SoakReport) -> Vec<Chart> {
    vec![throughput(report), latency(report), memory(report), log(report)]
}

fn throughput(report: &SoakReport) -> Chart {
    let lines = vec![row_line(report, "a second", |row| float(row.transactions))];
    let caption = format!("Transactions answered a second; each point over {} s", FINE.as_secs());
    chart(report, caption, linear("a second", &lines), lines)
}

fn latency(report: &SoakReport) -> Chart {
    let lines = [
        row_line(report, "maximum", |row| float(row.max_us)),
        row_line(report, "p99.9", |row| float(row.p999_us)),
        row_line(report, "p99", |row| float(row.p99_us)),
        row_line(report, "p50", |row| float(row.p50_us)),
    ]
    .map(without_nothing);
    let caption = format!("Latency of what was answered in each {} s", FINE.as_secs());
    chart(report, caption, latency_axis(&lines, &[]), lines.into())
}

fn memory(report: &SoakReport) -> Chart {
    let seen = |name: &str, figure: fn(&Seen) -> Option<u64>| {
        let points = report.seen.iter().filter_map(|seen| Some((seen.at / MINUTE, figure(seen)?)));
        Line::new(name, points.map(|(at, bytes)| (at, float(bytes) / MEGABYTE)))
    };
    let lines = vec![
        seen("this program", |seen| Some(seen.harness)),
        seen("resident", |seen| seen.memory.map(|(_, resident)| resident)),
        seen("own", |seen| seen.memory.map(|(own, _)| own)),
    ];
    let caption = "Memory: the node's own, all that it has resident (pages of the log's files included), this program's own";
    chart(report, caption, linear("MB", &lines), lines)
}

fn log(report: &SoakReport) -> Chart {
    let seen = |name: &str, figure: fn(&Seen) -> u64| {
        Line::new(name, report.seen.iter().map(|seen| (seen.at / MINUTE, float(figure(seen)) / GIGABYTE)))
    };
    let lines = vec![seen("directory", |seen| seen.disk), seen("log", |seen| seen.log)];
    chart(report, "The log on the disk, and the whole directory", linear("GB", &lines), lines)
}

/// A line over the rows, each of which stands in the middle of its interval.
fn row_line(report: &SoakReport, name: &str, figure: fn(&Row) -> f64) -> Line {
    let length = FINE.as_secs_f64();
    let points = (0_u32..).zip(&report.rows);
    Line::new(name, points.map(|(number, row)| ((f64::from(number) + 0.5) * length / MINUTE, figure(row))))
}

/// Without the points at which nothing was answered: a logarithm has no place for them.
fn without_nothing(mut line: Line) -> Line {
    line.points.retain(|point| point.1 > 0.0);
    line
}

fn linear(label: &str, lines: &[Line]) -> Axis {
    let most = lines.iter().flat_map(|line| &line.points).map(|point| point.1).fold(0.0, f64::max);
    // Room for the names of the lines.
    Axis::linear(label, (most * 1.2).max(0.01))
}

fn chart(report: &SoakReport, caption: impl Into<String>, y: Axis, lines: Vec<Line>) -> Chart {
    let x = Axis::linear("minutes from the first request", (report.seconds / MINUTE).max(0.01));
    Chart { lanes: lanes(report), ..Chart::of(caption, x, y, lines) }
}

fn lanes(report: &SoakReport) -> Vec<Lane> {
    let kills = report.kills.iter().map(|kill| (kill.at, kill.at + float(kill.outage_ms) / 1e3));
    let closes = report.closes.iter().map(|(at, took)| (*at, at + took));
    let moments = |moments: &[f64]| moments.iter().map(|at| (*at, *at)).collect::<Vec<_>>();
    let lane = |(name, stretches): (&str, Vec<(f64, f64)>)| {
        let stretches = stretches.into_iter().map(|(from, to)| (from / MINUTE, to / MINUTE)).collect();
        Lane::events(name, stretches)
    };
    let all = [
        ("kills", kills.collect::<Vec<_>>()),
        ("day closes", closes.collect()),
        ("promotions", moments(&report.promotions)),
    ];
    all.into_iter().filter_map(lane).collect()
}

fn kills(kills: &[Kill]) -> Table {
    let mut table = Table::new(&[
        ">",
        ">minute",
        ">shards",
        ">answered",
        ">not",
        ">there",
        ">again after",
        ">recovered in",
        ">outage",
        ">check",
        ">caught up in",
        ">asked again",
        "",
    ]);
    kills.iter().for_each(|kill| table.row(kill_row(kill)));
    table
}

fn kill_row(kill: &Kill) -> [String; 13] {
    let maybe = |time: Option<u64>| time.map_or(String::new(), |time| time.to_string());
    [
        kill.number.to_string(),
        format!("{:.1}", kill.at / MINUTE),
        format!("{} → {}", kill.shards, kill.shards_after),
        grouped(kill.answered),
        kill.unanswered.to_string(),
        kill.unanswered_there.to_string(),
        maybe(kill.again_after_ms),
        kill.recovered_ms.to_string(),
        kill.outage_ms.to_string(),
        kill.check_ms.to_string(),
        maybe(kill.caught_up_ms),
        grouped(kill.asked_again),
        if kill.differences.is_empty() { "held" } else { "DID NOT HOLD" }.to_owned(),
    ]
}
