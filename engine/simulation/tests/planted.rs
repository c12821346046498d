//! Each planted bug is found, a failing run is made small, and without a bug the same seeds hold. One test, since a bug is
//! planted in the whole process.

#[expect(dead_code, reason = "other tests ask for more")]
mod desk;

use std::time::Duration;

use longmen_engine::audit::verify;
use longmen_engine::ledger::{Answer, Command, TransactionId};
use longmen_simulation::{Plant, first_failure, shrink};
use longmen_wal::FaultyStorage;

use desk::Desk;

/// A bug is found within 600 seeds.
const SEEDS: u64 = 600;
const STEPS: u64 = 10_000;
const THREADS: usize = 2;
/// Steps of the run that is made small: how small a run gets in the time that it is given depends on how long it was.
const STEPS_TO_SHRINK: u64 = 2_000;

#[test]
fn every_planted_bug_is_found() {
    println!("MakerApprovesOwn, in the log: {}", what_its_maker_approved_is_found_in_the_log());
    let mut most = 1;
    for plant in Plant::all() {
        let found = plant.hunt(SEEDS, STEPS, THREADS);
        let found = found.unwrap_or_else(|| panic!("{plant} was not found in {SEEDS} seeds"));
        println!("{plant}: seed {}, step {}, {}: {}", found.seeds - 1, found.step, found.check, found.what);
        most = most.max(found.seeds);
    }
    assert_eq!(first_failure(most, STEPS, THREADS), None, "without a bug the same seeds hold");

    let plant = Plant::named("ReplyBeforeSync").unwrap();
    let seed = plant.hunt(SEEDS, STEPS_TO_SHRINK, THREADS).unwrap().seeds - 1;
    let planted = plant.plant();
    let small = shrink(seed, STEPS_TO_SHRINK, Duration::from_secs(20)).unwrap();
    drop(planted);
    println!("{} steps in {} runs\n{}", small.steps.len(), small.runs, small.trace.join("\n"));
    assert!(small.steps.len() < 200 && !small.trace.is_empty(), "{} steps are left", small.steps.len());
}

/// `verify` shares no rule with the node: it sees from the log alone that one decided what takes two.
fn what_its_maker_approved_is_found_in_the_log() -> String {
    let disk = FaultyStorage::new();
    let planted = Plant::named("MakerApprovesOwn").unwrap().plant();
    let mut desk = Desk::start(&disk, 1, 1_790_000_000);
    let command = Command::ChangeAccess { digest: "ab".repeat(32).into(), notes: Box::default() };
    let (id, text_id) = (TransactionId(1), "".into());
    let propose =
        Command::Propose { id, text_id, command: Box::new(command), expires_us: None, at_once: false };
    let Answer::Proposals(proposed) = desk.ask(propose) else { panic!() };
    let digest = proposed[0].proposal.digest();
    let approve = Command::Approve { number: 1, digest, found: None, notes: Box::default() };
    assert!(matches!(desk.ask(approve), Answer::Done), "the planted bug lets it");
    desk.close();
    let found = verify(&disk, &mut |_| {}).unwrap_err().to_string();
    drop(planted);
    assert!(found.contains("is decided by its maker"), "{found}");
    found
}
