//! A transaction in a row of a CSV file, and what is wrong with such a file.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;

use longmen_engine::ledger::{Amount, Currency};
use longmen_reconciliation::{BookState, Transaction};

use crate::failure::Failure;
use crate::import::{Cells, Column, Faults, stream_rows};

const KINDS: &str = "pay, refund, revoke, recharge, payout, settle, fee or other";

/// Reads a CSV file row by row, for as long as `read` goes on.
pub(super) fn read_file(
    path: &Path,
    columns: &'static [Column],
    read: impl FnMut(&mut Cells<'_>) -> ControlFlow<()>,
) -> Result<(), Failure> {
    let unreadable = |error| Failure::Usage(format!("cannot read {}: {error}", path.display()));
    let mut faults = Faults::default();
    let read = File::open(path).and_then(|file| stream_rows(file, columns, &mut faults, read));
    read.map_err(unreadable)?;
    if faults.is_empty() {
        return Ok(());
    }
    let said: Vec<String> = faults.by_line().iter().map(ToString::to_string).collect();
    Err(Failure::Usage(format!("{}, {}", path.display(), said.join("; "))))
}

/// The transaction of a row whose own name for it stands in the column `reference`: with kind, merchant_number, amount, fee, currency and
/// state.
pub(super) fn read_transaction(cells: &mut Cells<'_>, reference: &'static str) -> Option<Transaction> {
    let currency = cells.optional("currency", |text| {
        Currency::from_code(text).ok_or_else(|| format!("`{text}` is no currency, such as CNY"))
    });
    cells.good()?;
    let currency = currency.or_else(|| Currency::from_code("CNY"))?;
    let state = cells.optional("state", |text| {
        text.parse().map_err(|_| format!("`{text}` is not done, pending or failed"))
    });
    let kind = cells.required("kind", |text| text.parse().map_err(|_| format!("`{text}` is not {KINDS}")));
    let merchant_number = cells.required("merchant_number", |text| Ok(text.into()));
    let (gross, fee) = (read_amount(cells, "amount", currency), read_amount(cells, "fee", currency));
    cells.good()?;
    Some(Transaction {
        kind: kind?,
        merchant_number: merchant_number?,
        reference: cells.get(reference).unwrap_or_default().into(),
        line: cells.line,
        gross: gross?,
        fee: fee?,
        currency,
        state: state.unwrap_or(BookState::Done),
    })
}

fn read_amount(cells: &mut Cells<'_>, column: &'static str, currency: Currency) -> Option<Amount> {
    cells.required(column, |text| currency.parse_amount(text).map_err(|error| format!("`{text}`: {error}")))
}
