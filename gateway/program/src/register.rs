//! Who asks for a change, and why: what the registers (登记簿) keep.

use longmen_client::{Registration, Transaction};

use crate::argument::said;

/// Who asks, on what approval, and why.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Register {
    /// Who does it (操作员)
    #[arg(long, value_name = "NAME", value_parser = said)]
    operator: Option<String>,
    /// The approval that it rests on (审批)
    #[arg(long, value_name = "TEXT", value_parser = said)]
    approval: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT", value_parser = said)]
    reason: Option<String>,
}

impl Register {
    /// The same for a change.
    pub(crate) fn registration(&self) -> Registration<'_> {
        Registration {
            operator: self.operator.as_deref(),
            approval: self.approval.as_deref(),
            reason: self.reason.as_deref(),
        }
    }

    /// The same with a transaction.
    pub(crate) fn on(self, transaction: Transaction) -> Transaction {
        Transaction { operator: self.operator, approval: self.approval, reason: self.reason, ..transaction }
    }
}
