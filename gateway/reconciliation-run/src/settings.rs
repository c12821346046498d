//! How a comparison uses memory, disk and threads. None of it changes what is found.

use std::num::NonZero;
use std::path::PathBuf;

/// Rows of a side that stay in memory: some 200 bytes each.
const IN_MEMORY: usize = 200_000;
/// Parts of a larger day: of ten million rows a side, each has some 80,000 of either.
const PARTS: NonZero<u16> = NonZero::new(128).expect("it is not zero");

/// How a comparison uses memory, disk and threads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where files go that are there for as long as it runs: some 100 bytes for each row, twice that for what is found.
    pub directory: PathBuf,
    /// Rows of a side that stay in memory. Where a side has more, all of it goes into files.
    pub in_memory: usize,
    /// Into how many parts a larger day goes.
    pub parts: NonZero<u16>,
    /// How many parts are compared at once.
    pub threads: NonZero<usize>,
}

impl Settings {
    /// The usual ones, on all processors that the program may use.
    #[must_use]
    pub fn new(directory: PathBuf) -> Settings {
        let threads = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        Settings { directory, in_memory: IN_MEMORY, parts: PARTS, threads }
    }
}
