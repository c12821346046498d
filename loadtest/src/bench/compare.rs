//! Two builds of the node against each other, one run after the other and again: times drift too much within an hour
//! for anything else.

use std::path::Path;

use longmen_terminal::Table;
use longmen_workload::LoadError;
use serde_json::{Value, json};

use super::figure::Figure;
use super::result::median;
use super::rows::Row;
use super::{BenchSettings, Outcome, run_once};
use crate::report::{Page, Remark, Section};

/// A row run with both builds.
#[derive(Clone, Debug)]
pub struct Compared {
    /// Which.
    pub row: &'static Row,
    /// The runs with the old build and those with the new one; what stands at the same place ran together.
    pub runs: Vec<[Outcome; 2]>,
}

/// One figure of both builds.
#[derive(Clone, Copy, Debug)]
struct Pair {
    figure: Figure,
    old: f64,
    new: f64,
    ratio: f64,
    /// Pairs in which the new build was better, and all of them.
    better: (usize, usize),
}

impl Compared {
    /// Runs a row with the node of `old` and with this program's, so many times one after the other.
    ///
    /// # Errors
    /// As [`run_once`].
    pub async fn run(
        row: &'static Row,
        settings: &BenchSettings,
        old: &Path,
        pairs: usize,
        label: &str,
    ) -> Result<Compared, LoadError> {
        let old = BenchSettings { executable: Some(old.to_owned()), ..settings.clone() };
        let mut runs = Vec::new();
        for _ in 0..pairs {
            let before = run_once(row, &old, &format!("{label} old")).await?;
            let after = run_once(row, settings, &format!("{label} new")).await?;
            runs.push([before, after]);
        }
        Ok(Compared { row, runs })
    }

    /// What was wrong in any run, with the build that it was in.
    #[must_use]
    pub fn differences(&self) -> Vec<String> {
        let mut words = Vec::new();
        for [old, new] in &self.runs {
            words.extend(old.differences.iter().map(|one| format!("{}: old build: {one}", self.row.name)));
            words.extend(new.differences.iter().map(|one| format!("{}: new build: {one}", self.row.name)));
        }
        words
    }

    /// Medians of every figure that both builds have, and the median of the ratios of the pairs.
    fn pairs(&self) -> Vec<Pair> {
        let figures = self.runs.first().map(|[old, _]| old.figures.keys().copied().collect::<Vec<_>>());
        let pair = |figure| {
            let both = self
                .runs
                .iter()
                .filter_map(|[old, new]| Some((*old.figures.get(&figure)?, *new.figures.get(&figure)?)));
            let (old, new): (Vec<f64>, Vec<f64>) = both.unzip();
            let ratios: Vec<f64> = old.iter().zip(&new).map(|(old, new)| new / old).collect();
            let better = ratios.iter().filter(|ratio| (**ratio > 1.0) == figure.more_is_better()).count();
            let better = (better, ratios.len());
            Some(Pair { figure, old: median(&old)?, new: median(&new)?, ratio: median(&ratios)?, better })
        };
        figures.unwrap_or_default().into_iter().filter_map(pair).collect()
    }

    fn value(&self) -> Value {
        let figures = self.pairs().into_iter().map(|pair| {
            json!({
                "figure": pair.figure, "unit": pair.figure.unit(),
                "old": pair.old, "new": pair.new, "ratio": pair.ratio, "better_in": pair.better.0,
            })
        });
        let wrong = self.differences();
        json!({
            "name": self.row.name, "title": self.row.title, "pairs": self.runs.len(),
            "figures": figures.collect::<Vec<_>>(), "books_held": wrong.is_empty(), "differences": wrong,
        })
    }
}

impl Pair {
    /// In how many pairs the new build was better: what is not so in nearly all of them may be chance.
    fn words(self) -> String {
        format!("better in {} of {}", self.better.0, self.better.1)
    }
}

/// Every figure of both builds, in a line.
#[must_use]
pub fn comparison_table(compared: &[Compared]) -> Table {
    let mut table = Table::new(&["row", "", ">old", ">new", ">new / old", ""]);
    for one in compared {
        let mut name = one.row.name;
        for pair in one.pairs() {
            let (old, new) = (pair.figure.show(pair.old), pair.figure.show(pair.new));
            let ratio = format!("{:.3}", pair.ratio);
            table.row([name, pair.figure.label(), &old, &new, &ratio, &pair.words()]);
            name = "";
        }
    }
    table
}

/// The same, for programs.
#[must_use]
pub fn comparison_json(compared: &[Compared]) -> Value {
    compared.iter().map(Compared::value).collect()
}

/// The same, as a page.
#[must_use]
pub fn comparison_page(compared: &[Compared]) -> Page {
    let wrong: Vec<String> = compared.iter().flat_map(Compared::differences).collect();
    let words = if wrong.is_empty() { "Books: held, with both builds." } else { "Books: WRONG." };
    Page {
        title: "two builds".to_owned(),
        intro: "Each row with the node of either build, one run after the other and again. Figures are medians, ratios \
                medians over the pairs."
            .to_owned(),
        conclusion: Remark::all(wrong.is_empty(), words, &wrong),
        sections: vec![Section::of_table("figures", "", &comparison_table(compared))],
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows::row_named;
    use super::*;

    fn pair(old: [f64; 2], new: [f64; 2]) -> [Outcome; 2] {
        [old, new].map(|[rate, p99]| Outcome::of([(Figure::Rate, rate), (Figure::P99, p99)]))
    }

    /// A machine that was three times as fast for one pair changes no ratio.
    #[test]
    fn ratios_are_of_what_ran_together() {
        let runs = vec![
            pair([100.0, 10.0], [110.0, 20.0]),
            pair([300.0, 10.0], [330.0, 20.0]),
            pair([100.0, 10.0], [90.0, 20.0]),
        ];
        let compared = Compared { row: row_named("singles-64").unwrap(), runs };
        let [rate, latency] = compared.pairs()[..] else { panic!("two figures") };
        assert_eq!((rate.old, rate.new), (100.0, 110.0));
        assert!((rate.ratio - 1.1).abs() < 1e-9);
        assert_eq!(
            (rate.words().as_str(), latency.words().as_str()),
            ("better in 2 of 3", "better in 0 of 3")
        );
        let text = comparison_table(std::slice::from_ref(&compared)).to_string();
        assert!(text.contains("1.100") && text.contains("2.000"), "{text}");
        assert!(compared.differences().is_empty());
    }
}
