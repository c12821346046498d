//! What scenario files may say and this version of the program cannot play.

use super::{Op, Step};

impl Step {
    /// What in it this version does not know, in words; what follows such a step rests on it.
    pub(crate) fn unknown(&self) -> Option<String> {
        let field = |name: &str| Some(format!("this version does not know `{name}` of `{}`", self.op.name()));
        let given = &self.particulars;
        // The register of changes has no room for these.
        let unregistered = [
            (given.reference.is_some(), "reference"),
            (given.tags.is_some(), "tags"),
            (given.visibility.is_some(), "visibility"),
        ];
        match &self.op {
            Op::Post { posting, .. } | Op::Try { posting, .. } => {
                first(&[(posting.forced, "forced")]).and_then(field)
            }
            Op::Unfreeze { forced, .. } => first(&[(*forced, "forced")]).and_then(field),
            Op::SetState { .. }
            | Op::SetReserve { .. }
            | Op::SetLimits { .. }
            | Op::MapType { .. }
            | Op::SetBookingMode { .. }
            | Op::CloseDay { .. } => first(&unregistered).and_then(field),
            Op::Unknown { .. } => Some(unknown_operation(&self.op)),
            _ => None,
        }
    }
}

/// What to say to an operation that cannot be played.
pub(super) fn unknown_operation(op: &Op) -> String {
    format!("this version does not know the operation `{}`", op.name())
}

fn first(given: &[(bool, &'static str)]) -> Option<&'static str> {
    given.iter().find(|(is_given, _)| *is_given).map(|(_, name)| *name)
}
