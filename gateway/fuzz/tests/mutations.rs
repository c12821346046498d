//! Every target over seeded changes of its seeds: no libFuzzer needed, and the same inputs on every machine.
//!
//! `LONGMEN_FUZZ_RUNS=N` runs so many inputs a target, `LONGMEN_FUZZ_SEED=N` others.

use std::panic::catch_unwind;
use std::time::Instant;

use longmen_fuzz::mutate::Mutator;
use longmen_fuzz::{TARGETS, Target};

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().map_or(usual, |text| text.parse().expect("a number"))
}

fn drive(name: &str) {
    let target: &Target = TARGETS.iter().find(|target| target.name == name).expect("a target");
    let seeds = (target.seeds)();
    seeds.iter().for_each(|seed| (target.run)(seed));
    let (runs, seed) = (number("LONGMEN_FUZZ_RUNS", 5_000), number("LONGMEN_FUZZ_SEED", 1));
    let mut mutator = Mutator::new(seed, seeds, target.max_len);
    let began = Instant::now();
    for run in 0..runs {
        let input = mutator.next_input();
        if let Err(panic) = catch_unwind(|| (target.run)(&input)) {
            eprintln!("{name}, seed {seed}, run {run}: {}", bytes(&input));
            std::panic::resume_unwind(panic);
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("{name}: {runs} runs in {seconds:.1} s");
}

/// As a literal, for a regression test.
fn bytes(input: &[u8]) -> String {
    format!("b\"{}\"", input.escape_ascii())
}

#[test]
fn requests() {
    drive("requests");
}

#[test]
fn conversation() {
    drive("conversation");
}

#[test]
fn log() {
    drive("log");
}

#[test]
fn cold() {
    drive("cold");
}

#[test]
fn records() {
    drive("records");
}

#[test]
fn snapshots() {
    drive("snapshots");
}

#[test]
fn imports() {
    drive("imports");
}

#[test]
fn statements() {
    drive("statements");
}

#[test]
fn answers() {
    drive("answers");
}
