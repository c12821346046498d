//! A CSV file as rows of named cells.

use csv::{ReaderBuilder, StringRecord};

use super::encoding::read_text;
use super::fault::Faults;

/// A column that a file may have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    name: &'static str,
    /// What exports call it, where that differs.
    also: &'static str,
    is_required: bool,
    is_read: bool,
}

impl Column {
    /// One that every file has.
    pub(crate) const fn required(name: &'static str) -> Column {
        Column { name, also: name, is_required: true, is_read: true }
    }

    /// One that a file may have.
    pub(crate) const fn optional(name: &'static str) -> Column {
        Column { name, also: name, is_required: false, is_read: true }
    }

    /// One that exports have, and that says nothing to an import.
    pub(crate) const fn passed_over(name: &'static str) -> Column {
        Column { name, also: name, is_required: false, is_read: false }
    }

    /// The same, under another name as well.
    pub(crate) const fn or(self, also: &'static str) -> Column {
        Column { also, ..self }
    }

    fn is_called(&self, head: &str) -> bool {
        head == self.name || head == self.also
    }
}

/// Reads a file whose first row names its columns. What is wrong goes to `faults`; `read` makes something of each row
/// that has as many cells as the first.
pub(crate) fn read_rows<T>(
    bytes: &[u8],
    columns: &'static [Column],
    faults: &mut Faults,
    mut read: impl FnMut(&mut Cells<'_>) -> Option<T>,
) -> Vec<T> {
    let text = match read_text(bytes) {
        Ok(text) => text,
        Err(not) => {
            faults.row(Lines::new(&bytes[..not.after]).of(not.after), not.reason);
            return Vec::new();
        }
    };
    let mut records = Records::new(text);
    let Some((line, head)) = records.next() else {
        faults.row(1, "the file is empty: its first row names the columns");
        return Vec::new();
    };
    let Some(places) = find_columns(line, &head, columns, faults) else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for (line, record) in records {
        if record.iter().all(str::is_empty) {
            continue;
        }
        if record.len() != head.len() {
            faults.row(line, wrong_width(&record, head.len()));
            continue;
        }
        let cells = &mut Cells { line, record: &record, columns, places: &places, faults, is_good: true };
        rows.extend(read(cells));
    }
    rows
}

/// The cells of one row. Spaces around a value do not count; a cell with nothing in it is as good as absent.
pub(crate) struct Cells<'a> {
    pub(crate) line: u64,
    record: &'a StringRecord,
    columns: &'static [Column],
    places: &'a [Option<usize>],
    faults: &'a mut Faults,
    is_good: bool,
}

impl<'a> Cells<'a> {
    /// What stands in a cell.
    pub(crate) fn get(&self, column: &str) -> Option<&'a str> {
        let index = self.columns.iter().position(|known| known.name == column);
        let place = self.places[index.expect("a column that is read is one of the file's")]?;
        self.record.get(place).filter(|cell| !cell.is_empty())
    }

    /// A cell that must say something; `None` where it does not, which is noted.
    pub(crate) fn required<T>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let Some(cell) = self.get(column) else {
            self.fault(column, "is missing");
            return None;
        };
        self.parse(column, cell, parse)
    }

    /// A cell that may be empty; `None` as well where it cannot be read, which is noted.
    pub(crate) fn optional<T>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let cell = self.get(column)?;
        self.parse(column, cell, parse)
    }

    /// Notes that a cell is wrong.
    pub(crate) fn fault(&mut self, column: &'static str, reason: impl Into<String>) {
        self.is_good = false;
        self.faults.cell(self.line, column, reason);
    }

    /// `None` when something was wrong with the row.
    pub(crate) fn good(&self) -> Option<()> {
        self.is_good.then_some(())
    }

    fn parse<T>(
        &mut self,
        column: &'static str,
        cell: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        parse(cell).map_err(|reason| self.fault(column, reason)).ok()
    }
}

/// Where each column stands; `None` when one that is required stands nowhere.
fn find_columns(
    line: u64,
    head: &StringRecord,
    columns: &'static [Column],
    faults: &mut Faults,
) -> Option<Vec<Option<usize>>> {
    let mut places = vec![None; columns.len()];
    for (place, name) in head.iter().enumerate() {
        let Some(index) = columns.iter().position(|column| column.is_called(name)) else {
            let known = columns.iter().filter(|column| column.is_read).map(|column| column.name);
            let known = known.collect::<Vec<_>>().join(", ");
            faults.cell(line, name, format!("unknown column; this file may have: {known}"));
            continue;
        };
        if places[index].replace(place).is_some() {
            faults.cell(line, name, "the column stands here twice");
        }
    }
    let mut all = true;
    for (column, _) in
        columns.iter().zip(&places).filter(|(column, place)| column.is_required && place.is_none())
    {
        all = false;
        faults.cell(line, column.name, "the column is missing");
    }
    all.then_some(places)
}

fn wrong_width(record: &StringRecord, expect: usize) -> String {
    let runs_on = record.iter().any(|cell| cell.contains('\n'));
    let hint = if runs_on { "; is a quotation mark not closed?" } else { "" };
    format!("the row has {} cells, the first row {expect}{hint}", record.len())
}

/// The records of a text, each with the line that it begins on.
struct Records<'a> {
    reader: csv::Reader<&'a [u8]>,
    lines: Lines<'a>,
}

impl<'a> Records<'a> {
    fn new(text: &'a str) -> Records<'a> {
        let mut builder = ReaderBuilder::new();
        let builder = builder.has_headers(false).flexible(true).trim(csv::Trim::All);
        Records { reader: builder.from_reader(text.as_bytes()), lines: Lines::new(text.as_bytes()) }
    }
}

impl Iterator for Records<'_> {
    type Item = (u64, StringRecord);

    fn next(&mut self) -> Option<(u64, StringRecord)> {
        let mut record = StringRecord::new();
        let read = self.reader.read_record(&mut record);
        let some = read.expect("a text in memory, with rows of any width, reads without an error");
        let start = record.position().map_or(0, csv::Position::byte);
        let start = usize::try_from(start).expect("a place in a text in memory");
        some.then(|| (self.lines.of(start), record))
    }
}

/// Counts lines as an editor does: `\n`, `\r\n` and `\r` end one.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn new(bytes: &'a [u8]) -> Lines<'a> {
        Lines { bytes, at: 0, line: 1 }
    }

    /// The line of the first byte at or behind `start` that ends no line. `start` must not decrease.
    fn of(&mut self, start: usize) -> u64 {
        while self.at < start || matches!(self.bytes.get(self.at), Some(b'\r' | b'\n')) {
            let ends = match self.bytes[self.at] {
                b'\n' => true,
                b'\r' => self.bytes.get(self.at + 1) != Some(&b'\n'),
                _ => false,
            };
            self.line += u64::from(ends);
            self.at += 1;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] =
        &[Column::required("code").or("subject"), Column::optional("name"), Column::passed_over("exponent")];

    #[test]
    fn rows_have_the_lines_of_an_editor() {
        #[track_caller]
        fn check(text: &str, expect: &[(u64, &str, &str)]) {
            let mut faults = Faults::default();
            let rows = read_rows(text.as_bytes(), COLUMNS, &mut faults, |cells| {
                let name = cells.get("name").unwrap_or("-").to_owned();
                Some((cells.line, cells.get("code").unwrap_or("-").to_owned(), name))
            });
            let rows: Vec<_> = rows.iter().map(|(line, code, name)| (*line, &**code, &**name)).collect();
            assert_eq!(rows, expect, "{text:?}");
            assert!(faults.is_empty(), "{:?}", faults.by_line());
        }
        check("code,name\n1,a\n2,b\n", &[(2, "1", "a"), (3, "2", "b")]);
        check("code,name\r\n1,a\r\n\r\n2,b", &[(2, "1", "a"), (4, "2", "b")]);
        check("code,name\r1,a\r2,b\r", &[(2, "1", "a"), (3, "2", "b")]);
        check(
            "\u{FEFF}name,code\n\"a\r\nb, \"\"c\"\"\",1\n d , 2 \n",
            &[(2, "1", "a\r\nb, \"c\""), (4, "2", "d")],
        );
        check("\n\nname,subject,exponent\n\n,7,2\n,,\n , ,\n\"\",8,\n", &[(5, "7", "-"), (8, "8", "-")]);
        check("code\n", &[]);
    }

    #[test]
    fn what_is_no_table_is_said() {
        #[track_caller]
        fn check(bytes: &[u8], expect: &[&str]) {
            let mut faults = Faults::default();
            read_rows(bytes, COLUMNS, &mut faults, |cells| {
                cells.required("code", |code| Ok(code.to_owned()))
            });
            let said: Vec<String> = faults.by_line().iter().map(ToString::to_string).collect();
            assert_eq!(said, expect);
        }
        check(b"", &["line 1: the file is empty: its first row names the columns"]);
        check(b"name\n1\n", &["line 1, code: the column is missing"]);
        check(b"code,subject\n1,2\n", &["line 1, subject: the column stands here twice"]);
        check(
            b"code,nmae\n1,2\n,3\n",
            &["line 1, nmae: unknown column; this file may have: code, name", "line 3, code: is missing"],
        );
        check(
            b"code,name\n1\n2,b,c\n3,\"x\n4,y\n",
            &["line 2: the row has 1 cells, the first row 2", "line 3: the row has 3 cells, the first row 2"],
        );
        check(
            b"code,name\n\"1,b\n2,c\n",
            &["line 2: the row has 1 cells, the first row 2; is a quotation mark not closed?"],
        );
        check(
            b"code\n1\n\xD2\xF8\n",
            &[
                "line 3: the file is not UTF-8 but most likely GBK (GB18030): save it as \"CSV UTF-8\", or run iconv -f \
             GB18030 -t UTF-8",
            ],
        );
    }
}
