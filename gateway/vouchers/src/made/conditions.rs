//! What holds on a day besides its entries.

use std::collections::BTreeMap;

use longmen_ledger::{Currency, Date};
use rust_decimal::Decimal;

/// What holds on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// What one unit (one dollar, not one cent) of a currency is in the local one (记账汇率). The local one needs none.
    pub rates: BTreeMap<Currency, Decimal>,
    /// The last date that is closed in the accounting system (已结账), if any is.
    pub closed_through: Option<Date>,
}
