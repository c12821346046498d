//! What was found, as a table for other programs: CSV or Parquet.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::io;
use std::path::Path;

use longmen_engine::ledger::Currency;
use longmen_reconciliation::{Finding, Transaction};

use crate::export_formats::{Cell, CsvFile, Kind, ParquetFile, Table};
use longmen_day_end::AtomicFile;

/// A format of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BreakFormat {
    Csv,
    Parquet,
}

impl BreakFormat {
    /// The format that a path asks for by its end.
    pub(crate) fn of(path: &Path) -> Option<BreakFormat> {
        match path.extension().and_then(OsStr::to_str) {
            Some("csv") => Some(BreakFormat::Csv),
            Some("parquet") => Some(BreakFormat::Parquet),
            _ => None,
        }
    }
}

const BREAKS: Table = Table {
    name: "breaks",
    columns: &[
        ("currency", Kind::Text),
        ("exponent", Kind::Whole),
        ("merchant_number", Kind::Text),
        ("kind", Kind::Text),
        ("class", Kind::Text),
        ("fate", Kind::Text),
        ("days", Kind::Whole),
        ("explains", Kind::Money),
        ("book_reference", Kind::Text),
        ("book_line", Kind::Whole),
        ("book_amount", Kind::Money),
        ("book_fee", Kind::Money),
        ("book_state", Kind::Text),
        ("file_reference", Kind::Text),
        ("file_line", Kind::Whole),
        ("file_amount", Kind::Money),
        ("file_fee", Kind::Money),
        ("file_state", Kind::Text),
    ],
};
/// Columns of a side, which may not have it.
const OPTIONAL: &[&str] = &[
    "book_reference",
    "book_line",
    "book_amount",
    "book_fee",
    "book_state",
    "file_reference",
    "file_line",
    "file_amount",
    "file_fee",
    "file_state",
];

/// Writes what was found, whole or not at all.
pub(super) struct BreakFile {
    file: AtomicFile,
    rows: Rows,
}

enum Rows {
    Csv(CsvFile),
    Parquet(ParquetFile),
}

impl BreakFile {
    /// Begins a table.
    pub(super) fn create(path: &Path, format: BreakFormat) -> io::Result<BreakFile> {
        let file = AtomicFile::create(path)?;
        let rows = match format {
            BreakFormat::Csv => Rows::Csv(CsvFile::create(file.handle()?, &BREAKS)?),
            BreakFormat::Parquet => Rows::Parquet(ParquetFile::create(file.handle()?, &BREAKS, OPTIONAL)?),
        };
        Ok(BreakFile { file, rows })
    }

    /// Adds a finding.
    pub(super) fn write(&mut self, finding: &Finding) -> io::Result<()> {
        let Some(either) = finding.book.as_ref().or(finding.file.as_ref()) else { return Ok(()) };
        let Transaction { currency, kind, merchant_number, .. } = either;
        let text = |text| Cell::Text(Cow::Borrowed(text));
        let [book, file] = [&finding.book, &finding.file].map(|side| cells(side.as_ref(), *currency));
        let [reference, line, amount, fee, state] = book;
        let [file_reference, file_line, file_amount, file_fee, file_state] = file;
        let row = [
            text(currency.code()),
            Cell::Whole(currency.exponent().into()),
            text(merchant_number),
            text(kind.name()),
            text(finding.class.name()),
            text(finding.fate.name()),
            Cell::Whole(finding.days.into()),
            Cell::Money(finding.explains, *currency),
            reference,
            line,
            amount,
            fee,
            state,
            file_reference,
            file_line,
            file_amount,
            file_fee,
            file_state,
        ];
        match &mut self.rows {
            Rows::Csv(rows) => rows.write(&row),
            Rows::Parquet(rows) => rows.write(&row),
        }
    }

    /// The table is whole; it is not at its path yet.
    pub(super) fn finish(self) -> io::Result<AtomicFile> {
        match self.rows {
            Rows::Csv(rows) => rows.finish()?,
            Rows::Parquet(rows) => rows.finish()?,
        }
        Ok(self.file)
    }
}

/// The cells of a side: reference, line, amount, fee, state.
fn cells(side: Option<&Transaction>, currency: Currency) -> [Cell<'_>; 5] {
    let Some(Transaction { reference, line, gross, fee, state, .. }) = side else {
        return [const { Cell::Nothing }; 5];
    };
    [
        Cell::Text(Cow::Borrowed(reference)),
        Cell::Whole(*line),
        Cell::Money(gross.0.into(), currency),
        Cell::Money(fee.0.into(), currency),
        Cell::Text(Cow::Borrowed(state.name())),
    ]
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use longmen_channel_files::RowKind;
    use longmen_engine::ledger::Amount;
    use longmen_reconciliation::{BookState, Class, Fate};
    use parquet::file::reader::{FileReader, SerializedFileReader};

    use super::*;

    #[test]
    fn a_side_that_is_not_there_is_nothing_in_parquet() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("breaks.parquet");
        let transaction = Transaction {
            kind: RowKind::Pay,
            merchant_number: "P004".into(),
            reference: "T4".into(),
            line: 5,
            gross: Amount(2000),
            fee: Amount(12),
            currency: Currency::from_code("CNY").unwrap(),
            state: BookState::Done,
        };
        let mut file = BreakFile::create(&path, BreakFormat::Parquet).unwrap();
        for (book, other) in [(true, false), (false, true), (true, true)] {
            let side = |is_there: bool| is_there.then(|| transaction.clone());
            let (book, file_side) = (side(book), side(other));
            let (class, fate) = (Class::Short, Fate::Hung);
            let finding = Finding { class, fate, book, file: file_side, days: 0, explains: -1988 };
            file.write(&finding).unwrap();
        }
        file.finish().unwrap().put().unwrap();
        let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
        let rows = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string());
        let side = |side: &str, there: bool| match there {
            true => format!(
                "{side}_reference: \"T4\", {side}_line: 5, {side}_amount: 2000., {side}_fee: 12., {side}_state: \"done\""
            ),
            false => ["reference", "line", "amount", "fee", "state"]
                .map(|name| format!("{side}_{name}: null"))
                .join(", "),
        };
        let expect = [(true, false), (false, true), (true, true)].map(|(book, file)| {
            format!(
                "{{currency: \"CNY\", exponent: 2, merchant_number: \"P004\", kind: \"pay\", class: \"short\", fate: \"hung\", days: 0, explains: -1988., {}, {}}}",
                side("book", book),
                side("file", file)
            )
        });
        assert_eq!(rows.collect::<Vec<_>>(), expect);
    }
}
