//! Where in the log dates were current.

use longmen_engine::ledger::Date;

/// The frame in which a date began, given the closed ones: the one that closed the date before it.
pub(super) fn first_frame(from: Date, closed: &[(Date, u64)]) -> u64 {
    closed.iter().rfind(|(date, _)| *date < from).map_or(1, |(_, frame)| *frame)
}

/// The frame in which a date ended, given the closed ones: the one that closed it.
pub(super) fn last_frame(to: Date, closed: &[(Date, u64)]) -> u64 {
    closed.iter().find(|(date, _)| *date >= to).map_or(u64::MAX, |(_, frame)| *frame)
}
