//! A killed ledger whose log has lost its tail, or is gone: what stands beside it knows better, and neither the start nor
//! the audit takes it for a shorter book.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod desk;

use longmen_engine::audit::verify;
use longmen_engine::ledger::{
    AccountKey, AccountOpening, Amount, Answer, Command, Currency, Date, Owner, Side, SubjectClass,
    SubjectOpening, YearStart,
};
use longmen_engine::{NextSlice, SimulatedOptions};
use longmen_wal::{FaultyStorage, Storage, audit};

use desk::{Desk, options};

const NOW_S: u32 = 1_795_942_800;

fn small() -> SimulatedOptions {
    options(2, 256 << 10)
}

fn open_books(desk: &mut Desk) {
    let start = Date::parse("2026-11-29").unwrap();
    desk.ask(Command::OpenEntity { code: "LM".into(), start, year_starts: YearStart::JANUARY });
    let subject = SubjectOpening::new("220301", "用户余额", SubjectClass::Liability, Side::Credit, true);
    desk.ask(Command::OpenSubjects { entity: "LM".into(), subjects: vec![subject] });
    let account = |n: u32| AccountOpening {
        key: AccountKey {
            entity: "LM".into(),
            number: format!("U{n}").into(),
            kind: "".into(),
            currency: Currency::from_code("CNY").unwrap(),
        },
        subject: "220301".into(),
        customer: None,
        owner: Owner::Customer,
        may_go_negative: true,
        overdraft_limit: Amount(0),
        credit_limit: None,
        hot: false,
    };
    let Answer::Opened(opened) = desk.ask(Command::OpenAccounts((1..=4).map(account).collect())) else {
        panic!()
    };
    assert!(opened.iter().all(Result::is_ok));
}

fn take_snapshot(desk: &mut Desk) {
    desk.node.ask_snapshot();
    loop {
        match desk.node.next_slice().unwrap() {
            Some(NextSlice::NotBegun) => drop(desk.view(1)),
            Some(_) => {
                if desk.node.snapshot_step().unwrap().is_some() {
                    return;
                }
            }
            None => panic!("a snapshot was asked for"),
        }
    }
}

/// A ledger of some hundred frames over several segments, killed, its node's identity by the seed; a snapshot two thirds through, archives a little further.
fn killed(seed: u64) -> FaultyStorage {
    let disk = FaultyStorage::new();
    let mut options = small();
    options.settings.seed = seed;
    let mut desk = Desk::try_start(&disk, &options, NOW_S).unwrap();
    open_books(&mut desk);
    for id in 1..=120 {
        let posted = desk.transfer(id, 1 + u64::try_from(id % 2).unwrap(), 3, 1);
        assert!(posted.rejection.is_none());
        if id == 80 {
            take_snapshot(&mut desk);
        }
    }
    drop(desk);
    disk
}

fn is_snapshot(name: &str) -> bool {
    name.starts_with("snapshot-")
}

fn is_archive(name: &str) -> bool {
    name.starts_with("ids-")
}

/// The newest frame that the files of this kind name, by the places that their tables give.
fn named_by(disk: &FaultyStorage, is_kind: fn(&str) -> bool, places: &[usize]) -> u64 {
    let files = disk.list().unwrap().into_iter().filter(|name| is_kind(name));
    let said = files.flat_map(|name| {
        let bytes = disk.file(&name).unwrap();
        places
            .iter()
            .map(move |at| u64::from_le_bytes(bytes[*at..at + 8].try_into().unwrap()))
            .collect::<Vec<_>>()
    });
    said.max().unwrap()
}

/// A copy without some of the files.
fn without(disk: &FaultyStorage, is_gone: impl Fn(&str) -> bool) -> FaultyStorage {
    let copy = disk.branch();
    disk.list().unwrap().iter().filter(|name| is_gone(name)).for_each(|name| copy.delete_file(name));
    copy
}

/// A copy of which the last so many hundredths of the frames' bytes are zeros; and how many frames are whole in it.
fn tail_zeroed(disk: &FaultyStorage, percent: u64) -> (FaultyStorage, u64) {
    let mut places = Vec::new();
    audit(disk, &mut |frame| places.push((frame.segment().file_name(), frame.offset(), frame.frame_bytes())))
        .unwrap();
    let all: u64 = places.iter().map(|place| place.2).sum();
    let (copy, mut to_zero, mut whole) = (disk.branch(), all * percent / 100, places.len() as u64);
    for (file, at, len) in places.iter().rev() {
        if to_zero == 0 {
            break;
        }
        let zeroed = to_zero.min(*len);
        let end = usize::try_from(at + len).unwrap();
        let from = end - usize::try_from(zeroed).unwrap();
        let mut bytes = copy.file(file).unwrap();
        // Behind a body a frame is zeros already.
        if bytes[from..end].iter().any(|byte| *byte != 0) {
            whole -= 1;
        }
        bytes[from..end].fill(0);
        copy.set_file(file, &bytes);
        to_zero -= zeroed;
    }
    (copy, whole)
}

/// Every hundredth, with and without what stands beside the log: whoever names a frame that is gone refuses the start, with
/// the place, and fails the audit; otherwise the books go on with what is there.
#[test]
fn a_zeroed_tail_is_refused_as_far_as_the_directory_knows() {
    let disk = killed(7);
    let snapshot = named_by(&disk, is_snapshot, &[32]);
    let archives = named_by(&disk, is_archive, &[48, 56]);
    let frames = audit(&disk, &mut |_| {}).unwrap().last.0;
    assert!(60 < snapshot && snapshot < archives && archives < frames, "{snapshot} {archives} {frames}");
    type Kind = fn(&str) -> bool;
    let cases: [(&str, Kind, u64); 4] = [
        ("both", |_| false, archives),
        ("snapshot", is_archive, snapshot),
        ("archives", is_snapshot, archives),
        ("neither", |name| is_snapshot(name) || is_archive(name), 0),
    ];
    for (what, is_gone, known) in cases {
        let (left, mut refused) = (without(&disk, is_gone), 0);
        for percent in 1..=100 {
            let (zeroed, whole) = tail_zeroed(&left, percent);
            let started = Desk::try_start(&zeroed.branch(), &small(), NOW_S);
            let audited = verify(&zeroed, &mut |_| {});
            match (started, audited) {
                (Ok(desk), Ok(audited)) => {
                    assert_eq!(
                        (audited.log.last.0, desk.report.log.last.0),
                        (whole, whole),
                        "{what}, {percent} %"
                    );
                    assert!(
                        whole >= known,
                        "{what}, {percent} %: {whole} frames of {known} that were durable"
                    );
                }
                (Err(start), Err(audit)) => {
                    let [start, audit] = [start.to_string(), audit.to_string()];
                    // What a snapshot covers is not read by the start, which then comes upon a later place.
                    assert!(start.starts_with("refusing to start: segment-"), "{start}");
                    assert!(
                        audit.contains("segment-") && audit.contains(&format!("frame {}", whole + 1)),
                        "{audit}"
                    );
                    if whole + 1 > known {
                        assert!(!audit.contains(" by "), "the log knows by itself: {audit}");
                    }
                    refused += 1;
                }
                (started, audited) => {
                    panic!("{what}, {percent} %: {:?}, {:?}", started.map(|_| ()), audited.map(|_| ()))
                }
            }
        }
        let least = 100 * (frames - known) / frames;
        println!("{what}: {refused} of 100 refused, {whole}", whole = 100 - least);
        assert!(refused >= if known > 0 { 99 - least } else { 1 }, "{what}: {refused}");
    }
}

/// What stands beside the log is not put aside as of no use, and nothing is changed.
#[test]
fn what_refuses_is_named_and_stays() {
    let disk = killed(7);
    let (zeroed, _) = tail_zeroed(&disk, 30);
    let before = zeroed.list().unwrap();
    let refused = Desk::try_start(&zeroed, &small(), NOW_S).err().unwrap().to_string();
    assert!(refused.contains(" by ids-00000000"), "{refused}");
    assert_eq!(zeroed.list().unwrap(), before);
    // An archive of which a page was damaged later still says how far the log went.
    let newest = before.iter().filter(|name| is_archive(name)).max().unwrap();
    let aside = without(&zeroed, |name| is_snapshot(name) || is_archive(name));
    aside.set_file(&format!("damaged-{newest}"), &zeroed.file(newest).unwrap());
    let refused = Desk::try_start(&aside, &small(), NOW_S).err().unwrap().to_string();
    assert!(refused.contains(" by damaged-ids-00000000"), "{refused}");
}

#[test]
fn files_of_the_log_that_are_gone_are_missed() {
    let disk = killed(7);
    let is_segment = |name: &str| name.starts_with("segment-");
    let refused = |left: &FaultyStorage, why: &str| {
        let untouched = left.list().unwrap();
        let start = Desk::try_start(left, &small(), NOW_S).err().unwrap().to_string();
        assert!(start.contains(why), "{start}");
        assert!(verify(left, &mut |_| {}).is_err());
        assert_eq!(left.list().unwrap(), untouched);
    };
    refused(&without(&disk, |name| name == "MANIFEST"), "the manifest is missing");
    refused(&without(&disk, is_segment), "named in the manifest, but missing");
    let gone = |name: &str| name == "MANIFEST" || is_segment(name);
    refused(&without(&disk, gone), "MANIFEST: the log is gone");
    refused(&without(&disk, |name| gone(name) || is_archive(name)), "but snapshot-00000000");
    refused(&without(&disk, |name| gone(name) || is_snapshot(name)), "but ids-00000000");
    let damaged = without(&disk, |name| gone(name) || is_archive(name));
    for name in damaged.list().unwrap() {
        damaged.truncate(&name, 10);
    }
    refused(&damaged, "MANIFEST: the log is gone");
    // One that is named and not the newest.
    for name in disk.list().unwrap().into_iter().filter(|name| is_segment(name)) {
        refused(&without(&disk, |file| file == name), "named in the manifest, but missing");
    }
    // Nothing at all is where a ledger begins.
    Desk::start(&without(&disk, |_| true), 1, NOW_S).close();
}

/// Another node's snapshots and archives say nothing of this log.
#[test]
fn what_another_node_left_does_not_count() {
    let (zeroed, whole) = tail_zeroed(&without(&killed(7), |name| is_snapshot(name) || is_archive(name)), 1);
    let theirs = killed(8);
    for name in theirs.list().unwrap().into_iter().filter(|name| is_snapshot(name) || is_archive(name)) {
        zeroed.set_file(&name, &theirs.file(&name).unwrap());
    }
    let desk = Desk::try_start(&zeroed, &small(), NOW_S).unwrap();
    assert_eq!(desk.report.log.last.0, whole);
    assert_eq!(desk.report.refused_snapshots.len(), 1);
}
