//! What rows came to over all their runs, and the table of them.

use longmen_terminal::{Table, grouped};
use longmen_workload::measure::Latencies;
use serde_json::{Value, json};

use super::Outcome;
use super::disk_beside::DiskBeside;
use super::figure::{Bar, BarResult, Figure};
use super::rows::Row;
use super::sheet::Sheet;

/// A figure of a row held against its bar.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Which figure.
    pub figure: Figure,
    pub bar: Bar,
    /// What the bar comes to, at the size that was run.
    pub limit: f64,
    /// The median over the runs.
    pub value: f64,
    /// Each run's.
    pub runs: Vec<f64>,
    /// Whether the median is at the bar.
    pub verdict: BarResult,
}

/// A row after all its runs.
#[derive(Clone, Debug)]
pub struct RowResult {
    /// Which.
    pub row: &'static Row,
    /// Its figures. Those that no run gave are not among them.
    pub judged: Vec<Judged>,
    /// The run whose main figure is the median: its latencies and events are shown.
    pub shown: Outcome,
    /// Accounts that were compared, over all runs.
    pub accounts_compared: usize,
    /// What was wrong in any run.
    pub differences: Vec<String>,
}

/// All rows that were run.
#[derive(Clone, Debug)]
pub struct Results {
    /// How many runs each figure is the median of.
    pub runs: usize,
    /// The rows, in the order of running.
    pub rows: Vec<RowResult>,
    /// What others came to with the same work in the same run.
    pub sheets: Vec<Sheet>,
}

impl RowResult {
    /// Sums up the runs of a row, at least one.
    ///
    /// # Panics
    /// If there is no run.
    #[must_use]
    pub fn of(row: &'static Row, outcomes: Vec<Outcome>) -> RowResult {
        let judged = row.bars.iter().filter_map(|&(figure, bar)| judge(figure, bar, &outcomes)).collect();
        let differences = outcomes.iter().flat_map(|outcome| outcome.differences.clone()).collect();
        let accounts_compared = outcomes.iter().map(|outcome| outcome.accounts_compared).sum();
        let main = row.bars[0].0;
        let mut outcomes = outcomes;
        outcomes.sort_by(|one, other| {
            let figure = |outcome: &Outcome| outcome.figures.get(&main).copied().unwrap_or(f64::INFINITY);
            figure(one).total_cmp(&figure(other))
        });
        let middle = (outcomes.len() - 1) / 2;
        RowResult { row, judged, shown: outcomes.swap_remove(middle), accounts_compared, differences }
    }

    /// Whether every answer was right and the books are what the answers said.
    #[must_use]
    pub fn books_held(&self) -> bool {
        self.differences.is_empty()
    }

    /// Whether every figure is there, and at its bar.
    #[must_use]
    pub fn bars_held(&self) -> bool {
        self.judged.len() == self.row.bars.len()
            && self.judged.iter().all(|judged| judged.verdict == BarResult::Held)
    }

    /// The median of a figure, if the row has it.
    #[must_use]
    pub fn value(&self, figure: Figure) -> Option<f64> {
        self.judged.iter().find(|judged| judged.figure == figure).map(|judged| judged.value)
    }

    /// The row in one line, to be told as soon as it ends.
    #[must_use]
    pub fn line(&self) -> String {
        let figures = self.judged.iter().map(|judged| {
            format!("{} {}, {}", judged.figure.label(), judged.figure.show(judged.value), judged.words())
        });
        let books = if self.books_held() { "books held" } else { "BOOKS WRONG" };
        format!("{}: {}; {books}", self.row.name, figures.collect::<Vec<_>>().join("; "))
    }

    fn value_json(&self) -> Value {
        let bars = self.judged.iter().map(|judged| {
            json!({
                "figure": judged.figure, "unit": judged.figure.unit(), "value": judged.value, "runs": judged.runs,
                "bar": judged.limit, "verdict": judged.verdict,
            })
        });
        let timeline = self.shown.timeline.as_ref();
        json!({
            "name": self.row.name,
            "title": self.row.title,
            "scale": self.shown.scale,
            "figures": bars.collect::<Vec<_>>(),
            "measured": self.shown.measured,
            "timeline": timeline.map(|timeline| timeline.intervals().collect::<Vec<_>>()),
            "disk_alone": self.shown.disk_alone.as_ref().map(latencies_json),
            "disk_beside": self.shown.disk_beside.as_ref().map(DiskBeside::json),
            "events": self.shown.events_json(),
            "notes": self.shown.notes,
            "accounts_compared": self.accounts_compared,
            "books_held": self.books_held(),
            "differences": self.differences,
        })
    }
}

/// Latencies as JSON, in microseconds.
pub(super) fn latencies_json(latencies: &Latencies) -> Value {
    json!({
        "count": latencies.count(),
        "p50_us": latencies.quantile_us(0.5),
        "p99_us": latencies.quantile_us(0.99),
        "p999_us": latencies.quantile_us(0.999),
        "max_us": latencies.max_us(),
    })
}

impl Judged {
    /// The verdict in words.
    #[must_use]
    pub fn words(&self) -> String {
        self.verdict.words(self.figure, self.value, self.limit)
    }

    /// The bar in words.
    #[must_use]
    pub fn bar_words(&self) -> String {
        let sense = if let Bar::AtLeast(_) = self.bar { ">=" } else { "<=" };
        format!("{sense} {}", self.figure.show(self.limit))
    }
}

fn judge(figure: Figure, bar: Bar, outcomes: &[Outcome]) -> Option<Judged> {
    let runs: Vec<f64> =
        outcomes.iter().filter_map(|outcome| outcome.figures.get(&figure).copied()).collect();
    let value = median(&runs)?;
    let scale = outcomes.first().map_or(1.0, |outcome| outcome.scale);
    let limit = match bar {
        Bar::AtMost(limit) if figure == Figure::FirstAnswer => limit * scale,
        Bar::AtLeast(limit) | Bar::AtMost(limit) => limit,
    };
    Some(Judged { figure, bar, limit, value, verdict: BarResult::of(figure, value, limit), runs })
}

/// The middle one, or the mean of the middle two.
pub(super) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.get(sorted.len() / 2)?;
    match sorted.len() % 2 {
        1 => Some(*middle),
        _ => Some((sorted[sorted.len() / 2 - 1] + middle) / 2.0),
    }
}

impl Outcome {
    /// The events with their seconds from the beginning of the measured stretch.
    pub(super) fn timed_events(&self) -> Vec<(super::events::Kind, f64, f64)> {
        let Some(timeline) = &self.timeline else { return Vec::new() };
        let seconds = |at: std::time::Instant| at.saturating_duration_since(timeline.start()).as_secs_f64();
        self.events.iter().map(|event| (event.kind, seconds(event.from), seconds(event.to))).collect()
    }

    fn events_json(&self) -> Vec<Value> {
        let events = self.timed_events().into_iter();
        events.map(|(kind, from, to)| json!({ "kind": kind, "from_s": from, "to_s": to })).collect()
    }
}

impl Results {
    /// Whether every row's books held.
    #[must_use]
    pub fn books_held(&self) -> bool {
        self.rows.iter().all(RowResult::books_held) && self.sheets.iter().all(Sheet::books_held)
    }

    /// Whether every figure of every row is at its bar.
    #[must_use]
    pub fn bars_held(&self) -> bool {
        self.rows.iter().all(RowResult::bars_held)
    }

    /// A line for each bar.
    #[must_use]
    pub fn table(&self) -> Table {
        let mut table = Table::new(&["row", "", ">bar", ">figure", ""]);
        for result in &self.rows {
            let mut name = result.row.name;
            for judged in &result.judged {
                let figure = judged.figure.show(judged.value);
                table.row([name, judged.figure.label(), &judged.bar_words(), &figure, &judged.words()]);
                name = "";
            }
            if !result.books_held() {
                table.row([name, "books", "", "", "BOOKS WRONG"]);
            }
        }
        table
    }

    /// What the table does not say: notes of the rows, and what was wrong.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let of_row = |result: &RowResult| {
            let notes = result.shown.notes.iter().map(|note| format!("{}: {note}", result.row.name));
            let wrong =
                result.differences.iter().map(|words| format!("{}: BOOKS WRONG: {words}", result.row.name));
            notes.chain(wrong).collect::<Vec<_>>()
        };
        self.rows.iter().flat_map(of_row).collect()
    }

    /// The whole in two sentences: first the books, then the bars.
    #[must_use]
    pub fn conclusion(&self) -> String {
        let of_rows = self.rows.iter().map(|result| result.accounts_compared).sum::<usize>();
        let compared = of_rows + self.sheets.iter().map(|sheet| sheet.accounts_compared).sum::<usize>();
        let compared = grouped(u64::try_from(compared).unwrap_or(u64::MAX));
        let books = match self.books_held() {
            true => {
                format!("Books: held; the balances of all {compared} accounts are what the answers said.")
            }
            false => {
                let rows = self.rows.iter().filter(|one| !one.books_held()).map(|one| one.row.name);
                let sheets = self.sheets.iter().filter(|one| !one.books_held()).map(|one| &*one.name);
                let wrong: Vec<&str> = rows.chain(sheets).collect();
                format!("Books: WRONG in {}. No figure of these rows counts.", wrong.join(", "))
            }
        };
        let bars = match self.bars_held() {
            true => "Bars: every figure is at its bar.".to_owned(),
            false => {
                let missed = self.rows.iter().filter(|one| !one.bars_held()).map(|one| one.row.name);
                format!("Bars: not reached in {}.", missed.collect::<Vec<_>>().join(", "))
            }
        };
        format!("{books}\n{bars}")
    }

    /// Everything, for programs.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({
            "runs": self.runs,
            "books_held": self.books_held(),
            "bars_held": self.bars_held(),
            "rows": self.rows.iter().map(RowResult::value_json).collect::<Vec<_>>(),
            "peers": self.sheets.iter().map(Sheet::json).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows::row_named;
    use super::*;

    fn result(name: &str, figures: &[[f64; 3]]) -> RowResult {
        let row = row_named(name).unwrap();
        let outcome = |run: usize| Outcome {
            figures: row.bars.iter().zip(figures).map(|((figure, _), runs)| (*figure, runs[run])).collect(),
            ..Outcome::of([])
        };
        RowResult::of(row, (0..3).map(outcome).collect())
    }

    #[test]
    fn medians_are_judged() {
        let uniform = result("transfers-10k", &[[3e6, 1e6, 2.5e6]]);
        assert_eq!(uniform.value(Figure::Rate), Some(2.5e6));
        assert!(uniform.bars_held() && uniform.books_held());
        assert_eq!(uniform.shown.figures[&Figure::Rate], 2.5e6);

        let slower = result("hot", &[[96.0, 96.0, 120.0]]);
        assert_eq!(slower.judged[0].verdict, BarResult::Missed);
        assert_eq!(slower.judged[0].bar_words(), ">= 100.0 %");
        assert!(!slower.bars_held());
        let latency = result("single", &[[200.0, 100.0, 300.0]; 3]);
        assert_eq!(latency.judged[0].bar_words(), "<= 250 µs");
    }

    #[test]
    fn bars_over_durations_shrink_with_the_size_and_no_others() {
        let row = row_named("recovery").unwrap();
        let figures = [(Figure::FirstAnswer, 0.3), (Figure::ReplayRate, 6e6)];
        let outcome = Outcome { scale: 0.1, ..Outcome::of(figures) };
        let result = RowResult::of(row, vec![outcome]);
        let limits: Vec<f64> = result.judged.iter().map(|judged| judged.limit).collect();
        assert_eq!(limits, [0.2, 5e6]);
        assert_eq!(result.judged[0].words(), "BELOW THE BAR, 1.50 x the limit");
    }

    #[test]
    fn wrong_books_are_told_apart_from_missed_bars() {
        let mut results =
            Results { runs: 3, rows: vec![result("transfers-10k", &[[1.0, 2.0, 3.0]])], sheets: Vec::new() };
        assert!(results.books_held() && !results.bars_held());
        assert!(results.conclusion().contains("Books: held"), "{}", results.conclusion());
        assert!(results.table().to_string().contains("BELOW THE BAR"));
        results.rows[0].differences.push("account U1".into());
        assert!(!results.books_held());
        assert!(results.conclusion().contains("Books: WRONG in transfers-10k"), "{}", results.conclusion());
        assert!(results.remarks().iter().any(|remark| remark.contains("account U1")));
    }

    /// Answers that stay away leave a row without figures: it has not reached its bars.
    #[test]
    fn a_row_without_figures_has_not_held() {
        let row = row_named("single").unwrap();
        let mut outcome = Outcome::of([]);
        outcome.differences.push("5 requests have no answer".into());
        let result = RowResult::of(row, vec![outcome]);
        assert!(!result.bars_held() && !result.books_held());
    }

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }
}
