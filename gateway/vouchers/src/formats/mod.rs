//! The files that accounting systems take vouchers in as.

pub(crate) mod column;
mod dbf;
mod elements;
pub(crate) mod export;
mod fits;
pub(crate) mod format;
mod galaxy;
mod gbt24589;
mod ncc;
mod sheet;
mod table;
pub(crate) mod target;
pub(crate) mod theirs;
mod uf_xml;
mod usual;
mod values;

pub(crate) use dbf::{END_OF_HEAD, HEAD, VERSION};
pub(crate) use table::U8_HEAD;

use serde_json::value::RawValue;

use column::Column;
use target::Target;

/// The columns of a target's table: its own, else those that the format usually has.
pub(crate) fn columns_of(target: &Target) -> Vec<Column> {
    if target.columns.is_empty() { usual::columns(target) } else { target.columns.clone() }
}

/// The columns of the voucher itself, of a sheet that has it apart.
fn head_of(target: &Target) -> Vec<Column> {
    if target.head.is_empty() { usual::head(target) } else { target.head.clone() }
}

/// A number of JSON with the very digits of a decimal text.
fn exact_number(decimal: String) -> Box<RawValue> {
    RawValue::from_string(decimal).expect("a decimal number is a number of JSON")
}
