//! The progress bar of the load harness under the harness's name: the importers need nothing else of it, and a fuzz
//! build without the rest takes half the time.

#[path = "../../../../loadtest/src/progress.rs"]
pub mod progress;
