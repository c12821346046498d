//! Tables for people.

use std::fmt;

use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, TableStyle};

/// A line under the heads and no other.
const UNDERLINED: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// A table of text, with columns of figures to the right.
#[derive(Debug)]
pub struct Table {
    inner: comfy_table::Table,
    right: Vec<bool>,
}

impl Table {
    /// A table with these column heads; a head that starts with `>` is that of a column of figures.
    #[must_use]
    pub fn new(heads: &[&str]) -> Table {
        let mut inner = comfy_table::Table::new();
        inner.load_style(UNDERLINED).set_content_arrangement(ContentArrangement::Disabled);
        let right: Vec<bool> = heads.iter().map(|head| head.starts_with('>')).collect();
        let cells = heads.iter().zip(&right).map(|(head, right)| cell(head.trim_start_matches('>'), *right));
        inner.set_header(cells.collect::<Vec<_>>());
        Table { inner, right }
    }

    /// Adds a row.
    pub fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        let cells = cells.into_iter().zip(&self.right).map(|(text, right)| cell(text.as_ref(), *right));
        self.inner.add_row(cells.collect::<Vec<_>>());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

fn cell(text: &str, right: bool) -> Cell {
    Cell::new(text).set_alignment(if right { CellAlignment::Right } else { CellAlignment::Left })
}

/// A count with thousands apart: `1_234_567` prints as `1,234,567`.
#[must_use]
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_by_thousands() {
        for (count, expect) in [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345_678, "12,345,678")] {
            assert_eq!(grouped(count), expect);
        }
    }

    #[test]
    fn figures_stand_to_the_right_and_wide_characters_count_as_two_columns() {
        let mut table = Table::new(&["subject", ">balance"]);
        table.row(["手续费", "1.00"]);
        table.row(["fee", "12.00"]);
        let text = table.to_string();
        let lines: Vec<&str> = text.lines().filter(|line| line.contains(".00")).collect();
        assert_eq!(lines[0].trim(), "手续费       1.00");
        assert_eq!(lines[1].trim(), "fee         12.00");
    }
}
