use std::cell::Cell;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use longmen_ledger::{AccountId, AccountKey, AccountRef, Currency, Rejection};
use serde_json::Value;

use crate::folder::{Folder, FolderError};
use crate::recorder::{Come, NotNow, Recorder, Records, channel};
use crate::sink::{FileSink, Sink};
use crate::writer::{WriteSettings, Writer};
use crate::{
    Anchor, Asker, AuditError, Audited, Break, Operation, Outcome, Record, Sighting, Subject, audit, hash_of,
};

const LEDGER: &str = "0123456789abcdef0123456789abcdef";

fn settings(path: &Path) -> WriteSettings {
    WriteSettings { folder: Folder::new(path), ledger: LEDGER.to_owned(), file_bytes: 1 << 20, room: 0 }
}

fn key(number: &str) -> AccountKey {
    let currency = Currency::from_code("CNY").unwrap();
    AccountKey { entity: "LM".into(), number: number.into(), kind: "".into(), currency }
}

fn question(reason: &str, subject: Subject) -> Record {
    let asker = Asker { principal: Some("ann".into()), client: "till-3".into(), ..Asker::default() };
    Record {
        asker: Arc::new(asker),
        time_us: 1_790_000_000_000_000,
        operation: Operation::Question(longmen_ledger::Operation::Balance),
        weight: subject.accounts.len().max(1) as u64,
        subject,
        rows: 1,
        outcome: Outcome::Told,
        reason: Some(reason.into()),
    }
}

fn hello(outcome: Outcome) -> Record {
    let record = question("", Subject::default());
    Record { operation: Operation::Hello, outcome, reason: None, ..record }
}

/// Asks for accounts by their ids, one question each.
fn ask(recorder: &Recorder, ids: impl IntoIterator<Item = u64>) {
    for id in ids {
        let subject = Subject::of_accounts(&[AccountRef::Id(AccountId(id))]);
        recorder.hand_in(vec![question("case 7", subject)]);
    }
}

/// Writes questions about these accounts as a node that starts and stops.
fn write(settings: WriteSettings, ids: impl IntoIterator<Item = u64>) {
    let (recorder, records) = channel();
    let writer = Writer::open(settings).unwrap();
    ask(&recorder, ids);
    recorder.end();
    writer.run(&records);
}

fn audited(path: &Path) -> Result<Audited, AuditError> {
    audit(&Folder::new(path), Some(LEDGER), &[]).map(Option::unwrap_or_default)
}

fn lines(path: &Path) -> Vec<Value> {
    let mut all = Vec::new();
    for number in Folder::new(path).numbers().unwrap() {
        let text = fs::read_to_string(Folder::new(path).file(number)).unwrap();
        all.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
    }
    all
}

fn events(path: &Path) -> Vec<String> {
    let event = |line: &Value| line["event"].as_str().map(str::to_owned);
    lines(path).iter().filter_map(event).collect()
}

#[test]
fn each_line_carries_the_hash_of_all_before() {
    let directory = tempfile::tempdir().unwrap();
    write(settings(directory.path()), 1..=3);
    let text = fs::read_to_string(Folder::new(directory.path()).file(1)).unwrap();
    let mut before = crate::NO_HASH.to_owned();
    for line in text.lines() {
        let (body, rest) = line.split_once(",\"hash\":\"").unwrap();
        before = blake3::hash(format!("{before}{body}").as_bytes()).to_hex().to_string();
        assert_eq!(rest, format!("{before}\"}}"));
    }
    let audited = audited(directory.path()).unwrap();
    assert_eq!((audited.first, audited.last, audited.torn), (1, 6, 0));
    assert_eq!(audited.head, before);
    let question = &lines(directory.path())[2];
    assert_eq!(question["principal"], "ann");
    assert_eq!(question["client"], "till-3");
    assert_eq!(question["time"], "2026-09-21T14:13:20.000000Z");
    assert_eq!(question["accounts"][0]["id"], 1);
    assert_eq!(question["reason"], "case 7");
    assert_eq!(events(directory.path()), ["opened", "started", "stopped"]);
    assert_eq!(hash_of("a", b"b"), blake3::hash(b"ab").to_hex().as_str());
}

#[test]
fn a_log_goes_on_over_starts_and_files() {
    let directory = tempfile::tempdir().unwrap();
    let small = || WriteSettings { file_bytes: 600, ..settings(directory.path()) };
    for start in 0..4 {
        write(small(), start * 10..start * 10 + 3);
    }
    let found = audited(directory.path()).unwrap();
    assert!(found.files > 3, "{found:?}");
    assert_eq!(lines(directory.path()).iter().filter(|line| line["operation"] == "balance").count(), 12);
    let folder = Folder::new(directory.path());
    // What the operator takes away from the front is not vouched for, and nothing else is lost by it.
    fs::rename(folder.file(1), directory.path().join("1")).unwrap();
    let without = audited(directory.path()).unwrap();
    assert!(without.first > 1 && without.last == found.last && without.head == found.head);
    fs::rename(directory.path().join("1"), folder.file(1)).unwrap();
    // From the middle it is named.
    fs::rename(folder.file(2), directory.path().join("2")).unwrap();
    let error = audited(directory.path()).unwrap_err();
    assert!(error.to_string().ends_with("access-00000003.jsonl is there"), "{error}");
    // And so is one under the name of another.
    fs::copy(folder.file(3), folder.file(2)).unwrap();
    assert!(matches!(audited(directory.path()), Err(AuditError::Renamed { found: 3, .. })));
    fs::rename(directory.path().join("2"), folder.file(2)).unwrap();
    // What is known elsewhere tells a log that was written anew, and one whose end was cut off.
    let with = |seq, hash: &str| {
        let anchor = Anchor { seq, hash: hash.to_owned(), told_by: "frame 9".to_owned() };
        audit(&folder, Some(LEDGER), &[anchor])
    };
    assert_eq!(with(found.last, &found.head).unwrap().unwrap().anchors, 1);
    assert!(matches!(with(3, &found.head), Err(AuditError::Anchor { seq: 3, .. })));
    let error = with(found.last + 1, &found.head).unwrap_err();
    assert!(error.to_string().ends_with("its end was cut off"), "{error}");
}

#[test]
fn a_log_is_of_one_ledger_and_has_one_writer() {
    let directory = tempfile::tempdir().unwrap();
    write(settings(directory.path()), [1]);
    let other = WriteSettings { ledger: "f".repeat(32), ..settings(directory.path()) };
    assert!(matches!(Writer::open(other), Err(FolderError::Foreign { .. })));
    assert!(matches!(audit(&Folder::new(directory.path()), Some("f"), &[]), Err(AuditError::Foreign { .. })));
    let _held = Writer::open(settings(directory.path())).unwrap();
    assert!(matches!(Writer::open(settings(directory.path())), Err(FolderError::Busy { .. })));
}

#[test]
fn a_torn_end_is_cut_off_and_told_at_every_byte() {
    let whole = tempfile::tempdir().unwrap();
    write(settings(whole.path()), 1..=2);
    let bytes = fs::read(Folder::new(whole.path()).file(1)).unwrap();
    for cut in 0..bytes.len() {
        let directory = tempfile::tempdir().unwrap();
        let folder = Folder::new(directory.path());
        fs::write(folder.file(1), &bytes[..cut]).unwrap();
        let whole_lines = bytes[..cut].iter().filter(|byte| **byte == b'\n').count();
        let rest = cut - bytes[..cut].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        // A line that lacks its end alone is whole.
        let is_whole = bytes[cut] == b'\n';
        match audited(directory.path()) {
            Ok(found) => assert_eq!(found.torn, rest as u64, "{cut}"),
            Err(error) => panic!("{cut}: {error}"),
        }
        write(settings(directory.path()), [7]);
        let found = audited(directory.path()).unwrap_or_else(|error| panic!("{cut}: {error}"));
        assert_eq!(found.torn, 0);
        let seen = events(directory.path());
        let is_told = seen.iter().any(|event| event == "torn");
        // What was cut in the first line of all has left nothing to tell of.
        assert_eq!(is_told, rest > 0 && !is_whole && whole_lines > 0, "{cut}: {seen:?}");
        let kept = (whole_lines + usize::from(is_whole)).max(1) as u64;
        assert_eq!(found.last, kept + 3 + u64::from(is_told), "{cut}: {seen:?}");
    }
}

#[test]
fn a_change_of_any_byte_is_found() {
    let directory = tempfile::tempdir().unwrap();
    write(settings(directory.path()), 1..=2);
    let file = Folder::new(directory.path()).file(1);
    let bytes = fs::read(&file).unwrap();
    let last = bytes.len() - 1;
    for (at, byte) in bytes.iter().enumerate() {
        for other in [byte ^ 1, byte ^ 0x80, b'\n', b' ', b'0'] {
            if other == *byte {
                continue;
            }
            let mut changed = bytes.clone();
            changed[at] = other;
            fs::write(&file, &changed).unwrap();
            match audited(directory.path()) {
                Err(_) => {}
                // The end of the last line: it reads as a line that is not whole.
                Ok(found) => assert!(at == last && found.torn > 0, "byte {at} as {other}: {found:?}"),
            }
        }
    }
    // A line that is taken out, or comes twice.
    let text = String::from_utf8(bytes).unwrap();
    let all: Vec<&str> = text.lines().collect();
    for at in 1..all.len() - 1 {
        let mut without = all.clone();
        without.remove(at);
        fs::write(&file, without.join("\n") + "\n").unwrap();
        let expected = at as u64 + 1;
        let found = audited(directory.path());
        let Err(AuditError::Line { line, why: Break::Number { expected: number, .. }, .. }) = found else {
            panic!("{at}: {found:?}")
        };
        assert_eq!((line, number), (expected, expected));
        let mut twice = all.clone();
        twice.insert(at, all[at]);
        fs::write(&file, twice.join("\n") + "\n").unwrap();
        assert!(audited(directory.path()).is_err(), "{at}");
    }
}

#[test]
fn what_does_not_hold_stays_and_a_file_begins_behind_it() {
    let directory = tempfile::tempdir().unwrap();
    write(settings(directory.path()), 1..=2);
    let folder = Folder::new(directory.path());
    let text = fs::read_to_string(folder.file(1)).unwrap();
    let changed = text.replacen("case 7", "case 8", 1);
    fs::write(folder.file(1), &changed).unwrap();
    write(settings(directory.path()), [3]);
    assert_eq!(fs::read_to_string(folder.file(1)).unwrap(), changed, "it is evidence");
    let error = audited(directory.path()).unwrap_err();
    assert!(error.to_string().contains("access-00000001.jsonl, line 3: record 3 does not carry"), "{error}");
    assert_eq!(events(directory.path())[2..], ["stopped", "opened", "broken", "started", "stopped"]);
    // Once it is put aside, the log holds from there on.
    fs::remove_file(folder.file(1)).unwrap();
    assert!(audited(directory.path()).is_ok());
}

thread_local! {
    /// How many more bytes the disk takes.
    static LEFT: Cell<usize> = const { Cell::new(usize::MAX) };
    static SYNCS: Cell<bool> = const { Cell::new(true) };
}

/// A file on a disk that is full at times.
struct Faulty(FileSink);

impl Sink for Faulty {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let fits = bytes.len().min(LEFT.get());
        self.0.write(offset, &bytes[..fits])?;
        LEFT.set(LEFT.get() - fits);
        if fits < bytes.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.0.cut(length)
    }

    fn sync(&mut self) -> io::Result<()> {
        if SYNCS.get() { self.0.sync() } else { Err(io::Error::other("the disk does not answer")) }
    }

    fn stands(&self, length: u64) -> io::Result<bool> {
        self.0.stands(length)
    }

    fn free(&self) -> io::Result<u64> {
        self.0.free()
    }
}

fn faulty(path: &Path) -> (Writer, Recorder, Records) {
    let writer = Writer::open_with(settings(path), |file| Box::new(Faulty(file))).unwrap();
    let (recorder, records) = channel();
    (writer, recorder, records)
}

#[test]
fn a_full_disk_refuses_questions_and_loses_none_that_was_answered() {
    for left in [0, 1, 100, 500, 700, 1_000] {
        let directory = tempfile::tempdir().unwrap();
        let (mut writer, recorder, records) = faulty(directory.path());
        LEFT.set(left);
        ask(&recorder, 1..=5);
        // The room of its records is taken until they are written.
        assert!(writer.turn(&records, Come::Nothing).is_err(), "{left}");
        assert_eq!(recorder.may_ask(), Err(NotNow::Full));
        recorder.note(hello(Outcome::Told));
        assert!(writer.turn(&records, Come::Nothing).is_err(), "{left}");
        LEFT.set(usize::MAX);
        assert!(writer.turn(&records, Come::Nothing).is_ok());
        assert_eq!(recorder.may_ask(), Ok(()));
        recorder.end();
        drop(writer);
        let found = audited(directory.path()).unwrap();
        assert_eq!(found.torn, 0);
        let all = lines(directory.path());
        assert_eq!(all.iter().filter(|line| line["operation"] == "balance").count(), 5, "{left}");
        assert_eq!(all.iter().filter(|line| line["operation"] == "hello").count(), 1);
        assert!(events(directory.path()).contains(&"interrupted".to_owned()));
    }
}

#[test]
fn a_disk_that_does_not_sync_refuses_questions() {
    let directory = tempfile::tempdir().unwrap();
    let (mut writer, recorder, records) = faulty(directory.path());
    ask(&recorder, [1]);
    SYNCS.set(false);
    recorder.end();
    assert!(writer.turn(&records, Come::Nothing).is_err());
    assert_eq!(recorder.may_ask(), Err(NotNow::Failed));
    assert_eq!(recorder.head(), None);
    SYNCS.set(true);
    assert!(writer.turn(&records, Come::Nothing).is_ok());
    assert_eq!(recorder.may_ask(), Ok(()));
    assert_eq!(recorder.head().unwrap().hash, audited(directory.path()).unwrap().head);
}

#[test]
fn a_file_that_is_taken_away_or_cut_is_told_of() {
    let take = |path: &Path| fs::remove_file(path).unwrap();
    let cut = |path: &Path| fs::write(path, "").unwrap();
    for change in [&take as &dyn Fn(&Path), &cut] {
        let directory = tempfile::tempdir().unwrap();
        let folder = Folder::new(directory.path());
        let (recorder, records) = channel();
        let mut writer = Writer::open(settings(directory.path())).unwrap();
        ask(&recorder, [1]);
        assert!(matches!(writer.turn(&records, Come::Nothing), Ok(false)));
        change(&folder.file(1));
        ask(&recorder, [2]);
        recorder.end();
        assert!(matches!(writer.turn(&records, Come::Nothing), Ok(true)));
        let text = fs::read_to_string(folder.file(2)).unwrap();
        assert!(text.lines().next().unwrap().contains("\"why\":\"gone\""), "{text}");
        // A file that is not there at the front was taken away; that is told by the reason of the next.
        let found = audited(directory.path());
        assert!(found.is_err() || found.unwrap().first > 1);
    }
}

/// What tells of no customer has so many records in a second, and the others are counted; what tells of one has its own.
#[test]
fn whoever_is_told_nothing_does_not_fill_the_disk() {
    let refused = Outcome::Refused(Rejection::NotAuthenticated);
    let status = |outcome| {
        let operation = Operation::Question(longmen_ledger::Operation::Status);
        Record { outcome, operation, ..question(&"x".repeat(512), Subject::default()) }
    };
    let balance = |outcome| Record { outcome, ..question("why", Subject::default()) };
    let of_chart = Operation::Question(longmen_ledger::Operation::Chart);
    let chart = Record { rows: 40, operation: of_chart, ..question("", Subject::default()) };
    for (record, written) in [
        (hello(refused), 10),
        (hello(Outcome::Told), 150),
        (status(Outcome::Told), 10),
        (status(refused), 10),
        (balance(Outcome::Told), 150),
        // It asked about nothing, or about no account, and was told as much.
        (Record { rows: 0, ..balance(Outcome::Told) }, 100),
        (chart, 100),
        (balance(refused), 100),
        (balance(Outcome::Failed), 100),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let (recorder, records) = channel();
        let writer = Writer::open(settings(directory.path())).unwrap();
        recorder.hand_in((0..150).map(|_| record.clone()).collect());
        recorder.end();
        writer.run(&records);
        let all = lines(directory.path());
        assert_eq!(all.iter().filter(|line| line["operation"].is_string()).count(), written, "{record:?}");
        let uncounted: u64 = all.iter().filter_map(|line| line["records"].as_u64()).sum();
        assert_eq!(uncounted, 150 - written as u64, "{record:?}");
    }
}

#[test]
fn accounts_of_which_nothing_was_told_do_not_fill_the_disk() {
    let many = |count: u64| (0..count).map(|id| AccountRef::Id(AccountId(id))).collect::<Vec<_>>();
    let told = |refused: fn(usize) -> bool, outcome| {
        let mut subject = Subject::of_accounts(&many(8_192));
        for (at, sighting) in subject.accounts.iter_mut().enumerate().filter(|(at, _)| refused(*at)) {
            sighting.refused = Some(if at == 0 { Rejection::Forbidden } else { Rejection::UnknownAccount });
        }
        Record { outcome, ..question("", subject) }.folded().subject
    };
    let refused = Outcome::Refused(Rejection::Forbidden);
    for (subject, kept, more, first) in [
        (told(|_| false, Outcome::Told), 8_192, 0, 0),
        (told(|_| true, refused), 16, 8_176, 0),
        // The question was refused before anybody looked for its accounts, or the node failed at it.
        (told(|_| false, refused), 16, 8_176, 0),
        (told(|_| false, Outcome::Failed), 16, 8_176, 0),
        // What was told stays, whatever lies before it.
        (told(|at| at % 2 == 0, Outcome::Told), 4_112, 4_080, 0),
        (told(|at| at < 20, Outcome::Told), 8_188, 4, 0),
    ] {
        assert_eq!((subject.accounts.len(), subject.also_refused), (kept, more));
        assert_eq!(subject.accounts[0].asked, AccountRef::Id(AccountId(first)));
    }
    // One account, named again and again, is one.
    let again = Subject::of_accounts(&vec![AccountRef::Id(AccountId(7)); 8_192]);
    assert_eq!(question("", again).folded().subject.accounts.len(), 1);
    // So is one that is named by its key and by its id.
    let key = AccountKey {
        entity: "LM".into(),
        number: "U1".into(),
        kind: "".into(),
        currency: Currency::from_code("CNY").unwrap(),
    };
    let both = [AccountRef::Id(AccountId(7)), AccountRef::Key(key.clone()), AccountRef::Id(AccountId(8))];
    let mut subject = Subject::of_accounts(&both);
    (subject.accounts[0].found, subject.accounts[1].found) =
        (Some((AccountId(7), key.clone())), Some((AccountId(7), key)));
    assert_eq!(question("", subject).folded().subject.accounts.len(), 2);
    let directory = tempfile::tempdir().unwrap();
    let (recorder, records) = channel();
    let writer = Writer::open(settings(directory.path())).unwrap();
    let forbidden = question("", Subject::of_accounts(&many(8_192)));
    recorder.hand_in(vec![Record { outcome: refused, ..forbidden }.folded()]);
    recorder.end();
    writer.run(&records);
    let all: Vec<Value> =
        lines(directory.path()).into_iter().filter(|l| l["operation"] == "balance").collect();
    assert_eq!((all.len(), all[0]["also_refused"].as_u64()), (1, Some(8_176)));
    audited(directory.path()).unwrap();
}

#[test]
fn no_question_is_asked_while_too_many_records_wait() {
    let (recorder, records) = channel();
    let many = || Record { weight: 65_535, ..question("", Subject::default()) };
    recorder.hand_in(vec![many()]);
    assert_eq!(recorder.may_ask(), Ok(()));
    // What is answered meanwhile is handed in all the same.
    recorder.hand_in(vec![many()]);
    assert_eq!(recorder.may_ask(), Err(NotNow::Busy));
    recorder.note(hello(Outcome::Told));
    assert_eq!((records.take_uncounted(), records.take_all().len()), (1, 2));
    assert_eq!(recorder.may_ask(), Ok(()));
}

#[test]
fn long_questions_take_several_lines_and_hidden_text_is_written_out() {
    let directory = tempfile::tempdir().unwrap();
    let evil = "\u{1b}[2K\n\"\\\u{202e}\u{e0001}";
    let number = evil.repeat(4);
    let mut subject = Subject::of_accounts(&vec![AccountRef::Key(key(&number)); 200]);
    subject.accounts[0] = Sighting {
        asked: AccountRef::Id(AccountId(9)),
        found: Some((AccountId(9), key("U9"))),
        refused: Some(Rejection::Forbidden),
    };
    for id in [1, 2, 3, 5, 5, 4, 7, 8] {
        subject.tell(AccountId(id));
    }
    let subject = subject.with("reference", Some(evil));
    let (recorder, records) = channel();
    let writer = Writer::open(settings(directory.path())).unwrap();
    recorder.hand_in(vec![question(evil, subject)]);
    recorder.end();
    writer.run(&records);
    let text = fs::read_to_string(Folder::new(directory.path()).file(1)).unwrap();
    assert!(!text.chars().any(|c| c != '\n' && longmen_ledger::is_hidden(c)), "{text}");
    let all: Vec<Value> =
        lines(directory.path()).into_iter().filter(|l| l["operation"] == "balance").collect();
    assert_eq!(all.len(), 4);
    assert_eq!(all[3]["part"], "4/4");
    assert_eq!(all[0]["told"], "1-3,5,4,7-8");
    assert_eq!(all[0]["accounts"][0]["number"], "U9");
    assert_eq!(all[0]["accounts"][0]["refused"], "forbidden");
    let named: usize = all.iter().map(|line| line["accounts"].as_array().unwrap().len()).sum();
    assert_eq!(named, 200);
    for line in &all {
        assert_eq!((line["reason"].as_str(), line["terms"]["reference"].as_str()), (Some(evil), Some(evil)));
    }
    assert_eq!(all[1]["accounts"][0]["number"], number);
    audited(directory.path()).unwrap();
}
