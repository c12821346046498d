//! Rules, and what amounts come to by them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod chosen;
mod documented;
mod faults;
mod figures;
mod model;
mod refunds;
mod rules;
mod tariffs;
