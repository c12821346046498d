//! The chart: subjects (科目), lines of the general ledger (总账), and the catalog of everything that has a name.

pub(crate) mod account_index;
pub(crate) mod booking_mode;
pub(crate) mod booking_modes;
pub(crate) mod catalog;
pub(crate) mod fee_rules;
pub(crate) mod line;
pub(crate) mod subject;
