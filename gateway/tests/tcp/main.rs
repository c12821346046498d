//! The gateway over real TCP, in front of a real node, with literal bytes where the bytes are the matter.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod access;
mod actions;
mod books;
mod changes;
mod charges;
mod flips;
mod hello;
mod hostile;
mod ids;
mod limits;
mod lists;
mod node;
mod page;
mod past;
mod posting;
mod raises;
mod raw;
mod reads;
mod reports;
mod stopping;
mod tls;
mod year;
