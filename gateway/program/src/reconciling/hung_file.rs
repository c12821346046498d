//! What is hung over from one file day to the next, as a CSV file.

use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use longmen_engine::ledger::Date;
use longmen_reconciliation::{Hung, Side};

use super::transaction_row::{read_file, read_transaction};
use crate::failure::Failure;
use crate::import::Column;
use longmen_day_end::AtomicFile;

const COLUMNS: &[Column] = &[
    Column::required("side"),
    Column::required("since"),
    Column::required("days"),
    Column::required("reference"),
    Column::required("kind"),
    Column::required("merchant_number"),
    Column::required("amount"),
    Column::required("fee"),
    Column::required("currency"),
    Column::required("state"),
];

/// Reads what waits, for as long as `take` goes on.
pub(super) fn read_hung(path: &Path, mut take: impl FnMut(Hung) -> ControlFlow<()>) -> Result<(), Failure> {
    read_file(path, COLUMNS, |cells| {
        let side = cells.required("side", |text| {
            text.parse::<Side>().map_err(|_| format!("`{text}` is not book or file"))
        });
        let since = cells.required("since", |text| {
            Date::parse(text).ok_or_else(|| format!("`{text}` is not a date, such as 2024-06-18"))
        });
        let days = cells
            .required("days", |text| text.parse().map_err(|_| format!("`{text}` is not a number of days")));
        match (side, since, days, read_transaction(cells, "reference")) {
            (Some(side), Some(since), Some(days), Some(transaction)) => {
                take(Hung { side, since, days, transaction })
            }
            _ => ControlFlow::Continue(()),
        }
    })
}

/// Writes what waits, whole or not at all.
pub(super) struct HungFile {
    writer: csv::Writer<AtomicFile>,
}

impl HungFile {
    /// Begins a file.
    pub(super) fn create(path: &Path) -> io::Result<HungFile> {
        let mut writer = csv::Writer::from_writer(AtomicFile::create(path)?);
        writer.write_record(COLUMNS.iter().map(|column| column.name()))?;
        Ok(HungFile { writer })
    }

    /// Adds what waits.
    pub(super) fn write(&mut self, hung: &Hung) -> io::Result<()> {
        let Hung { side, since, days, transaction } = hung;
        let print = |minor: i64| transaction.currency.print(minor.into());
        let cells = [
            side.name(),
            &since.to_string(),
            &days.to_string(),
            &transaction.reference,
            transaction.kind.name(),
            &transaction.merchant_number,
            &print(transaction.gross.0),
            &print(transaction.fee.0),
            transaction.currency.code(),
            transaction.state.name(),
        ];
        Ok(self.writer.write_record(cells)?)
    }

    /// The file is whole; it is not at its path yet.
    pub(super) fn finish(self) -> io::Result<AtomicFile> {
        self.writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}
