//! A CSV file as rows of named cells.

use std::io::{self, Read};
use std::ops::ControlFlow;

use csv::{ByteRecord, ReaderBuilder, StringRecord};

use super::encoding::{BYTE_ORDER_MARK, read_text, why_not_text};
use super::fault::Faults;
use super::line_ends::LineEnds;

/// No row of a file that is larger than memory has more bytes: one that has is most likely all that stands behind a quotation mark which
/// is not closed.
const LONGEST_ROW: u64 = 16 << 20;

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

    /// What it is called.
    pub(crate) const fn name(&self) -> &'static str {
        self.name
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
            faults.row(LineEnds::line_behind(&bytes[..not.after]), not.reason);
            return Vec::new();
        }
    };
    let mut rows = Vec::new();
    let records = Records::new(text.as_bytes(), u64::MAX);
    let walked = walk(records, UpTo::End, columns, faults, &mut |cells| {
        rows.extend(read(cells));
        ControlFlow::Continue(())
    });
    walked.expect("a text in memory reads without an error");
    rows
}

/// The same of a file that is larger than memory, up to the first row that is wrong. What was read before it is not to be used then.
///
/// # Errors
/// Where it cannot be read, or a row has no end.
pub(crate) fn stream_rows(
    mut input: impl Read,
    columns: &'static [Column],
    faults: &mut Faults,
    mut read: impl FnMut(&mut Cells<'_>) -> ControlFlow<()>,
) -> io::Result<()> {
    let mut beginning = Vec::new();
    (&mut input).take(BYTE_ORDER_MARK.len() as u64).read_to_end(&mut beginning)?;
    if beginning == BYTE_ORDER_MARK {
        beginning.clear();
    }
    let records = Records::new(beginning.as_slice().chain(input), LONGEST_ROW);
    walk(records, UpTo::FirstFault, columns, faults, &mut read)
}

/// How far a table is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum UpTo {
    End,
    FirstFault,
}

fn walk<R: Read>(
    mut records: Records<R>,
    up_to: UpTo,
    columns: &'static [Column],
    faults: &mut Faults,
    read: &mut dyn FnMut(&mut Cells<'_>) -> ControlFlow<()>,
) -> io::Result<()> {
    let Some((line, head)) = records.next(faults)? else {
        if faults.is_empty() {
            faults.row(1, "the file is empty: its first row names the columns");
        }
        return Ok(());
    };
    let Some(places) = find_columns(line, &head, columns, faults) else { return Ok(()) };
    while (up_to == UpTo::End || faults.is_empty())
        && let Some((line, record)) = records.next(faults)?
    {
        if record.iter().all(str::is_empty) {
            continue;
        }
        if record.len() != head.len() {
            faults.row(line, wrong_width(&record, head.len()));
            continue;
        }
        let mut cells = Cells { line, record: &record, columns, places: &places, faults, is_good: true };
        if read(&mut cells).is_break() {
            break;
        }
    }
    Ok(())
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
struct Records<R> {
    reader: csv::Reader<LineEnds<R>>,
}

impl<R: Read> Records<R> {
    fn new(input: R, longest_row: u64) -> Records<R> {
        let mut builder = ReaderBuilder::new();
        let builder = builder.has_headers(false).flexible(true).buffer_capacity(1 << 16);
        Records { reader: builder.from_reader(LineEnds::of(input, longest_row)) }
    }

    /// The next record; none at the end, and where it is no text, which is noted.
    fn next(&mut self, faults: &mut Faults) -> io::Result<Option<(u64, StringRecord)>> {
        let mut record = ByteRecord::new();
        if !self.reader.read_byte_record(&mut record)? {
            return Ok(None);
        }
        let start = record.position().map_or(0, csv::Position::byte);
        let line = self.reader.get_mut().line_of(start);
        if record.as_slice().contains(&0) {
            faults.row(line, why_not_text(record.as_slice()));
            return Ok(None);
        }
        match StringRecord::from_byte_record(record) {
            Ok(mut text) => {
                text.trim();
                Ok(Some((line, text)))
            }
            Err(not) => {
                faults.row(line, why_not_text(not.into_byte_record().as_slice()));
                Ok(None)
            }
        }
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

    /// Hands out a byte at a time, so that every end of a line is torn once.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let length = out.len().min(1);
            self.0.read(&mut out[..length])
        }
    }

    #[test]
    fn a_stream_is_read_as_a_text_is_up_to_the_first_row_that_is_wrong() {
        #[track_caller]
        fn check(bytes: &[u8], expect: &[(u64, &str)], wrong: &[&str]) {
            let (mut faults, mut rows) = (Faults::default(), Vec::new());
            let read = stream_rows(Slow(bytes), COLUMNS, &mut faults, |cells| {
                let line = cells.line;
                rows.extend(cells.required("code", |code| Ok(code.to_owned())).map(|code| (line, code)));
                ControlFlow::Continue(())
            });
            read.unwrap();
            assert_eq!(
                rows,
                expect.iter().map(|(line, code)| (*line, (*code).to_owned())).collect::<Vec<_>>()
            );
            let said: Vec<String> = faults.by_line().iter().map(ToString::to_string).collect();
            assert_eq!(said, wrong);
        }
        check(b"code,name\r\n1,a\r\n\r\n2,b", &[(2, "1"), (4, "2")], &[]);
        check(b"code,name\r1,a\r\r\n2,b\r", &[(2, "1"), (4, "2")], &[]);
        check("\u{FEFF}code\n\n\n \u{3000}1\u{3000}\n".as_bytes(), &[(4, "1")], &[]);
        check(b"code,name\n1,a\n,b\n,c\n3,d\n", &[(2, "1")], &["line 3, code: is missing"]);
        check(b"code,name\n1\n2,b\n", &[], &["line 2: the row has 1 cells, the first row 2"]);
        check(b"", &[], &["line 1: the file is empty: its first row names the columns"]);
        check(
            b"cose\n1\n",
            &[],
            &[
                "line 1, cose: unknown column; this file may have: code, name",
                "line 1, code: the column is missing",
            ],
        );
        let gbk = "the file is not UTF-8 but most likely GBK (GB18030): save it as \"CSV UTF-8\", or run iconv -f GB18030 -t UTF-8";
        check(b"code\n1\n\xD2\xF8\n", &[(2, "1")], &[&format!("line 3: {gbk}")]);
        check(b"\xD2\xF8\n1\n", &[], &[&format!("line 1: {gbk}")]);
        // Halves of a character in two cells.
        check(b"code,name\n\xE4,\xB8\xAD\n", &[], &["line 2: the file is not UTF-8, nor GBK or UTF-16"]);
        let utf_16 = "the file is not UTF-8 but most likely UTF-16: save it as \"CSV UTF-8\", or run iconv -f UTF-16 -t UTF-8";
        check(b"\xFF\xFEc\0", &[], &[&format!("line 1: {utf_16}")]);
        check(b"code\n1\0\n", &[], &[&format!("line 2: {utf_16}")]);
    }

    #[test]
    fn a_row_without_an_end_does_not_fill_the_memory() {
        let text = Read::chain(&b"code\n1\n\"2"[..], io::repeat(b'x'));
        let mut rows = 0;
        let read = stream_rows(text, COLUMNS, &mut Faults::default(), |_| {
            rows += 1;
            ControlFlow::Continue(())
        });
        assert_eq!(rows, 1);
        assert_eq!(
            read.unwrap_err().to_string(),
            "line 2: a row has more than 16777216 bytes; is a quotation mark not closed?"
        );
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
