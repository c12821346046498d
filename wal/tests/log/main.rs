//! The log as a whole, on simulated and on real storage.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, and its parts are not all `#[test]` functions"
)]
#![expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "small test numbers")]

mod ahead;
mod basics;
mod damage;
mod every_cut;
mod faults;
mod kit;
mod lost_page;
mod power_cuts;
mod random;
mod real_files;
mod scrub;
mod witnesses;
