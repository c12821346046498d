//! What a bar is about, and the bars themselves.

use longmen_terminal::grouped;
use longmen_workload::measure::{microseconds, rate};
use serde::Serialize;

/// A figure that a row of the benchmark comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Transactions answered a second.
    Rate,
    /// Transactions answered a second, in percent of those of the uniform load that ran in turn with it.
    OfUniform,
    /// Median latency, in microseconds.
    P50,
    /// 99th percentile of the latency, in microseconds.
    P99,
    /// 99.9th percentile of the latency, in microseconds.
    P999,
    /// The longest latency, in microseconds.
    Max,
    /// Seconds from the start of a process to its first answer.
    FirstAnswer,
    /// Entries replayed in a second of the node's processor time.
    ReplayRate,
    /// Bytes of memory that an account adds.
    AccountBytes,
    /// Bytes of memory that a transaction leaves behind.
    TransactionBytes,
    /// Bytes of log for a transfer.
    LogBytes,
}

impl Figure {
    /// What is measured, for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Figure::Rate => "transactions a second",
            Figure::OfUniform => "of the uniform load's rate",
            Figure::P50 => "latency p50",
            Figure::P99 => "latency p99",
            Figure::P999 => "latency p99.9",
            Figure::Max => "latency max",
            Figure::FirstAnswer => "start to first answer",
            Figure::ReplayRate => "entries a second a core",
            Figure::AccountBytes => "memory an account",
            Figure::TransactionBytes => "memory a transaction",
            Figure::LogBytes => "log a transfer",
        }
    }

    /// The unit of its value.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Figure::Rate | Figure::ReplayRate => "1/s",
            Figure::OfUniform => "%",
            Figure::P50 | Figure::P99 | Figure::P999 | Figure::Max => "us",
            Figure::FirstAnswer => "s",
            Figure::AccountBytes | Figure::TransactionBytes | Figure::LogBytes => "B",
        }
    }

    /// The part of all requests whose latency this is, if it is such a figure.
    #[must_use]
    pub fn quantile(self) -> Option<f64> {
        match self {
            Figure::P50 => Some(0.5),
            Figure::P99 => Some(0.99),
            Figure::P999 => Some(0.999),
            _ => None,
        }
    }

    /// Whether more is better.
    #[must_use]
    pub fn more_is_better(self) -> bool {
        matches!(self, Figure::Rate | Figure::OfUniform | Figure::ReplayRate)
    }

    /// A value, with its unit.
    #[must_use]
    pub fn show(self, value: f64) -> String {
        match self.unit() {
            "1/s" => format!("{}/s", rate(value)),
            "us" => microseconds(whole(value)),
            "s" => format!("{value:.2} s"),
            "%" => format!("{value:.1} %"),
            _ => format!("{} B", grouped(whole(value))),
        }
    }
}

/// What a figure must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bar {
    /// At least this.
    AtLeast(f64),
    /// At most this.
    AtMost(f64),
}

/// Whether a figure is at its bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BarResult {
    /// It is.
    Held,
    /// It is not.
    Missed,
}

impl BarResult {
    /// Judges `value`, where `limit` is what the bar comes to.
    #[must_use]
    pub fn of(figure: Figure, value: f64, limit: f64) -> BarResult {
        let held = if figure.more_is_better() { value >= limit } else { value <= limit };
        if held { BarResult::Held } else { BarResult::Missed }
    }

    /// In words; what was missed with how much of the bar was reached, or by how much it was exceeded.
    #[must_use]
    pub fn words(self, figure: Figure, value: f64, limit: f64) -> String {
        match self {
            BarResult::Held => "held".to_owned(),
            BarResult::Missed if figure.more_is_better() => {
                format!("BELOW THE BAR, {:.1} % of it", 100.0 * value / limit)
            }
            BarResult::Missed => format!("BELOW THE BAR, {:.2} x the limit", value / limit),
        }
    }
}

/// The nearest whole number of a figure that is not negative.
fn whole(value: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "figures are far below 2^64, and memory that shrank shows as 0"
    )]
    let whole = value.round().max(0.0) as u64;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_to_be_high_and_everything_else_low() {
        #[track_caller]
        fn check(figure: Figure, value: f64, limit: f64, verdict: BarResult, words: &str) {
            assert_eq!(BarResult::of(figure, value, limit), verdict);
            assert_eq!(verdict.words(figure, value, limit), words);
        }
        check(Figure::Rate, 10.0, 10.0, BarResult::Held, "held");
        check(Figure::OfUniform, 99.9, 100.0, BarResult::Missed, "BELOW THE BAR, 99.9 % of it");
        check(Figure::Rate, 5.0, 10.0, BarResult::Missed, "BELOW THE BAR, 50.0 % of it");
        check(Figure::P99, 10.0, 10.0, BarResult::Held, "held");
        check(Figure::P99, 25.0, 10.0, BarResult::Missed, "BELOW THE BAR, 2.50 x the limit");
    }

    #[test]
    fn values_are_shown_with_a_unit_that_suits_them() {
        for (figure, value, shown) in [
            (Figure::Rate, 1_234_567.4, "1,234,567/s"),
            (Figure::OfUniform, 101.66, "101.7 %"),
            (Figure::P99, 950.0, "950 µs"),
            (Figure::P99, 15_000.0, "15 ms"),
            (Figure::FirstAnswer, 1.234, "1.23 s"),
            (Figure::AccountBytes, 383.6, "384 B"),
            (Figure::TransactionBytes, -3.0, "0 B"),
        ] {
            assert_eq!(figure.show(value), shown);
        }
    }
}
