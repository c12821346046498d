//! Tables for people.

use std::fmt;

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, TableStyle, Width};
use unicode_width::UnicodeWidthStr;

use crate::stacked::{blocks, figures_below};
use crate::visible::visible_cell;
use crate::wrap::{longest_figure, wrapped, wrapped_cell};

/// A line under the heads and no other.
const UNDERLINED: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));
/// The space behind a column of a fitted table, and what stands between two.
const PADDING: u16 = 1;
const BETWEEN: usize = 1;
/// Text that is wrapped into no less than that still reads well.
const READABLE: usize = 20;
/// The first column stands four columns to the right of lines over all columns, where there is room.
const INDENT: usize = 4;

/// A table of text, with columns of figures to the right. Whatever stands in a cell, it is one cell: what a terminal
/// would obey is written out.
#[derive(Clone, Debug)]
pub struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<String>>,
    /// Lines over all columns, each with the count of rows above it.
    pub(crate) across: Vec<(usize, String)>,
    width: Option<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) head: String,
    pub(crate) kind: Kind,
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text, which may be wrapped.
    Text,
    /// Numbers of accounts, ids: text that is kept whole.
    Whole,
    /// Figures, to the right.
    Figure,
}

impl Column {
    fn of(head: &str) -> Column {
        let (kind, head) = match head.split_at_checked(1) {
            Some((">", head)) => (Kind::Figure, head),
            Some(("=", head)) => (Kind::Whole, head),
            _ => (Kind::Text, head),
        };
        Column { head: visible_cell(head), kind }
    }

    /// Whether figures stand in it.
    pub(crate) fn is_right(&self) -> bool {
        self.kind == Kind::Figure
    }
}

/// How a table stands in the columns that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// Each row is a row.
    Rows,
    /// Texts stand in a line above their figures.
    TextsAbove,
    /// The same, with each figure in a line of its own.
    FiguresBelow,
    /// Each cell has a line of its own, behind its head.
    Blocks,
}

impl Table {
    /// A table with these column heads. A head that starts with `>` is that of a column of figures, one that starts with
    /// `=` that of a column of names that are kept whole, such as ids.
    #[must_use]
    pub fn new(heads: &[&str]) -> Table {
        let columns = heads.iter().map(|head| Column::of(head)).collect();
        Table { columns, rows: Vec::new(), across: Vec::new(), width: None }
    }

    /// Adds a row.
    pub fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        let cells = cells.into_iter().take(self.columns.len());
        self.rows.push(cells.map(|text| visible_cell(text.as_ref())).collect());
    }

    /// Adds a line over all columns, above the row that comes next: texts that have no column of their own.
    pub fn across<T: AsRef<str>>(&mut self, texts: impl IntoIterator<Item = T>) {
        let texts: Vec<String> = texts.into_iter().map(|text| visible_cell(text.as_ref())).collect();
        self.across.push((self.rows.len(), texts.join("  ")));
    }

    /// The heads, each with whether its column is one of figures.
    pub fn heads(&self) -> impl Iterator<Item = (&str, bool)> {
        self.columns.iter().map(|column| (column.head.as_str(), column.is_right()))
    }

    /// The text of the cells, row by row.
    #[must_use]
    pub fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }

    /// Whether so many columns of a terminal are enough for rows without wrapping text into columns too narrow to read.
    #[must_use]
    pub fn reads_well_in(&self, width: usize) -> bool {
        let least: Vec<usize> = (0..self.columns.len()).map(|index| self.least(index)).collect();
        padded(&least) <= width
    }

    /// Fits the table into so many columns of a terminal: leaves out what is empty in every row, and wraps text, never
    /// figures and ids. Where rows do not read well in so few, they stand in several lines each: texts above their
    /// figures, or a block a row.
    #[must_use]
    pub fn fit(mut self, width: usize) -> Table {
        let is_empty = |index: usize| self.rows.iter().all(|row| row.get(index).is_none_or(String::is_empty));
        let kept: Vec<bool> =
            (0..self.columns.len()).map(|index| self.rows.is_empty() || !is_empty(index)).collect();
        self.columns = keep(self.columns, &kept);
        self.rows = self.rows.into_iter().map(|row| keep(row, &kept)).collect();
        self.width = Some(width);
        self
    }

    fn layout(&self, width: usize) -> Layout {
        if self.reads_well_in(width) {
            return Layout::Rows;
        }
        // Figures in front say which row it is.
        let figures =
            self.columns.iter().skip_while(|column| column.is_right()).filter(|column| column.is_right());
        let only_figures = self.columns.iter().all(Column::is_right);
        match figures.count() {
            0 | 1 if !only_figures => Layout::Blocks,
            _ if !only_figures && self.texts_above().reads_well_in(width) => Layout::TextsAbove,
            _ => Layout::FiguresBelow,
        }
    }

    /// The same with all texts in lines above their figures.
    pub(crate) fn texts_above(&self) -> Table {
        let in_front = self.columns.iter().take_while(|column| column.is_right()).count();
        let in_front = if in_front == self.columns.len() { 0 } else { in_front };
        let is_below = |index: usize| index >= in_front && self.columns[index].is_right();
        let below: Vec<bool> = (0..self.columns.len()).map(is_below).collect();
        let mut table =
            Table { columns: keep(self.columns.clone(), &below), rows: Vec::new(), ..self.clone() };
        table.across.clear();
        let mut across = self.across.iter().peekable();
        for (index, row) in self.rows.iter().enumerate() {
            while let Some((_, line)) = across.next_if(|(above, _)| *above <= index) {
                table.across.push((table.rows.len(), line.clone()));
            }
            let texts = row.iter().enumerate().filter(|(index, text)| !is_below(*index) && !text.is_empty());
            let texts: Vec<&str> = texts.map(|(_, text)| &**text).collect();
            if !texts.is_empty() {
                table.across.push((table.rows.len(), texts.join("  ")));
            }
            let figures = keep(row.clone(), &below);
            if figures.iter().any(|figure| !figure.is_empty()) {
                table.rows.push(figures);
            }
        }
        table.across.extend(across.map(|(_, line)| (table.rows.len(), line.clone())));
        table
    }

    fn cells(&self, index: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(move |row| row.get(index)).map(|cell| &**cell)
    }

    /// The width of a column in which nothing is wrapped.
    fn natural(&self, index: usize) -> usize {
        self.cells(index).map(UnicodeWidthStr::width).max().unwrap_or(0).max(self.columns[index].head.width())
    }

    /// The width that a column needs to read well.
    fn least(&self, index: usize) -> usize {
        let Column { head, kind } = &self.columns[index];
        let cells = |width: fn(&str) -> usize| self.cells(index).map(width).max().unwrap_or(0);
        let of_head = head.split(' ').map(UnicodeWidthStr::width).max().unwrap_or(0);
        match kind {
            Kind::Text => self.natural(index).min(READABLE.max(cells(longest_figure))),
            Kind::Whole => self.natural(index),
            Kind::Figure => cells(UnicodeWidthStr::width).max(of_head),
        }
    }

    /// The width of each column in a table that is fitted.
    fn widths(&self, most: usize) -> Vec<usize> {
        let all = 0..self.columns.len();
        let mut widths: Vec<usize> = all.clone().map(|index| self.natural(index)).collect();
        let least: Vec<usize> = all.clone().map(|index| self.least(index)).collect();
        if padded(&widths) > most {
            // Heads of figures take several lines first.
            all.clone()
                .filter(|index| self.columns[*index].is_right())
                .for_each(|index| widths[index] = least[index]);
        }
        while padded(&widths) > most {
            let wrapped = all.clone().filter(|index| widths[*index] > least[*index]);
            let Some(widest) = wrapped.max_by_key(|index| widths[*index]) else { break };
            widths[widest] -= 1;
        }
        widths
    }

    /// The lines of these rows, below the heads if they are wanted.
    fn part(&self, heads: bool, rows: &[Vec<String>], widths: Option<&[usize]>) -> String {
        let mut table = comfy_table::Table::new();
        table.load_style(UNDERLINED).set_content_arrangement(ContentArrangement::Disabled);
        let cells = |row: &mut dyn Iterator<Item = &str>| {
            row.zip(&self.columns)
                .enumerate()
                .map(|(index, (text, column))| match widths {
                    Some(widths) => cell(&wrapped_cell(text, widths[index]), column.is_right()),
                    None => cell(text, column.is_right()),
                })
                .collect::<Vec<_>>()
        };
        if heads {
            table.set_header(cells(&mut self.columns.iter().map(|column| &*column.head)));
        }
        table.add_rows(rows.iter().map(|row| cells(&mut row.iter().map(|text| &**text))));
        if let Some(widths) = widths {
            table.discover_columns();
            table.column_iter_mut().for_each(|column| {
                column.set_padding((0, PADDING));
            });
            table.set_constraints(widths.iter().map(|width| fixed(width + usize::from(PADDING))));
        }
        table.to_string()
    }

    /// Each row as a row.
    fn as_rows(&self) -> String {
        // Parts of one table stand below each other only if their columns are equally wide.
        let most = self.width.or((!self.across.is_empty()).then_some(usize::MAX));
        let mut widths = most.map(|most| self.widths(most));
        if let (Some(most), Some(widths), false) = (most, &mut widths, self.across.is_empty()) {
            let room = most.saturating_sub(padded(widths)).min(INDENT);
            widths.iter_mut().take(1).for_each(|first| *first += room);
        }
        let first = self.across.first().map_or(self.rows.len(), |(above, _)| *above);
        let mut parts = vec![self.part(true, &self.rows[..first], widths.as_deref())];
        for (index, (from, text)) in self.across.iter().enumerate() {
            let to = self.across.get(index + 1).map_or(self.rows.len(), |(above, _)| *above);
            parts.push(wrapped(text, most.unwrap_or(usize::MAX)));
            if *from < to {
                parts.push(self.part(false, &self.rows[*from..to], widths.as_deref()));
            }
        }
        parts.join("\n")
    }
}

fn keep<T>(all: Vec<T>, kept: &[bool]) -> Vec<T> {
    all.into_iter().zip(kept).filter(|(_, kept)| **kept).map(|(one, _)| one).collect()
}

/// How many columns a table takes whose columns are as wide as that.
fn padded(widths: &[usize]) -> usize {
    let padded: usize = widths.iter().map(|width| width + usize::from(PADDING)).sum();
    padded + widths.len().saturating_sub(1) * BETWEEN
}

fn fixed(width: usize) -> ColumnConstraint {
    ColumnConstraint::Absolute(Width::Fixed(u16::try_from(width).unwrap_or(u16::MAX)))
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.width.unwrap_or(usize::MAX);
        let text = match self.layout(width) {
            Layout::Rows => self.as_rows(),
            Layout::TextsAbove => self.texts_above().as_rows(),
            Layout::FiguresBelow => figures_below(&self.texts_above(), width),
            Layout::Blocks => blocks(self, width),
        };
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
    fn lines_over_all_columns_wrap_and_leave_figures_below_their_heads() {
        let mut table = Table::new(&[">opening", ">closing"]);
        let name = "应付账款-商户待结算资金-跨境人民币业务-第一清算中心";
        table.across(["220301", name, "credit"]);
        table.row(["1,234,567,890.00", "9.00"]);
        table.across(["a\nb", "c   d"]);
        table.row(["1.00", "9,876,543,210.00"]);
        for (most, lines) in [(40, 7), (100, 6)] {
            let text = table.clone().fit(most).to_string();
            assert!(text.lines().all(|line| line.width() <= most), "{most}:\n{text}");
            assert!(text.lines().count() >= lines, "{most}:\n{text}");
            assert!(text.contains("\na\\u{a}b  c \\u{20}\\u{20}d\n"), "{text}");
            let ends: Vec<usize> = text
                .lines()
                .filter(|line| line.ends_with("closing") || line.ends_with(".00"))
                .map(|line| line.width())
                .collect();
            assert_eq!(ends, [38, 38, 38], "{text}");
        }
        assert_eq!(table.to_string().lines().count(), 6, "{table}");
    }

    #[test]
    fn a_table_reads_well_where_its_figures_and_some_of_its_text_have_room() {
        for (text, figure, width, expect) in [
            ("fee", "1.00", 12, true),
            ("fee", "1.00", 11, true),
            ("fee", "1.00", 10, false),
            ("a name of more than twenty columns", "1.00", 28, true),
            ("a name of more than twenty columns", "1.00", 26, false),
        ] {
            let mut table = Table::new(&["name", ">sum"]);
            table.row([text, figure]);
            assert_eq!(table.reads_well_in(width), expect, "{width}: {table}");
        }
    }

    #[test]
    fn a_cell_is_one_cell_whatever_is_in_it() {
        let mut table = Table::new(&["number", ">balance"]);
        table.row(["U1\n U2       9.00", "1.00"]);
        assert_eq!(table.to_string().lines().count(), 3, "{table}");
        assert_eq!(table.fit(100).to_string().lines().count(), 3);
    }
}
