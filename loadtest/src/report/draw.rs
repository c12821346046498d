//! Charts as SVG, by `plotters`.

use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use thiserror::Error;

use super::chart::{Axis, Chart, Lane, Marks, Scale};

/// Size of a chart, in units of the picture. The backend knows no parts of a unit, so they are small.
const WIDTH: u32 = 1_720;
const HEIGHT: u32 = 720;
const LEFT: u32 = 170;
const BOTTOM: u32 = 90;
const RIGHT: u32 = 60;
const TOP: u32 = 24;
const EDGE: u32 = 8;
/// Height of a lane above the chart, and of what stands in it.
const LANE: u32 = 36;
const MARK: f64 = 0.7;
/// Between the lanes and the chart.
const GAP: u32 = 12;
/// The narrowest that a mark is drawn, and the lowest.
const NARROWEST: i32 = 4;
const LOWEST: f64 = 0.1;
const FONT: (&str, u32) = ("sans-serif", 31);
const LABELS: usize = 9;
/// What is written at a limit stands behind its end where there is no more room than this before it.
const LIMIT_ROOM: i32 = 390;

const TEXT: RGBColor = RGBColor(58, 68, 81);
const GRID: RGBColor = RGBColor(230, 233, 238);
const LIMIT: RGBColor = RGBColor(192, 24, 43);
const EVENT: RGBColor = RGBColor(122, 79, 181);
const PART: RGBColor = RGBColor(199, 122, 26);
/// Of lines, the last one first.
const LINES: [RGBColor; 4] =
    [RGBColor(31, 95, 191), RGBColor(143, 179, 227), RGBColor(26, 127, 75), RGBColor(179, 89, 0)];

/// What an SVG document of its own must say, and one within a page must not: nothing on a page is from elsewhere.
const NAMESPACE: &str = r#" xmlns="http://www.w3.org/2000/svg""#;

/// Why a chart cannot be drawn.
#[derive(Debug, Error)]
pub(super) enum DrawError {
    /// An axis that has no place for its values.
    #[error("`{0}`: the axis `{1}` goes from {2} to {3}")]
    Axis(String, String, f64, f64),
    /// What the drawing library says.
    #[error("`{0}`: {1}")]
    Drawing(String, String),
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// The picture of a chart, to stand within a page.
///
/// # Errors
/// [`DrawError`], when an axis has no room, or begins where no logarithm is.
pub(super) fn svg(chart: &Chart) -> Result<String, DrawError> {
    chart.x.check(chart)?;
    chart.y.check(chart)?;
    let lanes = chart.lanes_height();
    let mut text = String::new();
    let area = SVGBackend::with_string(&mut text, (WIDTH, HEIGHT + lanes)).into_drawing_area();
    let drawn = match (chart.x.is_linear(), chart.y.is_linear()) {
        (true, true) => draw(&area, chart, || chart.x.evenly(), chart.y.evenly()),
        (true, false) => draw(&area, chart, || chart.x.evenly(), chart.y.by_logarithm()),
        (false, true) => draw(&area, chart, || chart.x.by_logarithm(), chart.y.evenly()),
        (false, false) => draw(&area, chart, || chart.x.by_logarithm(), chart.y.by_logarithm()),
    };
    drawn.and_then(|()| Ok(area.present()?)).map_err(|error| {
        let words = error.to_string();
        DrawError::Drawing(chart.caption.clone(), words)
    })?;
    drop(area);
    Ok(text.replacen(NAMESPACE, "", 1))
}

/// Draws everything; `x` gives the axis once for the chart and once for its lanes.
fn draw<X, Y>(area: &Area<'_>, chart: &Chart, x: impl Fn() -> X, y: Y) -> Drawn
where
    X: AsRangedCoord<Value = f64>,
    Y: AsRangedCoord<Value = f64>,
    X::CoordDescType: ValueFormatter<f64>,
    Y::CoordDescType: ValueFormatter<f64>,
{
    let (above, below) = area.split_vertically(chart.lanes_height() + TOP);
    draw_lanes(&above, chart, x())?;
    let mut context = ChartBuilder::on(&below)
        .margin_left(EDGE)
        .margin_right(RIGHT)
        .set_label_area_size(LabelAreaPosition::Left, LEFT)
        .set_label_area_size(LabelAreaPosition::Bottom, BOTTOM)
        .build_cartesian_2d(x(), y)?;
    context
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(TEXT.mix(0.5))
        .label_style(FONT.into_font().color(&TEXT))
        .x_labels(LABELS)
        .y_labels(LABELS)
        .x_desc(&chart.x.label)
        .y_desc(&chart.y.label)
        .x_label_formatter(&|value| chart.x.words(*value))
        .y_label_formatter(&|value| chart.y.words(*value))
        .draw()?;
    let (bottom, top) = (chart.y.from, chart.y.to);
    for at in chart.lanes.iter().flat_map(Lane::beginnings) {
        let at = chart.x.within(at);
        context.draw_series([PathElement::new([(at, bottom), (at, top)], EVENT.mix(0.25))])?;
    }
    for (place, line) in chart.lines.iter().enumerate() {
        let colour = LINES[(chart.lines.len() - 1 - place) % LINES.len()];
        let style = colour.stroke_width(3);
        let points = line.points.iter().map(|(x, y)| (chart.x.within(*x), chart.y.within(*y)));
        let key = move |(x, y)| PathElement::new([(x, y), (x + 40, y)], style);
        context.draw_series(LineSeries::new(points, style))?.label(&line.name).legend(key);
    }
    for limit in &chart.limits {
        let (from, to, level) =
            (chart.x.within(limit.from), chart.x.within(limit.to), chart.y.within(limit.level));
        let ends = [(from, level), (to, level)];
        context.draw_series(DashedLineSeries::new(ends, 12, 6, LIMIT.stroke_width(3)))?;
        context.draw_series([Circle::new((to, level), 6, LIMIT.filled())])?;
        let (x, y) = within(&below, context.backend_coord(&(to, level)));
        let (x, y, side) = match x < LIMIT_ROOM {
            true => (x + 16, y, Pos::new(HPos::Left, VPos::Center)),
            false => (x - 12, y - 8, Pos::new(HPos::Right, VPos::Bottom)),
        };
        below.draw(&Text::new(limit.label.clone(), (x, y), FONT.into_font().color(&LIMIT).pos(side)))?;
    }
    if chart.lines.len() > 1 {
        context
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .background_style(WHITE.mix(0.6))
            .label_font(FONT.into_font().color(&TEXT))
            .legend_area_size(50)
            .draw()?;
    }
    Ok(())
}

/// Lanes from the top down, over the same axis as the chart below them.
fn draw_lanes<X>(area: &Area<'_>, chart: &Chart, x: X) -> Drawn
where
    X: AsRangedCoord<Value = f64>,
    X::CoordDescType: ValueFormatter<f64>,
{
    if chart.lanes.is_empty() {
        return Ok(());
    }
    let count = u32::try_from(chart.lanes.len())?;
    let context = ChartBuilder::on(area)
        .margin_left(EDGE)
        .margin_right(RIGHT)
        .margin_top(TOP)
        .margin_bottom(GAP)
        .set_label_area_size(LabelAreaPosition::Left, LEFT)
        .build_cartesian_2d(x, 0.0..f64::from(count))?;
    let names = FONT.into_font().color(&TEXT).pos(Pos::new(HPos::Right, VPos::Center));
    for (number, lane) in (1..=count).zip(&chart.lanes) {
        let base = f64::from(count - number);
        let (left, middle) = within(area, context.backend_coord(&(chart.x.from, base + MARK / 2.0)));
        area.draw(&Text::new(lane.name.clone(), (left - 12, middle), names.clone()))?;
        for (from, to, part, colour) in lane.bars() {
            let high = part.clamp(LOWEST, 1.0) * MARK;
            let [from, to] = [from, to].map(|at| chart.x.within(at));
            let (left, top) = within(area, context.backend_coord(&(from, base + high)));
            let (right, bottom) = within(area, context.backend_coord(&(to, base)));
            let corners = [(left, top), (right.max(left + NARROWEST), bottom)];
            area.draw(&Rectangle::new(corners, colour.filled()))?;
        }
    }
    Ok(())
}

/// A place of the picture as one of an area of it.
fn within(area: &Area<'_>, (x, y): (i32, i32)) -> (i32, i32) {
    let (left, top) = area.get_base_pixel();
    (x - left, y - top)
}

impl Chart {
    fn lanes_height(&self) -> u32 {
        match u32::try_from(self.lanes.len()) {
            Ok(0) | Err(_) => 0,
            Ok(lanes) => LANE * lanes + GAP,
        }
    }
}

impl Lane {
    /// Where something begins that a line through the chart is worth.
    fn beginnings(&self) -> impl Iterator<Item = f64> {
        let events: &[_] = if let Marks::Events(events) = &self.marks { events } else { &[] };
        events.iter().map(|(from, _)| *from)
    }

    /// From where to where something is drawn, how high as a part of the lane, and in which colour.
    fn bars(&self) -> Vec<(f64, f64, f64, RGBColor)> {
        match &self.marks {
            Marks::Events(events) => events.iter().map(|(from, to)| (*from, *to, 1.0, EVENT)).collect(),
            Marks::Parts { interval, parts } => {
                let stretches = (0_u32..).map(|number| f64::from(number) * interval).zip(parts);
                let seen = stretches.filter(|(_, part)| **part > 0.0);
                seen.map(|(from, part)| (from, from + interval, *part, PART)).collect()
            }
        }
    }
}

impl Axis {
    fn is_linear(&self) -> bool {
        self.scale == Scale::Linear
    }

    /// Whether values have a place on it. What is read from a file may be anything.
    fn check(&self, chart: &Chart) -> Result<(), DrawError> {
        let begins = self.is_linear() || self.from > 0.0;
        match begins && self.from < self.to && self.from.is_finite() && self.to.is_finite() {
            true => Ok(()),
            false => {
                let (caption, label) = (chart.caption.clone(), self.label.clone());
                Err(DrawError::Axis(caption, label, self.from, self.to))
            }
        }
    }

    fn evenly(&self) -> std::ops::Range<f64> {
        self.from..self.to
    }

    fn by_logarithm(&self) -> impl AsRangedCoord<Value = f64, CoordDescType: ValueFormatter<f64>> {
        (self.from..self.to).log_scale().with_key_points(self.ticks())
    }

    /// Beyond its ends are its ends.
    fn within(&self, value: f64) -> f64 {
        value.clamp(self.from, self.to)
    }

    /// A value, as it is written beside the axis.
    fn words(&self, value: f64) -> String {
        match self.scale {
            Scale::Linear | Scale::Log => match value {
                1e6.. => format!("{} M", short(value / 1e6)),
                1e3.. => format!("{} k", short(value / 1e3)),
                _ => short(value),
            },
            Scale::Latency => latency(value),
            Scale::Percentile => format!("{} %", short(100.0 - 100.0 / value)),
        }
    }
}

/// A number with at most six places behind the point, and none that say nothing.
fn short(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Microseconds in the largest unit of which they are one or more.
pub(crate) fn latency(us: f64) -> String {
    match us {
        ..1e3 => format!("{} µs", short(us)),
        ..1e6 => format!("{} ms", short(us / 1e3)),
        _ => format!("{} s", short(us / 1e6)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::chart::{Limit, Line};
    use super::*;

    fn chart(x: Axis, y: Axis) -> Chart {
        let lines = vec![
            Line::new("max <all>", [(1.0, 10.0), (10.0, 1_000.0)]),
            Line::new("p99", [(1.0, 10.0), (10.0, 1e9)]),
        ];
        Chart {
            limits: vec![Limit { from: 1.0, to: 10.0, level: 100.0, label: "p99 <= 100".into() }],
            lanes: Lane::events("snapshots", vec![(5.0, 5.0)]).into_iter().collect(),
            ..Chart::of("a caption", x, y, lines)
        }
    }

    #[test]
    fn a_picture_holds_what_was_put_into_it_whatever_its_scales() {
        let linear = |label: &str, to| Axis::linear(label, to);
        let log = |label: &str, scale, to| Axis::around(label, scale, 1.0, to);
        for x in [
            linear("seconds", 10.0),
            log("seconds", Scale::Log, 10.0),
            log("seconds", Scale::Percentile, 1e7),
        ] {
            for y in [linear("latency", 1_000.0), log("latency", Scale::Latency, 1_000.0)] {
                let svg = svg(&chart(x.clone(), y)).unwrap();
                for part in
                    ["seconds", "latency", "p99 &lt;= 100", "snapshots", "max &lt;all&gt;", "<polyline"]
                {
                    assert!(svg.contains(part), "{part} in {svg}");
                }
                assert!(!svg.contains("http") && !svg.contains("NaN"), "{svg}");
                assert_eq!((svg.matches("<svg").count(), svg.matches("</svg>").count()), (1, 1));
            }
        }
    }

    #[test]
    fn parts_of_intervals_are_bars_and_there_is_none_where_there_is_no_part() {
        let parts = vec![0.5, 0.0, 0.01, 1.000_1];
        let mut one = Chart::of("stops", Axis::linear("seconds", 10.0), Axis::linear("us", 10.0), Vec::new());
        let bars = |chart: &Chart| svg(chart).unwrap().matches("#C77A1A").count();
        assert_eq!(bars(&one), 0);
        one.lanes.push(Lane { name: "stops".into(), marks: Marks::Parts { interval: 2.5, parts } });
        assert_eq!(bars(&one), 3);
    }

    #[test]
    fn an_axis_without_room_is_refused() {
        let good = Axis::linear("seconds", 10.0);
        for bad in [
            Axis::linear("us", 0.0),
            Axis::linear("us", f64::INFINITY),
            Axis { from: 0.0, ..Axis::around("us", Scale::Log, 1.0, 10.0) },
        ] {
            let error = svg(&chart(good.clone(), bad)).unwrap_err();
            assert!(error.to_string().contains("`us`"), "{error}");
        }
    }

    #[test]
    fn values_are_written_in_units_that_suit_them() {
        for (scale, value, words) in [
            (Scale::Linear, 0.1 + 0.2, "0.3"),
            (Scale::Linear, 1_500_000.0, "1.5 M"),
            (Scale::Log, 20_000.0, "20 k"),
            (Scale::Latency, 500.0, "500 µs"),
            (Scale::Latency, 2e6, "2 s"),
            (Scale::Percentile, 1.0, "0 %"),
            (Scale::Percentile, 1_000.0, "99.9 %"),
            (Scale::Percentile, 1e7, "99.99999 %"),
        ] {
            let axis = Axis { label: String::new(), scale, from: 1.0, to: 2.0 };
            assert_eq!(axis.words(value), words);
        }
    }
}
