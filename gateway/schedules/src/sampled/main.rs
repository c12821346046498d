//! Many schedules of the log with the thread that makes its segments, by shuttle: half of them drawn step by step, half
//! by a scheduler that changes a few priorities. The same every time; `LONGMEN_SCHEDULES=N` tries N of each.

#![allow(
    dead_code,
    unused_imports,
    reason = "whole production files are compiled in, and parts of them are used"
)]

include!("../log.rs");

#[path = "../../../../wal/src/region.rs"]
mod region;
mod running;
mod stock;
mod sync;

use std::time::Instant;

use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};

const SCHEDULES: usize = 3_000;
const SEED: u64 = 20_260_101;
/// How often one thread overtakes another where priorities decide.
const CHANGES: usize = 4;

fn main() {
    let schedules = match std::env::var("LONGMEN_SCHEDULES") {
        Ok(number) => number.parse().expect("LONGMEN_SCHEDULES is a number"),
        Err(_) => SCHEDULES,
    };
    println!("{:<72} {:>10} {:>8}", "some schedules of", "schedules", "seconds");
    check("segments made ahead and taken", schedules, stock::taken_in_order);
    check("segments made ahead while the disk is full for a time", schedules, stock::full_for_a_time);
    check("segments made ahead until the disk fails", schedules, stock::fails);
    check("the supply stopped at any moment", schedules, stock::stopped);
    check("a log with its maker, a writer and two readers", schedules, running::followed);
    check("a log with its maker, on a disk that fills up", schedules, running::room_is_kept);
}

fn check(name: &str, schedules: usize, case: fn()) {
    let began = Instant::now();
    run(RandomScheduler::new_from_seed(SEED, schedules), case);
    run(PctScheduler::new_from_seed(SEED, CHANGES, schedules), case);
    println!("{name:<72} {:>10} {:>8.1}", 2 * schedules, began.elapsed().as_secs_f64());
}

fn run(scheduler: impl Scheduler + 'static, case: fn()) {
    let mut config = shuttle::Config::default();
    // What weaker orderings do is seen by the exhaustive program.
    config.silence_warnings = true;
    shuttle::Runner::new(scheduler, config).run(case);
}
