//! What scenario files may say and this version of the program cannot play.

use super::{Account, Op, Step};

impl Step {
    /// What in it this version does not know, in words; what follows such a step rests on it.
    pub(crate) fn unknown(&self) -> Option<String> {
        let field = |name: &str| Some(format!("this version does not know `{name}` of `{}`", self.op.name()));
        match &self.op {
            Op::Post { posting, refunds, .. } => {
                let given = [
                    (refunds.is_some(), "refunds"),
                    (posting.accounting_date.is_some(), "accounting_date"),
                    (posting.forced, "forced"),
                    (self.particulars.visibility.is_some(), "visibility"),
                ];
                first(&given).and_then(field)
            }
            Op::Cancel { .. } | Op::SetState { .. } | Op::CloseDay { .. } => {
                self.particular().and_then(field)
            }
            Op::Check { remaining, .. } if !remaining.is_empty() => field("remaining"),
            Op::Check { .. } | Op::CheckTurnover { .. } | Op::CheckBalanceAt { .. } => None,
            other => Some(unknown_operation(other)),
        }
    }

    /// The first of its particulars.
    fn particular(&self) -> Option<&'static str> {
        let given = &self.particulars;
        first(&[
            (given.reason.is_some(), "reason"),
            (given.approval.is_some(), "approval"),
            (given.operator.is_some(), "operator"),
            (given.reference.is_some(), "reference"),
            (given.tags.is_some(), "tags"),
            (given.visibility.is_some(), "visibility"),
        ])
    }
}

impl Account {
    /// The first of its attributes that this version does not know.
    pub(crate) fn unknown(&self) -> Option<&'static str> {
        first(&[
            (self.customer.is_some(), "customer"),
            (self.transaction_limit.is_some(), "transaction_limit"),
            (self.day_limit.is_some(), "day_limit"),
        ])
    }
}

/// What to say to an operation that cannot be played.
pub(super) fn unknown_operation(op: &Op) -> String {
    format!("this version does not know the operation `{}`", op.name())
}

fn first(given: &[(bool, &'static str)]) -> Option<&'static str> {
    given.iter().find(|(is_given, _)| *is_given).map(|(_, name)| *name)
}
