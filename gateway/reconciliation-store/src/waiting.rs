//! What waits while a day is compared.

use std::collections::BTreeMap;

use longmen_ledger::Date;
use longmen_reconciliation::{Side, Transaction};

use crate::break_id::BreakId;

/// What waits, by what it is: the name of its break, since when, and how many files it has waited for.
pub(crate) type Waiting = BTreeMap<(Side, Transaction), Vec<(BreakId, Date, u32)>>;
