//! What people are shown: lines and tables.

use std::fmt;
use std::io::{self, IsTerminal};

use longmen_terminal::{Table, visible, wrapped};

/// The width of tables where no terminal tells its own.
const USUAL_COLUMNS: usize = 100;
/// Fewer columns than that are none to print a table in.
const FEWEST_COLUMNS: usize = 40;

/// Lines and tables, one below the other. What a terminal would obey in a line, an end of line as well, is written out,
/// and what does not fit goes on further to the right. So no text of a client can look like a line of ours.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    parts: Vec<String>,
}

impl Page {
    pub(crate) fn new() -> Page {
        Page::default()
    }

    /// Lines, one below the other.
    pub(crate) fn of_lines(lines: impl IntoIterator<Item = String>) -> Page {
        let mut page = Page::new();
        lines.into_iter().for_each(|line| page.line(line));
        page
    }

    /// Adds a line.
    pub(crate) fn line(&mut self, text: impl fmt::Display) {
        self.parts.push(wrapped(&visible(&text.to_string()), columns()));
    }

    /// Adds a line with nothing in it.
    pub(crate) fn gap(&mut self) {
        self.parts.push(String::new());
    }

    /// Adds a table, as wide as there is room for.
    pub(crate) fn table(&mut self, table: Table) {
        self.parts.push(table.fit(columns()).to_string());
    }

    /// Adds another page.
    pub(crate) fn page(&mut self, page: Page) {
        self.parts.extend(page.parts);
    }
}

/// Whether the table reads well in the columns that there are.
pub(crate) fn has_room_for(table: &Table) -> bool {
    table.reads_well_in(columns())
}

/// How many columns there are: as `COLUMNS` says, else as the terminal has.
fn columns() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|said| said.parse().ok());
    let of_terminal = || {
        let out = io::stdout();
        let size = out.is_terminal().then(|| rustix::termios::tcgetwinsize(&out).ok()).flatten()?;
        Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
    };
    said.or_else(of_terminal).unwrap_or(USUAL_COLUMNS).max(FEWEST_COLUMNS)
}

/// One line.
impl From<String> for Page {
    fn from(line: String) -> Page {
        let mut page = Page::new();
        page.line(line);
        page
    }
}

impl From<Table> for Page {
    fn from(table: Table) -> Page {
        let mut page = Page::new();
        page.table(table);
        page
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parts.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line() {
        let mut page = Page::new();
        page.line("reference: a\nok    总总  \u{1b}[2K");
        page.gap();
        let mut table = Table::new(&["number"]);
        table.row(["a\nb"]);
        page.page(table.into());
        let text = page.to_string();
        assert_eq!(text.lines().count(), 5, "{text}");
        assert!(text.starts_with("reference: a\\u{a}ok    总总  \\u{1b}[2K\n\n"), "{text}");
    }
}
