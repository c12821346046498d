//! The offline audit: passes over what a node leaves, and finds every kind of wrong record in logs whose sums are
//! right.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, and its parts are not all `#[test]` functions"
)]

mod actions;
mod booking;
mod bytes;
mod contents;
mod desk;
mod export;
mod full;
mod good;
mod holds;
mod names;
mod node;
mod node_actions;
mod planted;
mod proposals;
mod records;
mod sides;
