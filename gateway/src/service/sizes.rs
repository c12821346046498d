//! How large answers may become, estimated from above, in any protocol that names its fields.

use super::in_flight::InFlight;

/// Bytes that one result stays below where its fields have names.
pub(crate) const RESULT: usize = 160;
/// Bytes that a leg's balance stays below.
pub(super) const LEG_BALANCE: usize = 40;
/// Bytes that nearly all legs stay below that rules make of one amount.
pub(super) const MADE_LEGS: usize = 1_024;
/// Bytes that an account stays below.
pub(super) const ACCOUNT: usize = 640;
/// Bytes that nearly every line of a statement or register stays below, notes included.
pub(super) const LINE: usize = 1_024;
/// Bytes that an original stays below: 512 legs of 24 bytes, and as many holds of 128.
pub(super) const ORIGINAL: usize = 80 << 10;
/// Bytes that nearly every hold stays below, with the text that names it.
pub(super) const HOLD: usize = 768;
/// Bytes that a node's status or most trial balances stay below.
pub(super) const LARGE: usize = 128 << 10;
/// Bytes that a transaction's record stays below: 512 legs with their accounts, and what they set aside.
pub(super) const RECORD: usize = 384 << 10;

/// Bytes that the legs of a page stay below: 8,192, and those of one more transaction.
pub(super) const PAGE_OF_LEGS: usize = 3 << 20;

/// The cost of so many transactions, or what counts like them, at least one, and so many bytes.
pub(super) fn cost(transactions: usize, bytes: usize) -> InFlight {
    InFlight { transactions: count(transactions.max(1)), bytes: count(bytes) }
}

/// The cost of one answer of so many bytes.
pub(super) fn one(bytes: usize) -> InFlight {
    cost(1, bytes)
}

/// What the original of a cancelled try takes besides.
pub(super) fn cost_of_original() -> InFlight {
    InFlight { transactions: 0, bytes: count(ORIGINAL) }
}

/// The cost of a page of so many rows, each of so many bytes.
pub(super) fn rows(limit: u32, bytes: usize) -> InFlight {
    let limit = usize::try_from(limit).expect("usize has at least 32 bits here");
    cost(limit, limit * bytes)
}

fn count(number: usize) -> u64 {
    u64::try_from(number).expect("usize has at most 64 bits here")
}
