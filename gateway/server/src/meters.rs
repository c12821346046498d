//! What a node's meters say, for people and for the program that started it.

use std::time::Duration;

use longmen_engine::{Meter, MeterKind, MeterReading};
use longmen_terminal::{Table, grouped};
use serde::{Deserialize, Serialize};

/// What a quiet node prints on its standard output, followed by its meters as JSON, when it is sent SIGUSR1.
pub const METERS_LINE: &str = "meters ";

/// One meter since the last time that they were asked for. Times are in nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterLine {
    /// Its name.
    pub meter: String,
    /// How often.
    pub count: u64,
    /// The sum.
    pub total: u64,
    /// The median.
    pub p50: u64,
    /// The 99th percentile.
    pub p99: u64,
    /// The most.
    pub max: u64,
}

impl MeterLine {
    /// Which meter it is, if this program knows it.
    #[must_use]
    pub fn meter(&self) -> Option<Meter> {
        Meter::named(&self.meter)
    }
}

impl From<MeterReading> for MeterLine {
    fn from(reading: MeterReading) -> MeterLine {
        let MeterReading { meter, count, total, p50, p99, max } = reading;
        MeterLine { meter: meter.name().to_owned(), count, total, p50, p99, max }
    }
}

/// The readings of meters that counted anything, over a stretch of time.
pub(crate) fn meters_table(readings: &[MeterReading], over: Duration) -> Table {
    let over = format!("over {:.1} s", over.as_secs_f64());
    let mut table = Table::new(&[&over, ">times", ">in all", ">p50", ">p99", ">most"]);
    for reading in readings.iter().filter(|reading| reading.count > 0) {
        let show = |value: u64| show(reading.meter, value);
        table.row([
            reading.meter.label().to_owned(),
            grouped(reading.count),
            show(reading.total),
            show(reading.p50),
            show(reading.p99),
            show(reading.max),
        ]);
    }
    table
}

/// A figure of a meter, with its unit.
fn show(meter: Meter, value: u64) -> String {
    match (meter.kind(), value) {
        (MeterKind::Size, _) => format!("{} B", grouped(value)),
        (_, ..10_000) => format!("{}.{} µs", value / 1_000, value % 1_000 / 100),
        (_, 10_000..10_000_000) => format!("{} µs", grouped(value / 1_000)),
        _ => format!("{} ms", grouped(value / 1_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_shown_with_units_that_suit_them_and_idle_meters_are_not() {
        let reading =
            |meter, count, total| MeterReading { meter, count, total, p50: 950, p99: 25_000, max: total };
        let readings = [
            reading(Meter::Sync, 12_345, 20_000_000),
            reading(Meter::FrameBytes, 2, 1_048_576),
            reading(Meter::Merge, 0, 0),
        ];
        let text = meters_table(&readings, Duration::from_millis(2_500)).to_string();
        for part in ["over 2.5 s", "12,345", "0.9 µs", "25 µs", "20 ms", "1,048,576 B"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains(Meter::Merge.label()), "{text}");
        let line = MeterLine::from(readings[0]);
        assert_eq!((line.meter(), line.count), (Some(Meter::Sync), 12_345));
    }
}
