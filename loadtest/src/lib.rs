//! The load and crash harness of Longmen: workloads, a driver that measures without coordinated omission, and books
//! of its own to hold against the node's.

pub mod bench;
pub mod faults;
pub mod peer;
pub mod quick_rounds;
pub mod run;
pub mod soak;
pub mod torture;
