//! Rows of a sheet, by calamine: of an xlsx. The older xls is refused: calamine 0.38 panics where one was cut off, takes some that were,
//! and may allocate whatever a damaged one tells it to.

use std::io::{self, BufRead, Cursor, Read};
use std::iter;
use std::vec::IntoIter;

use calamine::{DataRef, DataType, ExcelDateTime, Reader, Xlsx};
use jiff::civil::{Date, DateTime};
use zip::ZipArchive;

use super::cell::{Cell, Cells, Rows, unwrapped};
use crate::refusal::{Refusal, RefusalCode};

/// No sheet is larger, in bytes: packed, and unpacked.
const LARGEST: u64 = 64 << 20;
const LARGEST_UNPACKED: u64 = 512 << 20;

/// No cell stands further to the right, counted from 0.
const LAST_COLUMN: u32 = 1023;

/// The rows of a sheet. A gap between them is one blank row, of whatever length it is.
pub(super) struct Sheet {
    rows: IntoIter<Cells>,
}

impl Sheet {
    /// The sheet of that name, or the first, without so many rows at its top.
    pub(super) fn read(input: &mut dyn BufRead, name: Option<&str>, skip: u64) -> Result<Sheet, Refusal> {
        let mut bytes = Vec::new();
        let read = input.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| broken(&error))?;
        if read as u64 > LARGEST {
            return Err(bad(format!("it is larger than {LARGEST} bytes")));
        }
        let mut rows = Builder::default();
        match bytes.get(..4) {
            Some(b"PK\x03\x04") => read_xlsx(&bytes, name, &mut rows)?,
            Some(b"\xD0\xCF\x11\xE0") => {
                return Err(unknown("it is an xls, or has a password: save it as xlsx"));
            }
            _ => return Err(unknown("it is no xlsx")),
        }
        let mut rows = rows.rows;
        rows.retain(|row| row.line > skip);
        Ok(Sheet { rows: rows.into_iter() })
    }
}

impl Rows for Sheet {
    fn next(&mut self) -> Result<Option<Cells>, Refusal> {
        Ok(self.rows.next())
    }
}

/// Cells are read one by one: a sheet of two, one in each corner, is no sheet of a billion.
fn read_xlsx(bytes: &[u8], name: Option<&str>, rows: &mut Builder) -> Result<(), Refusal> {
    hold_to_size(bytes)?;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(bad)?;
    let name = chosen(&book.sheet_names(), name)?;
    let mut cells = book.worksheet_cells_reader(&name).map_err(bad)?;
    while let Some(cell) = cells.next_cell().map_err(bad)? {
        let (row, column) = cell.get_position();
        match cell.get_value() {
            DataRef::Empty => {}
            value => rows.put(row, column, value)?,
        }
    }
    Ok(())
}

fn chosen(names: &[String], wanted: Option<&str>) -> Result<String, Refusal> {
    let found = names.iter().find(|name| wanted.is_none_or(|wanted| **name == *wanted));
    found.cloned().ok_or_else(|| {
        let reason = format!("there is no sheet `{}` in it", wanted.unwrap_or_default());
        unknown(&reason)
    })
}

fn unknown(why: &str) -> Refusal {
    Refusal::whole(RefusalCode::UnknownHeader, why)
}

/// Unpacks all of it once and throws it away, so that what is broken or blows up is known before calamine keeps it.
fn hold_to_size(bytes: &[u8]) -> Result<(), Refusal> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error.into()))?;
    let mut left = LARGEST_UNPACKED;
    for index in 0..archive.len() {
        let member = archive.by_index(index).map_err(|error| broken(&error.into()))?;
        let read = io::copy(&mut member.take(left + 1), &mut io::sink()).map_err(|error| broken(&error))?;
        left = left
            .checked_sub(read)
            .ok_or_else(|| bad(format!("it is larger than {LARGEST_UNPACKED} bytes when it is unpacked")))?;
    }
    Ok(())
}

/// Rows, as cells come to them from top to bottom.
#[derive(Default)]
struct Builder {
    rows: Vec<Cells>,
}

impl Builder {
    fn put(&mut self, row: u32, column: u32, value: &impl DataType) -> Result<(), Refusal> {
        let line = u64::from(row) + 1;
        let cell = cell(value).map_err(|why| Refusal::at(RefusalCode::BadRow, line, why))?;
        if column > LAST_COLUMN {
            let reason = format!("it has more than {} columns", LAST_COLUMN + 1);
            return Err(Refusal::at(RefusalCode::BadRow, line, reason));
        }
        let last = self.rows.last().map_or(0, |row| row.line);
        if line < last {
            return Err(Refusal::at(RefusalCode::BadRow, line, "it stands behind a row of a later number"));
        }
        if line > last + 1 {
            self.rows.push(Cells { line: last + 1, cells: Vec::new() });
        }
        if line > last {
            self.rows.push(Cells { line, cells: Vec::new() });
        }
        let column = usize::try_from(column).unwrap_or_default();
        if let Some(row) = self.rows.last_mut() {
            let missing = (column + 1).saturating_sub(row.cells.len());
            row.cells.extend(iter::repeat_n(Cell::Text(String::new()), missing));
            row.cells[column] = cell;
        }
        Ok(())
    }
}

fn cell(value: &impl DataType) -> Result<Cell, String> {
    if let Some(text) = value.get_string() {
        return Ok(Cell::Text(unwrapped(text).into()));
    }
    if let Some(moment) = value.get_datetime() {
        return moment_of(moment).map(Cell::Moment).ok_or_else(|| format!("{moment} is no date"));
    }
    if let Some(text) = value.get_datetime_iso() {
        return Ok(text.parse().map_or_else(|_| Cell::Text(unwrapped(text).into()), Cell::Moment));
    }
    if let Some(number) = value.get_int() {
        return Ok(Cell::Text(number.to_string()));
    }
    if let Some(number) = value.get_float() {
        return Ok(Cell::Number(number));
    }
    if let Some(truth) = value.get_bool() {
        return Ok(Cell::Text(truth.to_string()));
    }
    Err("a cell holds an error, or a duration".into())
}

/// The 29th of February 1900 is a date in sheets only.
fn moment_of(moment: ExcelDateTime) -> Option<DateTime> {
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let small = |number: u8| i8::try_from(number).ok();
    let date = Date::new(i16::try_from(year).ok()?, small(month)?, small(day)?).ok()?;
    let nanos = i32::from(milli) * 1_000_000;
    let time = jiff::civil::Time::new(small(hour)?, small(minute)?, small(second)?, nanos).ok()?;
    Some(date.to_datetime(time))
}

fn bad(why: impl std::fmt::Display) -> Refusal {
    Refusal::whole(RefusalCode::BadRow, format!("the sheet cannot be read: {why}"))
}

fn broken(error: &io::Error) -> Refusal {
    Refusal::whole(RefusalCode::Truncated, format!("it cannot be unpacked: {error}"))
}
