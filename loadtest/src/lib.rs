//! The load and crash harness of Longmen: workloads, a driver that measures without coordinated omission, and books
//! of its own to hold against the node's. Each run stands with its command in a room of its own; all of them report in
//! the same way.

pub mod bench;
pub mod crash;
pub mod faults;
pub mod machine;
pub mod peer;
pub(crate) mod process;
pub mod report;
pub mod run;
pub mod soak;
pub mod torture;

/// The hidden subcommand by which the program starts a node as a child process of itself.
pub const NODE: &str = "node";
/// The hidden subcommand by which it starts a run of interest as a child process of itself.
pub const ACCRUE: &str = "accrue";
