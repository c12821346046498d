//! Fuzz targets for everything in Longmen that reads bytes it did not just write itself: what clients send, what lies on
//! a disk, what stands in files for import and of channels, what a node answers.
//!
//! Each target is a function from bytes to nothing that panics where something does not hold. Two things drive them:
//! libFuzzer, guided by coverage (`.ci/fuzz`), and `tests/mutations.rs`, which changes the seeds at random and needs
//! nothing but `cargo test`. A target takes its input for a list of changes to something good wherever plain bytes would
//! never get past a sum or a length.

pub mod answers;
mod books;
pub mod cold;
pub mod conversation;
#[path = "../../program/src/differences.rs"]
#[expect(dead_code, reason = "the program asks for more of them")]
mod differences;
mod edits;
pub mod imports;
mod ledger;
pub mod log;
pub mod mutate;
pub mod records;
pub mod requests;
pub mod snapshots;
pub mod statements;

/// A target and what it begins from.
pub struct Target {
    /// Its name, which is that of its program under libFuzzer, too.
    pub name: &'static str,
    /// Takes one input.
    pub run: fn(&[u8]),
    /// Inputs made from real encodings.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// The longest input that is worth its time.
    pub max_len: usize,
}

/// Every target.
pub const TARGETS: [Target; 9] = [
    Target { name: "requests", run: requests::run, seeds: requests::seeds, max_len: 1_024 },
    Target { name: "conversation", run: conversation::run, seeds: conversation::seeds, max_len: 2_048 },
    Target { name: "log", run: log::run, seeds: log::seeds, max_len: 64 },
    Target { name: "cold", run: cold::run, seeds: cold::seeds, max_len: 64 },
    Target { name: "records", run: records::run, seeds: records::seeds, max_len: 64 },
    Target { name: "snapshots", run: snapshots::run, seeds: snapshots::seeds, max_len: 64 },
    Target { name: "imports", run: imports::run, seeds: imports::seeds, max_len: 1_024 },
    Target { name: "statements", run: statements::run, seeds: statements::seeds, max_len: 4_096 },
    Target { name: "answers", run: answers::run, seeds: answers::seeds, max_len: 4_096 },
];

/// Writes the seeds of a target to a directory of its name below `LONGMEN_FUZZ_SEEDS`, where that is set: libFuzzer calls
/// this before it reads what it begins from.
///
/// # Panics
/// If there is no such target, or the files cannot be written.
pub fn write_seeds(name: &str) {
    let Some(directory) = std::env::var_os("LONGMEN_FUZZ_SEEDS") else { return };
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target");
    let directory = std::path::Path::new(&directory).join(name);
    std::fs::create_dir_all(&directory).expect("a directory for seeds can be made");
    for (index, seed) in (target.seeds)().iter().enumerate() {
        std::fs::write(directory.join(format!("seed-{index:03}")), seed).expect("a seed can be written");
    }
}
