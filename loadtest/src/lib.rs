//! The load and crash harness of Longmen: workloads, a driver that measures without coordinated omission, and books
//! of its own to hold against the node's.

pub mod bench;
pub mod books;
pub mod check;
pub mod crash;
pub mod driver;
mod encode;
mod error;
pub mod faults;
pub mod measure;
mod pace;
pub mod peer;
pub mod run;
pub mod setup;
pub mod slow_requests;
pub mod soak;
pub mod timeline;
pub mod torture;
pub mod workload;

pub use encode::Encoding;
pub use error::LoadError;
