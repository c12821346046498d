//! The pure ledger as a whole, without actors: the coordinator and its shards under schedules that no wiring can
//! produce by itself, held against a naive serial ledger that shares no posting code with it.
//!
//! What the tests are worth was tried by breaking the ledger on purpose. Found by the exhaustive tests (both) and by
//! the placement test:
//!
//! - no account is ever pinned by an open transaction (`conflicts` always says no);
//! - gates do not count what is open (`Gate::hold` without its sums, or without the outgoing ones alone);
//! - a transaction that waits leaves the gates open that refuse it (`close_gates` left out);
//! - those who wait are looked at after the newcomers;
//! - answers leave when their frame is sealed, or held answers without looking at the durable mark;
//! - known ids are posted again, or the content of a known id is not compared;
//! - a transaction is settled although a vote said no (and the shard's own assertion about it is taken out);
//! - a quiet round begins before everything is merged.
//!
//! By the placement test alone: replay that lets the date of a general ledger line go back. By none: taking the
//! reservations out of the rows ([`Row::reserved`](longmen_engine::ledger::Row::reserved)), because an account that
//! has one is pinned, so nobody else can see it.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, and its parts are not all `#[test]` functions"
)]
#![expect(clippy::cast_possible_truncation, reason = "small test numbers")]

mod archive;
mod books;
mod charges;
mod charts;
mod codes;
mod crash;
mod exhaustive;
mod extremes;
mod four_eyes;
mod full_disk;
mod harness;
mod lists;
mod matrix;
mod naive;
mod orders;
mod overtaking;
mod placement;
mod property;
mod random;
mod reader;
mod relations;
mod run;
mod script;
mod scripts;
mod tariff;
mod translate;
mod versions;
mod window;
