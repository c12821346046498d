//! Vouchers, as CSV files: of the accounting system, and ours, or the table `legs` of `longmen export --format csv`.

use std::path::Path;

use longmen_client::Side;
use longmen_engine::ledger::Currency;
use longmen_reconciliation::accounting::VoucherLine;

use super::balance_file::entity_of;
use super::table_file::{amount, read_table};
use crate::failure::Failure;
use crate::import::{Cells, Column, value};

const OURS: &[Column] = &[
    Column::optional("entity"),
    Column::optional("voucher"),
    Column::required("date").or("accounting_date"),
    Column::required("subject"),
    Column::required("currency"),
    Column::optional("debit"),
    Column::optional("credit"),
    Column::optional("side"),
    Column::optional("amount"),
    Column::optional("transaction"),
    Column::optional("exported"),
    // What the table `legs` has beside.
    Column::passed_over("account_id"),
    Column::passed_over("account_number"),
    Column::passed_over("account_type"),
    Column::passed_over("class"),
    Column::passed_over("exponent"),
    Column::passed_over("balance_after"),
    Column::passed_over("merged"),
    Column::passed_over("step"),
    Column::passed_over("frame"),
    Column::passed_over("ordinal"),
    Column::passed_over("client"),
    Column::passed_over("action"),
    Column::passed_over("original_client"),
    Column::passed_over("original"),
    Column::passed_over("value_date"),
    Column::passed_over("time"),
    Column::passed_over("type"),
    Column::passed_over("reference"),
    Column::passed_over("tags"),
    Column::passed_over("operator"),
    Column::passed_over("approval"),
    Column::passed_over("reason"),
    Column::passed_over("visibility"),
    Column::passed_over("counterparty"),
    Column::passed_over("text_id"),
    Column::passed_over("original_text_id"),
    Column::passed_over("name"),
];

const THEIRS: &[Column] = &[
    Column::optional("entity"),
    Column::required("voucher"),
    Column::required("date"),
    Column::required("subject"),
    Column::required("currency"),
    Column::optional("debit"),
    Column::optional("credit"),
    Column::optional("side"),
    Column::optional("amount"),
    Column::optional("source"),
    Column::optional("transaction"),
    Column::passed_over("name"),
];

/// Reads our vouchers. What is in no voucher is known by its transaction; nothing says then that it was exported.
pub(crate) fn read_our_vouchers(path: &Path, entity: Option<&str>) -> Result<Vec<VoucherLine>, Failure> {
    read_table(path, OURS, |cells| {
        let voucher = cells.get("voucher").unwrap_or_default();
        let transaction = cells.get("transaction").unwrap_or_default();
        let source = if voucher.is_empty() { transaction } else { voucher };
        if source.is_empty() {
            cells.fault("voucher", "is missing, and so is transaction");
        }
        let is_exported = match cells.get("exported") {
            None => !voucher.is_empty(),
            Some(_) => cells.required("exported", value::flag)?,
        };
        Some(VoucherLine { is_exported, source: source.into(), ..read_row(cells, entity)? })
    })
}

/// Reads their vouchers. Where one has no source, the transaction that it tells is its source.
pub(crate) fn read_their_vouchers(path: &Path, entity: Option<&str>) -> Result<Vec<VoucherLine>, Failure> {
    read_table(path, THEIRS, |cells| {
        let voucher = cells.required("voucher", |text| Ok(text.to_owned()));
        let source = cells.get("source").or(cells.get("transaction")).unwrap_or_default();
        let row = read_row(cells, entity)?;
        Some(VoucherLine { source: source.into(), voucher: voucher?.into(), ..row })
    })
}

fn read_row(cells: &mut Cells<'_>, entity: Option<&str>) -> Option<VoucherLine> {
    let entity = entity_of(cells, entity);
    let date = cells.required("date", value::date);
    let subject = cells.required("subject", |text| Ok(text.into()));
    let currency = cells.required("currency", value::currency)?;
    let (debit, credit) = turnover(cells, currency)?;
    cells.good()?;
    Some(VoucherLine {
        entity: entity?,
        voucher: cells.get("voucher").unwrap_or_default().into(),
        source: Box::default(),
        date: date?,
        subject: subject?,
        currency,
        debit,
        credit,
        transaction: cells.get("transaction").unwrap_or_default().into(),
        is_exported: true,
        line: cells.line,
    })
}

/// Debit and credit: in a column each, or as a side and an amount.
fn turnover(cells: &mut Cells<'_>, currency: Currency) -> Option<(i128, i128)> {
    let is_there = ["debit", "credit", "side", "amount"].map(|column| cells.get(column).is_some());
    match is_there {
        [false, false, true, true] => {
            let amount = cells.required("amount", amount(currency))?;
            match cells.required("side", value::side)? {
                Side::Debit => Some((amount, 0)),
                Side::Credit => Some((0, amount)),
            }
        }
        [debit, credit, false, false] if debit || credit => {
            let [debit, credit] = ["debit", "credit"].map(|column| match cells.get(column) {
                None => Some(0),
                Some(_) => cells.required(column, amount(currency)),
            });
            Some((debit?, credit?))
        }
        _ => {
            cells.fault("debit", "a line has debit or credit, or side and amount");
            None
        }
    }
}
