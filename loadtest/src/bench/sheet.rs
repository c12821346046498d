//! Tables of figures without bars: how cost and speed go with a size, and where the time goes.

use longmen_terminal::{Table, grouped};
use longmen_workload::measure::{microseconds, rate};
use serde_json::{Map, Value, json};

use crate::report::chart::Chart;
use crate::report::{Remark, Section};

/// A table, its plots, and what was found of the books behind it.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Its name, for programs.
    pub name: String,
    /// What it shows, in a line.
    pub title: String,
    /// What stands above the names of the rows.
    pub subject: &'static str,
    pub columns: Vec<Column>,
    pub rows: Vec<SheetRow>,
    /// What a reader of the figures should know.
    pub notes: Vec<String>,
    /// Accounts whose balance was compared with the sum of what was answered.
    pub accounts_compared: usize,
    /// Answers that were wrong or missing, and books that are not what the answers said.
    pub differences: Vec<String>,
    pub charts: Vec<Chart>,
}

/// A column of figures.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name, for programs.
    pub key: &'static str,
    /// Its head, for people.
    pub head: &'static str,
    /// What its figures are in.
    pub unit: Unit,
}

/// What figures are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Times a second.
    Rate,
    /// Microseconds of a latency.
    Latency,
    /// Microseconds, of which parts count.
    Cost,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Things.
    Count,
    /// Things for each of something, of which parts count.
    Each,
    /// A part of a whole.
    Share,
    /// A factor: how many times.
    Times,
}

/// One row.
#[derive(Clone, Debug)]
pub struct SheetRow {
    /// Its name, for people.
    pub label: String,
    /// The size that the row is about, where it is about one.
    pub at: Option<f64>,
    /// A figure for each column, where there is one.
    pub cells: Vec<Option<f64>>,
    /// Whether the books held, where they were looked at for this row.
    pub held: Option<bool>,
}

impl Unit {
    /// Its name, for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Unit::Rate => "1/s",
            Unit::Latency | Unit::Cost => "us",
            Unit::Seconds => "s",
            Unit::Bytes => "B",
            Unit::Count | Unit::Each | Unit::Share | Unit::Times => "1",
        }
    }

    /// A figure with its unit.
    #[must_use]
    pub fn show(self, value: f64) -> String {
        match self {
            Unit::Rate => format!("{}/s", rate(value)),
            Unit::Latency => microseconds(whole(value)),
            Unit::Cost if value < 100.0 => format!("{value:.3} µs"),
            Unit::Cost => microseconds(whole(value)),
            Unit::Seconds => format!("{value:.3} s"),
            Unit::Bytes if value < 1e6 => format!("{value:.0} B"),
            Unit::Bytes => format!("{} MB", grouped(whole(value / 1e6))),
            Unit::Count => grouped(whole(value)),
            Unit::Each => significant(value),
            Unit::Share => format!("{:.1} %", 100.0 * value),
            Unit::Times => format!("{value:.2} x"),
        }
    }
}

/// With three digits that count, as long as there are any among the first six places.
fn significant(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let places = (1..6).find(|places| value * 10_f64.powi(places - 2) >= 1.0).unwrap_or(6);
    format!("{value:.*}", usize::try_from(places).unwrap_or(0))
}

fn whole(value: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "figures are far below 2^64")]
    let whole = value.round().max(0.0) as u64;
    whole
}

impl Sheet {
    /// A table without rows.
    #[must_use]
    pub fn new(name: impl Into<String>, title: impl Into<String>, columns: &[Column]) -> Sheet {
        Sheet {
            name: name.into(),
            title: title.into(),
            subject: "",
            columns: columns.to_vec(),
            rows: Vec::new(),
            notes: Vec::new(),
            accounts_compared: 0,
            differences: Vec::new(),
            charts: Vec::new(),
        }
    }

    /// Whether every answer was right and all books are what the answers said.
    #[must_use]
    pub fn books_held(&self) -> bool {
        self.differences.is_empty()
    }

    /// Takes in what a comparison of books found; whether they held.
    pub(super) fn compared(&mut self, row: &str, findings: longmen_workload::check::Findings) -> bool {
        let held = findings.held();
        self.accounts_compared += findings.accounts;
        self.differences.extend(findings.differences.into_iter().map(|words| format!("{row}: {words}")));
        held
    }

    /// Where the figures of this column stand, and at which sizes.
    pub(super) fn points(&self, key: &str) -> Vec<(f64, f64)> {
        let Some(place) = self.columns.iter().position(|column| column.key == key) else { return Vec::new() };
        self.rows.iter().filter_map(|row| Some((row.at?, row.cells[place]?))).collect()
    }

    fn has_books(&self) -> bool {
        self.rows.iter().any(|row| row.held.is_some())
    }

    /// The heads of its columns, with how figures stand to the right.
    fn heads(&self) -> Vec<String> {
        let mut heads = vec![self.subject.to_owned()];
        heads.extend(self.columns.iter().map(|column| format!(">{}", column.head)));
        if self.has_books() {
            heads.push("books".to_owned());
        }
        heads
    }

    /// The text of a row's cells, in the order of the heads.
    fn texts(&self, row: &SheetRow) -> Vec<String> {
        let mut texts = vec![row.label.clone()];
        let show = |(column, cell): (&Column, &Option<f64>)| {
            cell.map_or_else(String::new, |cell| column.unit.show(cell))
        };
        texts.extend(self.columns.iter().zip(&row.cells).map(show));
        if self.has_books() {
            let words = row.held.map_or("", |held| if held { "held" } else { "BOOKS WRONG" });
            texts.push(words.to_owned());
        }
        texts
    }

    /// For people.
    #[must_use]
    pub fn table(&self) -> Table {
        let heads = self.heads();
        let mut table = Table::new(&heads.iter().map(String::as_str).collect::<Vec<_>>());
        self.rows.iter().for_each(|row| table.row(self.texts(row)));
        table
    }

    /// What the table does not say: notes, and what was wrong.
    pub fn remarks(&self) -> impl Iterator<Item = String> {
        let wrong = self.differences.iter().map(|words| format!("BOOKS WRONG: {words}"));
        self.notes.iter().cloned().chain(wrong)
    }

    /// Its section of a page.
    #[must_use]
    pub fn section(&self) -> Section {
        let mut section = Section::of_table(&self.name, &self.title, &self.table());
        let wrong = self.differences.iter().map(|words| Remark::wrong(format!("BOOKS WRONG: {words}")));
        section.remarks = self.notes.iter().map(Remark::plain).chain(wrong).collect();
        section.charts.clone_from(&self.charts);
        section
    }

    /// For programs: rows have their figures under the keys of the columns.
    #[must_use]
    pub fn json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            let mut object = Map::new();
            object.insert("label".into(), row.label.clone().into());
            object.insert("at".into(), row.at.into());
            let cells = self.columns.iter().zip(&row.cells);
            object.extend(cells.map(|(column, cell)| (column.key.to_owned(), (*cell).into())));
            object.insert("books_held".into(), row.held.into());
            Value::Object(object)
        });
        let units: Map<String, Value> =
            self.columns.iter().map(|column| (column.key.to_owned(), column.unit.name().into())).collect();
        json!({
            "name": self.name,
            "title": self.title,
            "units": units,
            "rows": rows.collect::<Vec<_>>(),
            "notes": self.notes,
            "accounts_compared": self.accounts_compared,
            "books_held": self.books_held(),
            "differences": self.differences,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 2] = [
        Column { key: "rate", head: "transactions", unit: Unit::Rate },
        Column { key: "cost", head: "node", unit: Unit::Cost },
    ];

    fn sheet() -> Sheet {
        let row = |at: f64, cells: [Option<f64>; 2], held| SheetRow {
            label: format!("{at} <accounts>"),
            at: Some(at),
            cells: cells.to_vec(),
            held,
        };
        let mut sheet = Sheet::new("accounts", "how it goes", &COLUMNS);
        sheet.rows =
            vec![row(10.0, [Some(1_500.0), Some(0.25)], Some(true)), row(20.0, [None, Some(400.0)], None)];
        sheet
    }

    #[test]
    fn figures_are_told_to_people_and_programs() {
        let sheet = sheet();
        let text = sheet.table().to_string();
        assert!(text.contains("1,500/s") && text.contains("0.250 µs") && text.contains("400 µs"), "{text}");
        assert!(text.contains("held"), "{text}");
        let json = sheet.json();
        assert_eq!(
            (json["rows"][0]["rate"].as_f64(), json["rows"][0]["at"].as_f64()),
            (Some(1_500.0), Some(10.0))
        );
        assert!(json["rows"][1]["rate"].is_null() && json["rows"][1]["books_held"].is_null());
        assert_eq!((json["units"]["cost"].as_str(), json["books_held"].as_bool()), (Some("us"), Some(true)));
        assert_eq!(sheet.points("rate"), [(10.0, 1_500.0)]);
        assert_eq!(sheet.points("no such"), []);
        let table = &sheet.section().tables[0];
        assert_eq!(table.rows[0], ["10 <accounts>", "1,500/s", "0.250 µs", "held"]);
        assert_eq!(
            table.heads.iter().map(|head| head.figures).collect::<Vec<_>>(),
            [false, true, true, false]
        );
    }

    #[test]
    fn small_parts_keep_digits_that_count() {
        for (value, shown) in
            [(0.0, "0"), (0.000_122, "0.000122"), (0.035_2, "0.0352"), (1.002_3, "1.00"), (250.0, "250.0")]
        {
            assert_eq!(Unit::Each.show(value), shown);
        }
    }

    #[test]
    fn wrong_books_are_told_by_row() {
        let mut sheet = sheet();
        let mut findings = longmen_workload::check::Findings { accounts: 7, ..Default::default() };
        assert!(sheet.compared("10", findings.clone()) && sheet.books_held());
        findings.add("account U1".into());
        assert!(!sheet.compared("20", findings) && !sheet.books_held());
        assert_eq!(sheet.accounts_compared, 14);
        assert_eq!(sheet.remarks().collect::<Vec<_>>(), ["BOOKS WRONG: 20: account U1"]);
    }
}
