//! Tables for people.

use std::fmt;

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, TableStyle, Width};
use unicode_width::UnicodeWidthStr;

use crate::visible::visible_cell;

/// A line under the heads and no other.
const UNDERLINED: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));
/// The space behind a column of a fitted table, and what stands between two.
const PADDING: u16 = 1;
const BETWEEN: usize = 1;
/// A column of text that is wrapped becomes no narrower, where that is enough; else no narrower than the second.
const NARROWEST: [usize; 2] = [8, 4];

/// A table of text, with columns of figures to the right. Whatever stands in a cell, it is one cell: what a terminal
/// would obey is written out.
#[derive(Clone, Debug)]
pub struct Table {
    heads: Vec<String>,
    right: Vec<bool>,
    rows: Vec<Vec<String>>,
    width: Option<usize>,
}

impl Table {
    /// A table with these column heads; a head that starts with `>` is that of a column of figures.
    #[must_use]
    pub fn new(heads: &[&str]) -> Table {
        Table {
            heads: heads.iter().map(|head| visible_cell(head.trim_start_matches('>'))).collect(),
            right: heads.iter().map(|head| head.starts_with('>')).collect(),
            rows: Vec::new(),
            width: None,
        }
    }

    /// Adds a row.
    pub fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        let cells = cells.into_iter().take(self.heads.len());
        self.rows.push(cells.map(|text| visible_cell(text.as_ref())).collect());
    }

    /// Fits the table into so many columns of a terminal: leaves out what is empty in every row, and wraps text, never
    /// figures. A table whose figures need more than that stays wider.
    #[must_use]
    pub fn fit(mut self, width: usize) -> Table {
        let is_empty = |index: usize| self.rows.iter().all(|row| row.get(index).is_none_or(String::is_empty));
        let kept: Vec<bool> =
            (0..self.heads.len()).map(|index| self.rows.is_empty() || !is_empty(index)).collect();
        self.heads = keep(self.heads, &kept);
        self.right = keep(self.right, &kept);
        self.rows = self.rows.into_iter().map(|row| keep(row, &kept)).collect();
        self.width = Some(width);
        self
    }

    /// The width of each column in a table that is fitted.
    fn widths(&self, most: usize) -> Vec<usize> {
        let cells = |index: usize| {
            self.rows.iter().filter_map(|row| row.get(index)).map(|cell| cell.width()).max().unwrap_or(0)
        };
        let mut widths: Vec<usize> =
            self.heads.iter().enumerate().map(|(index, head)| cells(index).max(head.width())).collect();
        let all = |widths: &[usize]| {
            let padded: usize = widths.iter().map(|width| width + usize::from(PADDING)).sum();
            padded + widths.len().saturating_sub(1) * BETWEEN
        };
        if all(&widths) > most {
            // Heads of figures take several lines first.
            for (index, head) in self.heads.iter().enumerate().filter(|(index, _)| self.right[*index]) {
                let word = head.split(' ').map(|word| word.width()).max().unwrap_or(0);
                widths[index] = cells(index).max(word);
            }
        }
        let [usual, narrow] = NARROWEST.map(|narrowest| {
            let mut widths = widths.clone();
            while all(&widths) > most {
                let text =
                    (0..widths.len()).filter(|index| !self.right[*index] && widths[*index] > narrowest);
                let Some(widest) = text.max_by_key(|index| widths[*index]) else { break };
                widths[widest] -= 1;
            }
            widths
        });
        // Words are not torn where that does not make it fit either.
        if all(&usual) > most && all(&narrow) <= most { narrow } else { usual }
    }
}

fn keep<T>(all: Vec<T>, kept: &[bool]) -> Vec<T> {
    all.into_iter().zip(kept).filter(|(_, kept)| **kept).map(|(one, _)| one).collect()
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = comfy_table::Table::new();
        table.load_style(UNDERLINED).set_content_arrangement(ContentArrangement::Disabled);
        let cells = |row: &[String]| {
            row.iter().zip(&self.right).map(|(text, right)| cell(text, *right)).collect::<Vec<_>>()
        };
        table.set_header(cells(&self.heads));
        table.add_rows(self.rows.iter().map(|row| cells(row)));
        if let Some(most) = self.width {
            let fixed = |width: usize| {
                let width = u16::try_from(width).unwrap_or(u16::MAX).saturating_add(PADDING);
                ColumnConstraint::Absolute(Width::Fixed(width))
            };
            table.discover_columns();
            table.column_iter_mut().for_each(|column| {
                column.set_padding((0, PADDING));
            });
            table.set_constraints(self.widths(most).into_iter().map(fixed));
        }
        let text = table.to_string();
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        f.write_str(&lines.join("\n"))
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

    #[test]
    fn fitted_tables_wrap_text_and_never_figures() {
        let mut table = Table::new(&["number", "name", "nothing", ">opening balance", ">closing balance"]);
        let name = "应付账款-商户待结算资金-跨境人民币业务-第一清算中心";
        table.row(["0123456789abcdef0123456789abcdef", name, "", "1,234,567,890.00", "9,876,543,210.00"]);
        table.row(["1", "fee", "", "0.00", "0.00"]);
        for most in [72, 80, 100] {
            let text = table.clone().fit(most).to_string();
            assert!(text.lines().all(|line| line.width() <= most), "{most}:\n{text}");
            assert!(!text.contains("nothing"), "{text}");
            for whole in ["1,234,567,890.00", "9,876,543,210.00", "closing"] {
                assert!(text.contains(whole), "{whole} is torn:\n{text}");
            }
            let letters: usize = text.chars().filter(|letter| name.contains(*letter)).count();
            assert!(letters >= name.chars().count(), "something of the name is missing:\n{text}");
        }
        assert!(table.clone().fit(200).to_string().lines().count() == 4, "there is room for all");
    }

    #[test]
    fn a_cell_is_one_cell_whatever_is_in_it() {
        let mut table = Table::new(&["number", ">balance"]);
        table.row(["U1\n U2       9.00", "1.00"]);
        assert_eq!(table.to_string().lines().count(), 3, "{table}");
        assert_eq!(table.fit(100).to_string().lines().count(), 3);
    }
}
