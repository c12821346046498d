//! Plots as SVG: what a report of latencies needs, and no more.

use std::fmt::Write;

/// Size of a plot with its margins, in units of the picture.
const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 84.0;
const RIGHT: f64 = 44.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 52.0;
/// Height of a lane of events above the plot, and the room between the last one and the plot.
const LANE: f64 = 18.0;
const GAP: f64 = 8.0;
/// The room that what is written at a limit needs before its end.
const LIMIT_TEXT: f64 = 110.0;
/// The narrowest that a stretch of an event is drawn, and the lowest that a part is.
const NARROWEST: f64 = 2.5;
const LOWEST: f64 = 1.5;

/// How values lie along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Evenly.
    Linear,
    /// By their logarithm.
    Log,
}

/// One axis, from its beginning to its end.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub(crate) label: &'static str,
    pub(crate) scale: Scale,
    pub(crate) from: f64,
    pub(crate) to: f64,
    /// Where lines of the grid are, with what is written at them, if anything is.
    pub(crate) ticks: Vec<(f64, String)>,
}

/// A line over the plot; its class gives the colour.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) class: &'static str,
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
}

/// What must not be exceeded: a level between two places on the x axis.
#[derive(Clone, Debug)]
pub(crate) struct Limit {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) level: f64,
    pub(crate) label: String,
}

/// What was going on, in a lane of its own above the plot.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    pub(crate) name: String,
    pub(crate) marks: Marks,
}

/// What stands in a lane.
#[derive(Clone, Debug)]
pub(crate) enum Marks {
    /// Events of one kind, from when to when; a line through the plot is where each begins.
    Events(Vec<(f64, f64)>),
    /// What is too frequent to be shown one by one: intervals of this length from 0 on, and the part of each.
    Parts(f64, Vec<f64>),
}

/// A plot.
#[derive(Clone, Debug)]
pub(crate) struct Plot {
    /// What it shows, for those who cannot see it.
    pub(crate) title: String,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) lines: Vec<Line>,
    pub(crate) limits: Vec<Limit>,
    pub(crate) lanes: Vec<Lane>,
}

impl Axis {
    /// The part of the axis that lies before `value`; beyond its ends are its ends.
    fn part(&self, value: f64) -> f64 {
        let part = match self.scale {
            Scale::Linear => (value - self.from) / (self.to - self.from),
            Scale::Log => (value / self.from).ln() / (self.to / self.from).ln(),
        };
        part.clamp(0.0, 1.0)
    }

    /// A linear axis from 0 with about eight round ticks.
    pub(crate) fn linear(label: &'static str, to: f64) -> Axis {
        let rough = to / 8.0;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|one| one * power).into_iter().find(|step| *step >= rough);
        let step = step.unwrap_or(10.0 * power);
        let places = usize::from(step < 1.0) + usize::from(step < 0.1);
        let mut ticks = Vec::new();
        let mut at = 0.0;
        while at <= to * 1.000_001 {
            ticks.push((at, format!("{at:.places$}")));
            at += step;
        }
        Axis { label, scale: Scale::Linear, from: 0.0, to, ticks }
    }

    /// A logarithmic axis around values: it begins and ends at 1, 2 or 5 of a decade; `name` writes the decades.
    pub(crate) fn log(label: &'static str, least: f64, most: f64, name: impl Fn(f64) -> String) -> Axis {
        let steps: Vec<(f64, bool)> = (-6..12)
            .flat_map(|power| [1.0, 2.0, 5.0].map(|one| (one * 10_f64.powi(power), one == 1.0)))
            .collect();
        let from = steps.iter().rev().map(|step| step.0).find(|step| *step <= least).unwrap_or(least);
        let to = steps.iter().map(|step| step.0).find(|step| *step >= most && *step > from).unwrap_or(most);
        // Over many decades only those are written.
        let all = to / from <= 1_000.0;
        let inside = steps.into_iter().filter(|(step, _)| (from..=to).contains(step));
        let ticks =
            inside.map(|(step, decade)| (step, if decade || all { name(step) } else { String::new() }));
        Axis { label, scale: Scale::Log, from, to, ticks: ticks.collect() }
    }
}

impl Lane {
    /// A lane of events of one kind, if there are any.
    pub(crate) fn events(name: &str, stretches: Vec<(f64, f64)>) -> Option<Lane> {
        (!stretches.is_empty()).then(|| Lane { name: name.to_owned(), marks: Marks::Events(stretches) })
    }
}

impl Plot {
    /// The picture.
    pub(crate) fn svg(&self) -> String {
        let mut out = String::new();
        self.write(&mut out).expect("a string takes all that is written to it");
        out
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        let height = HEIGHT + self.shift();
        let title = escaped(&self.title);
        write!(out, r#"<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{title}">"#)?;
        self.write_grid(out)?;
        self.write_lanes(out)?;
        for line in &self.lines {
            self.write_line(out, line)?;
        }
        self.write_limits(out)?;
        self.write_names(out)?;
        out.push_str("</svg>\n");
        Ok(())
    }

    /// What the lanes above the plot take.
    fn shift(&self) -> f64 {
        let lanes: f64 = self.lanes.iter().map(|_| LANE).sum();
        if self.lanes.is_empty() { 0.0 } else { lanes + GAP }
    }

    fn top(&self) -> f64 {
        TOP + self.shift()
    }

    fn bottom(&self) -> f64 {
        HEIGHT + self.shift() - BOTTOM
    }

    fn x(&self, value: f64) -> f64 {
        LEFT + self.x.part(value) * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        self.bottom() - self.y.part(value) * (self.bottom() - self.top())
    }

    fn write_grid(&self, out: &mut String) -> std::fmt::Result {
        let (top, bottom, right) = (self.top(), self.bottom(), WIDTH - RIGHT);
        for (value, name) in &self.x.ticks {
            let (x, weight, below) = (self.x(*value), weight(name), bottom + 16.0);
            write!(out, r#"<line class="grid {weight}" x1="{x:.1}" y1="{top}" x2="{x:.1}" y2="{bottom}"/>"#)?;
            write!(out, r#"<text x="{x:.1}" y="{below}" text-anchor="middle">{}</text>"#, escaped(name))?;
        }
        for (value, name) in &self.y.ticks {
            let (y, weight, before) = (self.y(*value), weight(name), LEFT - 8.0);
            write!(out, r#"<line class="grid {weight}" x1="{LEFT}" y1="{y:.1}" x2="{right}" y2="{y:.1}"/>"#)?;
            let below = y + 4.0;
            write!(out, r#"<text x="{before}" y="{below:.1}" text-anchor="end">{}</text>"#, escaped(name))?;
        }
        let (width, height) = (right - LEFT, bottom - top);
        write!(out, r#"<rect class="frame" x="{LEFT}" y="{top}" width="{width}" height="{height}"/>"#)?;
        let (middle, foot) = (f64::midpoint(LEFT, right), bottom + 40.0);
        let label = escaped(self.x.label);
        write!(out, r#"<text class="label" x="{middle}" y="{foot}" text-anchor="middle">{label}</text>"#)?;
        let (middle, label) = (f64::midpoint(top, bottom), escaped(self.y.label));
        write!(
            out,
            r#"<text class="label" transform="translate(16 {middle}) rotate(-90)" text-anchor="middle">{label}</text>"#
        )
    }

    fn write_lanes(&self, out: &mut String) -> std::fmt::Result {
        let mut top = TOP;
        for lane in &self.lanes {
            let (height, base) = (LANE - 6.0, top + LANE - 8.0);
            let (before, name) = (LEFT - 8.0, escaped(&lane.name));
            write!(out, r#"<text class="lane" x="{before}" y="{base}" text-anchor="end">{name}</text>"#)?;
            let (middle, right) = (top + LANE / 2.0 - 3.0, WIDTH - RIGHT);
            write!(out, r#"<line class="grid" x1="{LEFT}" y1="{middle}" x2="{right}" y2="{middle}"/>"#)?;
            match &lane.marks {
                Marks::Events(stretches) => self.write_events(out, top, height, stretches)?,
                Marks::Parts(interval, parts) => self.write_parts(out, top, height, *interval, parts)?,
            }
            top += LANE;
        }
        Ok(())
    }

    fn write_events(
        &self,
        out: &mut String,
        top: f64,
        height: f64,
        stretches: &[(f64, f64)],
    ) -> std::fmt::Result {
        for (from, to) in stretches {
            let (from, to) = (self.x(*from), self.x(*to));
            let (width, plot, bottom) = ((to - from).max(NARROWEST), self.top(), self.bottom());
            write!(
                out,
                r#"<rect class="event" x="{from:.1}" y="{top}" width="{width:.1}" height="{height}"/>"#
            )?;
            write!(out, r#"<line class="event" x1="{from:.1}" y1="{plot}" x2="{from:.1}" y2="{bottom}"/>"#)?;
        }
        Ok(())
    }

    /// A bar for each interval that has any part, at least so high that it is seen.
    fn write_parts(
        &self,
        out: &mut String,
        top: f64,
        height: f64,
        interval: f64,
        parts: &[f64],
    ) -> std::fmt::Result {
        for (number, part) in (0_u32..).zip(parts).filter(|(_, part)| **part > 0.0) {
            let from = f64::from(number) * interval;
            let (from, to) = (self.x(from), self.x(from + interval));
            let (width, high) = ((to - from).max(1.0), (part.min(1.0) * height).max(LOWEST));
            let top = top + height - high;
            write!(
                out,
                r#"<rect class="part" x="{from:.1}" y="{top:.1}" width="{width:.1}" height="{high:.1}"/>"#
            )?;
        }
        Ok(())
    }

    fn write_line(&self, out: &mut String, line: &Line) -> std::fmt::Result {
        write!(out, r#"<polyline class="{}" points=""#, line.class)?;
        for (x, y) in &line.points {
            write!(out, "{:.1},{:.1} ", self.x(*x), self.y(*y))?;
        }
        out.push_str(r#""/>"#);
        Ok(())
    }

    fn write_limits(&self, out: &mut String) -> std::fmt::Result {
        for limit in &self.limits {
            let (from, to, y) = (self.x(limit.from), self.x(limit.to), self.y(limit.level));
            let label = escaped(&limit.label);
            write!(out, r#"<line class="limit" x1="{from:.1}" y1="{y:.1}" x2="{to:.1}" y2="{y:.1}"/>"#)?;
            write!(out, r#"<circle class="limit" cx="{to:.1}" cy="{y:.1}" r="3.5"/>"#)?;
            // Where there is no room before its end it is written behind it.
            let (x, y, anchor) = match to - LEFT < LIMIT_TEXT {
                true => (to + 9.0, y + 4.0, "start"),
                false => (to - 6.0, y - 5.0, "end"),
            };
            write!(
                out,
                r#"<text class="limit" x="{x:.1}" y="{y:.1}" text-anchor="{anchor}">{label}</text>"#
            )?;
        }
        Ok(())
    }

    /// The names of the lines, where there is more than one.
    fn write_names(&self, out: &mut String) -> std::fmt::Result {
        if self.lines.len() < 2 {
            return Ok(());
        }
        let mut x = LEFT + 12.0;
        for line in &self.lines {
            let (y, end, text, base) = (self.top() + 14.0, x + 22.0, x + 28.0, self.top() + 18.0);
            let (class, name) = (line.class, escaped(&line.name));
            write!(out, r#"<line class="{class}" x1="{x}" y1="{y}" x2="{end}" y2="{y}"/>"#)?;
            write!(out, r#"<text class="name" x="{text}" y="{base}">{name}</text>"#)?;
            x += 110.0;
        }
        Ok(())
    }
}

/// Lines with something written at them are stronger.
fn weight(name: &str) -> &'static str {
    if name.is_empty() { "minor" } else { "major" }
}

/// Text as it may stand in a document or an attribute.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_have_round_ends_and_ticks() {
        let axis = Axis::linear("s", 3.0);
        assert_eq!(
            axis.ticks.iter().map(|tick| tick.1.as_str()).collect::<Vec<_>>()[..3],
            ["0.0", "0.5", "1.0"]
        );
        assert_eq!(Axis::linear("s", 300.0).ticks.len(), 7);
        let axis = Axis::log("us", 130.0, 1_800.0, |value| format!("{value:.0}"));
        assert!((axis.from - 100.0).abs() < 1e-9 && (axis.to - 2_000.0).abs() < 1e-9, "{axis:?}");
        assert!((axis.part(1_000.0) - 0.768_6).abs() < 1e-3);
        assert_eq!((axis.part(1.0), axis.part(1e9)), (0.0, 1.0));
        let same = Axis::log("us", 100.0, 100.0, |value| format!("{value:.0}"));
        assert!(same.to > same.from);
    }

    #[test]
    fn a_plot_holds_what_was_put_into_it() {
        let plot = Plot {
            title: "a <b>".into(),
            x: Axis::linear("seconds", 10.0),
            y: Axis::log("latency", 10.0, 1_000.0, |value| format!("{value:.0} us")),
            lines: vec![
                Line { class: "max", name: "max".into(), points: vec![(0.0, 10.0), (10.0, 1_000.0)] },
                Line { class: "p99", name: "p99".into(), points: vec![(0.0, 10.0)] },
            ],
            limits: vec![Limit { from: 0.0, to: 10.0, level: 100.0, label: "p99 <= 100".into() }],
            lanes: Lane::events("1 snapshot", vec![(5.0, 5.0)]).into_iter().collect(),
        };
        let svg = plot.svg();
        for part in
            ["a &lt;b&gt;", "seconds", "1000 us", "p99 &lt;= 100", "1 snapshot", "84.0,334.0 816.0,42.0"]
        {
            assert!(svg.contains(part), "{part} in {svg}");
        }
    }

    #[test]
    fn parts_of_intervals_are_bars_and_the_smallest_is_seen() {
        let marks = Marks::Parts(2.5, vec![0.5, 0.0, 0.01, 1.000_1]);
        let plot = Plot {
            title: String::new(),
            x: Axis::linear("seconds", 10.0),
            y: Axis::log("latency", 10.0, 1_000.0, |value| format!("{value:.0} us")),
            lines: Vec::new(),
            limits: Vec::new(),
            lanes: vec![Lane { name: "stops".into(), marks }],
        };
        let svg = plot.svg();
        for bar in [
            r#"x="84.0" y="22.0" width="183.0" height="6.0""#,
            r#"x="450.0" y="26.5" width="183.0" height="1.5""#,
            r#"x="633.0" y="16.0" width="183.0" height="12.0""#,
        ] {
            assert!(svg.contains(bar), "{bar} in {svg}");
        }
        assert_eq!(svg.matches(r#"class="part""#).count(), 3, "no bar where there is no part");
        assert!(Lane::events("kills", Vec::new()).is_none(), "no lane without an event");
    }
}
