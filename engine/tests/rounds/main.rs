//! The pure ledger as a whole, without actors: the coordinator and its shards under schedules that no wiring can
//! produce by itself, held against a naive serial ledger that shares no posting code with it.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, and its parts are not all `#[test]` functions"
)]
#![expect(clippy::cast_possible_truncation, reason = "small test numbers")]

mod books;
mod crash;
mod exhaustive;
mod harness;
mod naive;
mod orders;
mod placement;
mod random;
mod run;
mod script;
mod scripts;
mod translate;
