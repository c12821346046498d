//! The report of a long run for people: one file, with nothing to fetch.

use longmen_workload::measure::float;

use super::recorder::{FINE, Row};
use super::report::{Kill, SoakReport};
use crate::bench::report::{document, figure, latency_axis};
use crate::bench::svg::{Axis, Lane, Line, Plot, escaped};

const INTRO: &str = "\
The payment mix in an open loop against a real node, which is killed (SIGKILL) under load and started again on the same
directory, while accounting dates are closed, accounts become hot and snapshots are taken. Payments are due at even
intervals whether the node is there or not; latency counts from the moment at which a request was due. After every kill
everything answered in the last seconds and a sample of the whole run is asked again by its id, and the books are
compared; only then does the clock of the load stand still. Load generator and node share the cores.";
/// The most points of a line: more could not be told apart.
const POINTS: usize = 3_600;
const MEGABYTE: f64 = 1e6;
const GIGABYTE: f64 = 1e9;
const MINUTE: f64 = 60.0;

/// The whole report of a run as a document.
#[must_use]
pub fn html(report: &SoakReport) -> String {
    let class = if report.held { "held" } else { "wrong" };
    let mut conclusion = format!(r#"<p class="{class}">{}</p>"#, escaped(&report.conclusion()));
    for difference in &report.differences {
        conclusion.push_str(&format!(r#"<p class="wrong">{}</p>"#, escaped(difference)));
    }
    let row = |(name, figure): (String, String)| {
        format!("<tr><td>{}</td><td class=\"figure\">{}</td></tr>\n", escaped(name.trim()), escaped(&figure))
    };
    let figures: String = report.figures().into_iter().map(row).collect();
    let bars = format!(
        "<table class=\"bars\">\n{figures}</table>\n<pre>{}</pre>\n",
        escaped(&report.latency_table().to_string())
    );
    let sections = format!(
        "<section id=\"time\"><h2>Over time</h2>{}</section>\n<section id=\"kills\"><h2>Kills</h2>{}</section>\n",
        plots(report),
        kills(&report.kills)
    );
    document("a long run", INTRO, &report.machine, &conclusion, &bars, &sections)
}

fn plots(report: &SoakReport) -> String {
    let seconds = FINE.as_secs();
    [
        (format!("Transactions answered a second; each point over {seconds} s"), throughput(report)),
        (format!("Latency of what was answered in each {seconds} s"), latency(report)),
        (
            "Memory: the node's own, all that it has resident (pages of the log's files included), this program's own"
                .to_owned(),
            memory(report),
        ),
        ("The log on the disk, and the whole directory".to_owned(), log(report)),
    ]
    .into_iter()
    .map(|(caption, plot)| figure(&caption, &plot))
    .collect()
}

fn throughput(report: &SoakReport) -> Plot {
    let lines = [row_line(report, "p99", "a second", |row| float(row.transactions))];
    plot(report, "transactions a second", linear("a second", &lines), lines)
}

fn latency(report: &SoakReport) -> Plot {
    let lines = [
        row_line(report, "max", "maximum", |row| float(row.max_us)),
        row_line(report, "p999", "p99.9", |row| float(row.p999_us)),
        row_line(report, "p99", "p99", |row| float(row.p99_us)),
        row_line(report, "p50", "p50", |row| float(row.p50_us)),
    ]
    .map(without_nothing);
    let levels = || lines.iter().flat_map(|line| &line.points).map(|point| point.1);
    let y = latency_axis(levels().fold(1e6, f64::min), levels().fold(1.0, f64::max));
    plot(report, "latency", y, lines)
}

fn memory(report: &SoakReport) -> Plot {
    let seen = |class, name: &str, figure: fn(&super::watch::Seen) -> Option<u64>| {
        let points = report.seen.iter().filter_map(|seen| Some((seen.at / MINUTE, figure(seen)?)));
        line(class, name, points.map(|(at, bytes)| (at, float(bytes) / MEGABYTE)))
    };
    let lines = [
        seen("max", "resident", |seen| seen.memory.map(|(_, resident)| resident)),
        seen("p99", "own", |seen| seen.memory.map(|(own, _)| own)),
        seen("p50", "this program", |seen| Some(seen.harness)),
    ];
    plot(report, "memory", linear("MB", &lines), lines)
}

fn log(report: &SoakReport) -> Plot {
    let seen = |class, name: &str, figure: fn(&super::watch::Seen) -> u64| {
        let points = report.seen.iter().map(|seen| (seen.at / MINUTE, float(figure(seen)) / GIGABYTE));
        line(class, name, points)
    };
    let lines = [seen("max", "directory", |seen| seen.disk), seen("p99", "log", |seen| seen.log)];
    plot(report, "log", linear("GB", &lines), lines)
}

/// A line over the rows, each of which stands in the middle of its interval.
fn row_line(report: &SoakReport, class: &'static str, name: &str, figure: fn(&Row) -> f64) -> Line {
    let length = FINE.as_secs_f64();
    let points = (0_u32..).zip(&report.rows);
    line(class, name, points.map(|(number, row)| ((f64::from(number) + 0.5) * length / MINUTE, figure(row))))
}

/// A line of at most so many points; of more, the highest of each few.
fn line(class: &'static str, name: &str, points: impl Iterator<Item = (f64, f64)>) -> Line {
    let all: Vec<(f64, f64)> = points.collect();
    let together = all.len().div_ceil(POINTS).max(1);
    let highest = |few: &[(f64, f64)]| few.iter().copied().max_by(|one, two| one.1.total_cmp(&two.1));
    let points = all.chunks(together).filter_map(highest).collect();
    Line { class, name: name.to_owned(), points }
}

/// Without the points at which nothing was answered: a logarithm has no place for them.
fn without_nothing(mut line: Line) -> Line {
    line.points.retain(|point| point.1 > 0.0);
    line
}

fn linear(label: &'static str, lines: &[Line]) -> Axis {
    let most = lines.iter().flat_map(|line| &line.points).map(|point| point.1).fold(0.0, f64::max);
    // Room for the names of the lines.
    Axis::linear(label, (most * 1.2).max(0.01))
}

fn plot<const N: usize>(report: &SoakReport, what: &str, y: Axis, lines: [Line; N]) -> Plot {
    let title = format!("{what} over time");
    let x = Axis::linear("minutes from the first request", (report.seconds / MINUTE).max(0.01));
    Plot { title, x, y, lines: lines.into(), limits: Vec::new(), lanes: lanes(report) }
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

fn kills(kills: &[Kill]) -> String {
    let heads = [
        "",
        "minute",
        "shards",
        "answered",
        "not",
        "there",
        "again after",
        "recovered in",
        "outage",
        "check",
        "caught up in",
        "asked again",
        "",
    ];
    let heads: String = heads.iter().map(|head| format!(r#"<th class="figure">{head}</th>"#)).collect();
    let rows: String = kills.iter().map(kill_row).collect();
    format!("<p>Times in milliseconds.</p><table class=\"sheet\">\n<tr>{heads}</tr>\n{rows}</table>")
}

fn kill_row(kill: &Kill) -> String {
    let maybe = |time: Option<u64>| time.map_or(String::new(), |time| time.to_string());
    let cells = [
        kill.number.to_string(),
        format!("{:.1}", kill.at / MINUTE),
        format!("{} → {}", kill.shards, kill.shards_after),
        longmen_terminal::grouped(kill.answered),
        kill.unanswered.to_string(),
        kill.unanswered_there.to_string(),
        maybe(kill.again_after_ms),
        kill.recovered_ms.to_string(),
        kill.outage_ms.to_string(),
        kill.check_ms.to_string(),
        maybe(kill.caught_up_ms),
        longmen_terminal::grouped(kill.asked_again),
    ];
    let held = match kill.differences.is_empty() {
        true => r#"<td class="held">held</td>"#,
        false => r#"<td class="wrong">DID NOT HOLD</td>"#,
    };
    let cells: String = cells.iter().map(|cell| format!(r#"<td class="figure">{cell}</td>"#)).collect();
    format!("<tr>{cells}{held}</tr>\n")
}
