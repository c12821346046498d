//! What channels settled, as a CSV file.

use std::path::Path;

use longmen_engine::ledger::{Currency, Date};

use super::table_file::{amount, read_table};
use crate::failure::Failure;
use crate::import::{Column, value};

const COLUMNS: &[Column] = &[
    Column::required("channel"),
    Column::required("bill_date"),
    Column::required("currency"),
    Column::required("net"),
    Column::optional("reference"),
];

/// What a channel settled of a day.
pub(crate) struct Expected {
    pub(crate) channel: Box<str>,
    pub(crate) bill_date: Date,
    pub(crate) currency: Currency,
    /// In minor units: positive what comes to the merchant.
    pub(crate) net: i128,
    pub(crate) reference: Box<str>,
    /// Where it stands, in words.
    pub(crate) place: Box<str>,
}

/// Reads what is expected.
pub(crate) fn read_expected(path: &Path) -> Result<Vec<Expected>, Failure> {
    read_table(path, COLUMNS, |cells| {
        let channel = cells.required("channel", |text| Ok(text.into()));
        let bill_date = cells.required("bill_date", value::date);
        let currency = cells.required("currency", value::currency)?;
        let net = cells.required("net", amount(currency));
        let place = format!("{}, line {}", path.display(), cells.line);
        Some(Expected {
            channel: channel?,
            bill_date: bill_date?,
            currency,
            net: net?,
            reference: cells.get("reference").unwrap_or_default().into(),
            place: place.into(),
        })
    })
}
