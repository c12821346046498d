//! Statements, past balances, registers and drill-down against what the tests themselves posted.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../node/desk.rs"]
#[allow(dead_code, reason = "it serves the tests of the node too")]
mod desk;
mod find;
mod long;
mod posted;
mod registers;
mod search;
mod statements;
