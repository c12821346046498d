//! The books against the accounting system (账账核对): balances and turnovers of each subject and cycle, and where they differ the vouchers
//! behind them.
//!
//! Balances are debit-positive throughout. Own sums come first: a side that does not add up by itself cannot be compared. An opening that differs
//! says that the fault lies in an earlier cycle.

mod balance_line;
mod balances;
mod carried;
mod cycle;
mod line_error;
mod mapping;
mod own_sums;
mod unit;
mod voucher_line;
mod vouchers;

pub use balance_line::{BalanceLine, Figures};
pub use balances::{Class, Compared, Finding, MissingCycle, compare_balances};
pub use cycle::{Cycle, Period};
pub use line_error::{LineError, LineFault};
pub use mapping::{Mapping, MappingError};
pub use own_sums::{OwnFault, OwnFaultKind, own_faults};
pub use voucher_line::VoucherLine;
pub use vouchers::{DayDifference, Effect, Traced, VoucherClass, VoucherFinding, trace_vouchers};

/// Whose books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Side {
    /// The ledger's.
    Ours,
    /// The accounting system's.
    Theirs,
}

impl Side {
    /// Its name: `ours`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}
