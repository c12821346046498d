//! Tables as XLSX.

use std::io::{self, Cursor, Write};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format as CellFormat, Workbook, Worksheet, XlsxError};

use super::column::Column;
use super::target::Target;
use super::theirs::Theirs;
use super::values::{Value, values};
use super::{columns_of, head_of};

/// One table of all lines, with one row of titles.
pub(super) fn write_lines(target: &Target, vouchers: &[Theirs<'_>], out: &mut impl Write) -> io::Result<()> {
    let columns = columns_of(target);
    write_book(out, |sheet| {
        let mut rows = Rows::of(sheet);
        rows.titles(&columns)?;
        for theirs in vouchers {
            for line in 0..theirs.lines.len() {
                rows.values(values(&columns, theirs, line, target))?;
            }
        }
        Ok(())
    })
}

/// A block for each voucher: its titles and cells, then the titles and cells of its lines, then an empty row.
pub(super) fn write_vouchers(
    target: &Target,
    vouchers: &[Theirs<'_>],
    out: &mut impl Write,
) -> io::Result<()> {
    let (head, columns) = (head_of(target), columns_of(target));
    write_book(out, |sheet| {
        let mut rows = Rows::of(sheet);
        for theirs in vouchers {
            rows.titles(&head)?;
            rows.values(values(&head, theirs, 0, target))?;
            rows.titles(&columns)?;
            for line in 0..theirs.lines.len() {
                rows.values(values(&columns, theirs, line, target))?;
            }
            rows.next += 1;
        }
        Ok(())
    })
}

/// Writes a book of one sheet. It says that it is of 2000-01-01, so that the same vouchers give the same bytes.
fn write_book(
    out: &mut impl Write,
    fill: impl FnOnce(&mut Worksheet) -> Result<(), XlsxError>,
) -> io::Result<()> {
    let book = || {
        let mut book = Workbook::new();
        let always = ExcelDateTime::from_ymd(2000, 1, 1)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&always));
        fill(book.add_worksheet())?;
        let mut bytes = Cursor::new(Vec::new());
        book.save_to_writer(&mut bytes)?;
        Ok(bytes.into_inner())
    };
    let bytes = book().map_err(|error: XlsxError| io::Error::other(error))?;
    out.write_all(&bytes)
}

/// Fills a sheet row by row.
struct Rows<'a> {
    sheet: &'a mut Worksheet,
    next: u32,
    date: CellFormat,
}

impl Rows<'_> {
    fn of(sheet: &mut Worksheet) -> Rows<'_> {
        Rows { sheet, next: 0, date: CellFormat::new().set_num_format("yyyy-mm-dd") }
    }

    fn titles(&mut self, columns: &[Column]) -> Result<(), XlsxError> {
        self.values(columns.iter().map(|column| Value::Text(column.title.to_string())))
    }

    fn values(&mut self, values: impl Iterator<Item = Value>) -> Result<(), XlsxError> {
        for (column, value) in (0_u16..).zip(values) {
            self.cell(column, &value)?;
        }
        self.next += 1;
        Ok(())
    }

    fn cell(&mut self, column: u16, value: &Value) -> Result<(), XlsxError> {
        match value {
            Value::Text(text) if text.is_empty() => {}
            Value::Text(text) => drop(self.sheet.write_string(self.next, column, text)?),
            Value::Number(number) => {
                // A sheet keeps numbers as floating point, whatever is written; amounts were held to the digits that are exact there, so the file has
                // the very digits.
                let number: f64 = number.parse().expect("a decimal number");
                self.sheet.write_number(self.next, column, number)?;
            }
            Value::Date(date) => {
                let date = ExcelDateTime::parse_from_str(date)?;
                self.sheet.write_datetime_with_format(self.next, column, &date, &self.date)?;
            }
        }
        Ok(())
    }
}
