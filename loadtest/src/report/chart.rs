//! What is drawn on a page: figures over time, over percentiles or over a size, with what must not be exceeded and what was
//! going on. How it looks is the business of the one that draws.

use serde::{Deserialize, Serialize};

/// The most points of a line: more could not be told apart.
const POINTS: usize = 1_200;

/// How values lie along an axis, and how they are written beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Evenly, from nothing on.
    Linear,
    /// By their logarithm.
    Log,
    /// By their logarithm; they are microseconds.
    Latency,
    /// By their logarithm; they are 1 / (1 - p) for a part p of all, and that part is written.
    Percentile,
}

/// One axis, from its beginning to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// What it is of.
    pub label: String,
    /// How values lie along it.
    pub scale: Scale,
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
}

/// A line over the chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub name: String,
    /// Where it goes.
    pub points: Vec<(f64, f64)>,
}

/// What must not be exceeded: a level between two places on the x axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// From here
    pub from: f64,
    /// ... to here
    pub to: f64,
    /// ... nothing should be above this.
    pub level: f64,
    /// What is written at it.
    pub label: String,
}

/// What was going on, in a lane of its own above the chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lane {
    /// What it was.
    pub name: String,
    /// When.
    pub marks: Marks,
}

/// What stands in a lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Marks {
    /// Events of one kind, from when to when.
    Events(Vec<(f64, f64)>),
    /// What is too frequent to be shown one by one: intervals of one length from 0 on, and the part of each.
    Parts {
        /// How long an interval is.
        interval: f64,
        /// The part of each.
        parts: Vec<f64>,
    },
}

/// A chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// What it shows.
    pub caption: String,
    /// The axis below it.
    pub x: Axis,
    /// The axis beside it.
    pub y: Axis,
    /// Its lines, the most important one last: it is drawn over the others.
    pub lines: Vec<Line>,
    /// What must not be exceeded.
    pub limits: Vec<Limit>,
    /// What was going on.
    pub lanes: Vec<Lane>,
}

impl Axis {
    /// An axis from 0 on.
    #[must_use]
    pub fn linear(label: impl Into<String>, to: f64) -> Axis {
        Axis { label: label.into(), scale: Scale::Linear, from: 0.0, to }
    }

    /// A logarithmic axis around values above 0: it begins and ends at 1, 2 or 5 of a decade.
    #[must_use]
    pub fn around(label: impl Into<String>, scale: Scale, least: f64, most: f64) -> Axis {
        let from = steps().rev().find(|step| *step <= least).unwrap_or(least);
        let to = steps().find(|step| *step >= most && *step > from).unwrap_or(most);
        Axis { label: label.into(), scale, from, to }
    }

    /// Where something is written at a logarithmic axis: over many decades only at their beginnings.
    pub(super) fn ticks(&self) -> Vec<f64> {
        let all = self.to / self.from <= 1_000.0;
        let inside = steps().enumerate().filter(|(_, step)| (self.from..=self.to).contains(step));
        inside.filter(|(number, _)| all || number % STEPS.len() == 0).map(|(_, step)| step).collect()
    }
}

/// What a decade is divided into.
const STEPS: [f64; 3] = [1.0, 2.0, 5.0];

/// Round values of all decades that figures come to.
fn steps() -> impl DoubleEndedIterator<Item = f64> {
    (-6..12).flat_map(|power| STEPS.map(|step| step * 10_f64.powi(power)))
}

impl Line {
    /// A line of at most so many points as can be told apart; of more, the highest of each few.
    #[must_use]
    pub fn new(name: impl Into<String>, points: impl IntoIterator<Item = (f64, f64)>) -> Line {
        let all: Vec<(f64, f64)> = points.into_iter().collect();
        let together = all.len().div_ceil(POINTS).max(1);
        let highest = |few: &[(f64, f64)]| few.iter().copied().max_by(|one, two| one.1.total_cmp(&two.1));
        Line { name: name.into(), points: all.chunks(together).filter_map(highest).collect() }
    }
}

impl Lane {
    /// A lane of events of one kind, if there are any.
    #[must_use]
    pub fn events(name: &str, stretches: Vec<(f64, f64)>) -> Option<Lane> {
        (!stretches.is_empty()).then(|| Lane { name: name.to_owned(), marks: Marks::Events(stretches) })
    }
}

impl Chart {
    /// A chart of lines and nothing else.
    #[must_use]
    pub fn of(caption: impl Into<String>, x: Axis, y: Axis, lines: Vec<Line>) -> Chart {
        Chart { caption: caption.into(), x, y, lines, limits: Vec::new(), lanes: Vec::new() }
    }
}

/// An axis of latencies that has room for these lines and limits.
#[must_use]
pub fn latency_axis(lines: &[Line], limits: &[Limit]) -> Axis {
    let levels = || {
        let drawn = lines.iter().flat_map(|line| &line.points).map(|point| point.1);
        drawn.chain(limits.iter().map(|limit| limit.level)).filter(|level| *level > 0.0)
    };
    let (least, most) = (levels().fold(f64::INFINITY, f64::min), levels().fold(1.0, f64::max));
    Axis::around("latency", Scale::Latency, least.min(most) * 0.9, most * 1.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithmic_axes_have_round_ends_and_ticks() {
        let axis = Axis::around("us", Scale::Latency, 130.0, 1_800.0);
        assert!((axis.from - 100.0).abs() < 1e-9 && (axis.to - 2_000.0).abs() < 1e-9, "{axis:?}");
        assert_eq!(axis.ticks(), [100.0, 200.0, 500.0, 1_000.0, 2_000.0]);
        assert_eq!(Axis::around("us", Scale::Log, 1.0, 1e4).ticks(), [1.0, 10.0, 100.0, 1e3, 1e4]);
        let same = Axis::around("us", Scale::Log, 100.0, 100.0);
        assert!(same.to > same.from);
        let nothing = latency_axis(&[], &[]);
        assert!(0.0 < nothing.from && nothing.from < nothing.to, "{nothing:?}");
    }

    #[test]
    fn long_lines_keep_their_peaks() {
        let points = (0..10_000_u32).map(|at| (f64::from(at), if at == 4_321 { 7.0 } else { 1.0 }));
        let line = Line::new("p99", points);
        assert!(line.points.len() <= POINTS, "{}", line.points.len());
        assert!(line.points.contains(&(4_321.0, 7.0)));
        assert!(Lane::events("kills", Vec::new()).is_none(), "no lane without an event");
    }
}
