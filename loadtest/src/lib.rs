//! The load and crash harness of Longmen: workloads, a driver that measures without coordinated omission, and books
//! of its own to hold against the node's.

pub mod books;
pub mod measure;
pub mod node;
mod pace;
pub mod progress;
pub mod table;
pub mod workload;
