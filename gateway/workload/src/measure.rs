//! Latencies and rates of one measured stretch of time.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use longmen_terminal::{Table, grouped};

use crate::books::Outcomes;

/// Whole milliseconds.
#[must_use]
pub fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Latencies of requests, from the intended send time to the answer. Three significant digits, to ten minutes.
#[derive(Clone, Debug)]
pub struct Latencies {
    histogram: Histogram<u64>,
}

impl Default for Latencies {
    fn default() -> Latencies {
        let histogram = Histogram::new_with_bounds(1, 600_000_000, 3).expect("the bounds are valid");
        Latencies { histogram }
    }
}

impl Latencies {
    /// Records one latency; what is beyond the range counts as its end.
    pub fn record(&mut self, latency: Duration) {
        self.histogram.saturating_record(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX));
    }

    /// Adds those of another connection.
    pub fn add(&mut self, other: &Latencies) {
        self.histogram.add(&other.histogram).expect("both histograms have the same bounds");
    }

    /// The others, where `some` of these are taken away.
    ///
    /// # Panics
    /// If `some` holds what was not recorded here.
    #[must_use]
    pub fn without(&self, some: &Latencies) -> Latencies {
        let mut histogram = self.histogram.clone();
        histogram.subtract(&some.histogram).expect("what is taken away was recorded here");
        Latencies { histogram }
    }

    /// Forgets them all.
    pub fn clear(&mut self) {
        self.histogram.reset();
    }

    /// How many were recorded.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.histogram.len()
    }

    /// The latency in microseconds that `part` of all requests did not exceed.
    #[must_use]
    pub fn quantile_us(&self, part: f64) -> u64 {
        self.histogram.value_at_quantile(part)
    }

    /// The longest, in microseconds.
    #[must_use]
    pub fn max_us(&self) -> u64 {
        self.histogram.max()
    }

    /// The latency in microseconds at ever finer steps towards the longest, as (part of all requests, latency).
    #[must_use]
    pub fn curve(&self) -> Vec<(f64, u64)> {
        let steps = self.histogram.iter_quantiles(8);
        steps.map(|step| (step.quantile_iterated_to(), step.value_iterated_to())).collect()
    }

    /// Writes the percentile distribution in the `.hgrm` form that plotters of HDR histograms read, in
    /// microseconds.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write_hgrm(&self, path: &Path) -> io::Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        writeln!(
            out,
            "{:>12} {:>14} {:>10} {:>14}\n",
            "Value", "Percentile", "TotalCount", "1/(1-Percentile)"
        )?;
        let mut below = 0;
        for step in self.histogram.iter_quantiles(5) {
            below += step.count_since_last_iteration();
            let part = step.quantile_iterated_to();
            let value = step.value_iterated_to();
            if part < 1.0 {
                writeln!(out, "{value:>12.3} {part:>14.12} {below:>10} {:>14.2}", 1.0 / (1.0 - part))?;
            } else {
                writeln!(out, "{value:>12.3} {part:>14.12} {below:>10}")?;
            }
        }
        let (mean, deviation) = (self.histogram.mean(), self.histogram.stdev());
        writeln!(out, "#[Mean    = {mean:>12.3}, StdDeviation   = {deviation:>12.3}]")?;
        let (max, count) = (self.max_us(), self.count());
        writeln!(out, "#[Max     = {max:>12}, Total count    = {count:>12}]")?;
        let (buckets, counts) = (self.histogram.buckets(), self.histogram.distinct_values());
        writeln!(out, "#[Buckets = {buckets:>12}, SubBuckets     = {counts:>12}]")?;
        out.flush()
    }
}

/// What a measured stretch of time came to, in the names that `--json` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// Length of the stretch.
    pub seconds: f64,
    /// Transactions answered in it.
    pub transactions: u64,
    /// Transactions answered a second.
    pub transactions_per_second: f64,
    /// Legs posted a second.
    pub legs_per_second: f64,
    /// Requests answered in it; latencies are of requests.
    pub requests: u64,
    /// Median latency.
    pub p50_us: u64,
    /// 99th percentile.
    pub p99_us: u64,
    /// 99.9th percentile.
    pub p999_us: u64,
    /// The longest.
    pub max_us: u64,
    /// Answers by what they say: `posted`, `repeated`, and the codes of rejections.
    pub outcomes: serde_json::Map<String, serde_json::Value>,
}

impl Measured {
    /// Sums up a stretch of time.
    #[must_use]
    pub fn new(elapsed: Duration, outcomes: &Outcomes, legs: u64, latencies: &Latencies) -> Measured {
        let seconds = elapsed.as_secs_f64().max(1e-9);
        let mut counts = serde_json::Map::new();
        counts.insert("posted".into(), outcomes.posted.into());
        counts.insert("repeated".into(), outcomes.repeated.into());
        counts.extend(outcomes.refused().map(|(rejection, count)| (rejection.code().into(), count.into())));
        Measured {
            seconds,
            transactions: outcomes.total(),
            transactions_per_second: float(outcomes.total()) / seconds,
            legs_per_second: float(legs) / seconds,
            requests: latencies.count(),
            p50_us: latencies.quantile_us(0.5),
            p99_us: latencies.quantile_us(0.99),
            p999_us: latencies.quantile_us(0.999),
            max_us: latencies.max_us(),
            outcomes: counts,
        }
    }
}

/// A count as a float: exact to 2^53, which no run reaches.
#[must_use]
pub fn float(count: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a rate is printed with a few digits")]
    let float = count as f64;
    float
}

/// Rates and latencies of measured stretches, one a column.
#[must_use]
pub fn measured_table(columns: &[(&str, &Measured)]) -> Table {
    let heads: Vec<String> = columns.iter().map(|(name, _)| format!(">{name}")).collect();
    let mut table =
        Table::new(&[&[""], heads.iter().map(String::as_str).collect::<Vec<_>>().as_slice()].concat());
    let mut row = |name: &str, figure: &dyn Fn(&Measured) -> String| {
        let figures = columns.iter().map(|(_, measured)| figure(measured));
        table.row(std::iter::once(name.to_owned()).chain(figures));
    };
    row("seconds", &|m| format!("{:.1}", m.seconds));
    row("transactions", &|m| grouped(m.transactions));
    row("transactions a second", &|m| rate(m.transactions_per_second));
    row("legs a second", &|m| rate(m.legs_per_second));
    row("latency p50", &|m| microseconds(m.p50_us));
    row("        p99", &|m| microseconds(m.p99_us));
    row("        p99.9", &|m| microseconds(m.p999_us));
    row("        max", &|m| microseconds(m.max_us));
    let mut names: Vec<&String> = columns.iter().flat_map(|(_, m)| m.outcomes.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let count = |m: &Measured| m.outcomes.get(name).and_then(serde_json::Value::as_u64).unwrap_or(0);
        row(name, &|m| grouped(count(m)));
    }
    table
}

/// A rate as a whole number.
#[must_use]
pub fn rate(per_second: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate is positive and far below 2^64"
    )]
    let whole = per_second.round() as u64;
    grouped(whole)
}

/// A duration in microseconds, with a unit that suits it.
#[must_use]
pub fn microseconds(count: u64) -> String {
    match count {
        0..10_000 => format!("{} µs", grouped(count)),
        _ => format!("{} ms", grouped(count / 1_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_and_the_distribution_file() {
        let mut latencies = Latencies::default();
        for microseconds in 1..=1_000 {
            latencies.record(Duration::from_micros(microseconds));
        }
        latencies.record(Duration::from_secs(10_000));
        assert_eq!(latencies.count(), 1_001);
        assert!((499..=503).contains(&latencies.quantile_us(0.5)));
        assert!(latencies.max_us() >= 599_000_000);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("latency.hgrm");
        latencies.write_hgrm(&path).unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.contains("Percentile") && text.contains("#[Max"), "{text}");
        assert!(text.lines().any(|line| line.contains(" 1.000000000000 ")), "{text}");
    }

    #[test]
    fn some_latencies_are_taken_away_and_the_others_stay() {
        #[track_caller]
        fn check(all: &[u64], some: &[u64], (count, p50, max): (u64, u64, u64)) {
            let of = |all: &[u64]| {
                let mut latencies = Latencies::default();
                all.iter().for_each(|us| latencies.record(Duration::from_micros(*us)));
                latencies
            };
            let others = of(all).without(&of(some));
            assert_eq!((others.count(), others.quantile_us(0.5), others.max_us()), (count, p50, max));
        }
        check(&[], &[], (0, 0, 0));
        check(&[100, 200, 300], &[], (3, 200, 300));
        check(&[100, 200, 300], &[300], (2, 100, 200));
        check(&[100, 200, 300], &[100, 200], (1, 300, 300));
        check(&[100, 200, 300], &[100, 200, 300], (0, 0, 0));
        check(&[100, 300, 300, 300], &[300, 300], (2, 100, 300));
        // Beyond the range all are its end.
        check(&[100, 5_000_000_000, 6_000_000_000], &[7_000_000_000; 2], (1, 100, 100));
    }

    #[test]
    fn rates_are_by_elapsed_time() {
        let mut outcomes = Outcomes::default();
        (outcomes.posted, outcomes.repeated) = (90, 10);
        let measured = Measured::new(Duration::from_secs(2), &outcomes, 300, &Latencies::default());
        assert!((measured.transactions_per_second - 50.0).abs() < 1e-9);
        assert!((measured.legs_per_second - 150.0).abs() < 1e-9);
        assert_eq!(measured.outcomes["posted"], 90);
    }
}
