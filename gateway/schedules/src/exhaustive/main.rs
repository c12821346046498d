//! Every schedule of small cases of what threads share, and every value that a weakly ordered load may give, by loom.

#![allow(
    dead_code,
    unused_imports,
    reason = "whole production files are compiled in, and parts of them are used"
)]

include!("../log.rs");

#[path = "../../../src/service/in_flight.rs"]
mod in_flight;
mod pages;
#[path = "../../../src/service/permits.rs"]
mod permits;
#[path = "../../../src/service/places.rs"]
mod places;
mod region;
mod room;
mod sessions;
mod sync;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

fn main() {
    println!("{:<72} {:>10} {:>8}", "every schedule of", "schedules", "seconds");
    check("two sessions that take permits and give them back", None, sessions::take_side_by_side);
    check("a newcomer beside a session that takes all it can", None, sessions::leave_others_their_share);
    check("a session that asks what is under way beside one that comes and goes", None, sessions::ask);
    check("three connections and two places", Some(2), sessions::places);
    check("a reader beside the writer, one segment", None, pages::one_segment);
    check("a reader beside the writer, over a segment's end", None, pages::over_the_end);
    check("two readers beside the writer", Some(2), pages::two_readers);
    check("a reader of a log that is being opened", Some(2), pages::ahead);
    check("the room told while a segment is left for the next", None, room::never_more_than_there_was);
}

/// Tries every schedule of `case`, or every one with at most so many preemptions.
fn check(name: &str, preemptions: Option<usize>, case: fn()) {
    let began = Instant::now();
    let schedules = Arc::new(AtomicU64::new(0));
    let mut model = loom::model::Builder::new();
    model.preemption_bound = preemptions;
    model.max_branches = 10_000;
    let counted = Arc::clone(&schedules);
    model.check(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        case();
    });
    let bound = preemptions.map_or(String::new(), |bound| format!(" (at most {bound} preemptions)"));
    let schedules = schedules.load(Ordering::Relaxed);
    println!("{:<72} {schedules:>10} {:>8.1}", format!("{name}{bound}"), began.elapsed().as_secs_f64());
}
