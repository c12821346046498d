//! Bills by figures that were reckoned by hand, and against a model that does it the slow way.

#![allow(clippy::unwrap_used)]
// Amounts are written as yuan and fen: 300_00.
#![allow(clippy::inconsistent_digit_grouping)]

mod books;
mod figures;
mod histories;
mod naive;
mod refusals;
mod withholding;
mod written;
