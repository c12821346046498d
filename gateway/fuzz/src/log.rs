//! The scan of a log: whatever is done to the bytes of a good one, it opens, is cut with a report, or is refused at a
//! place; and never comes out shorter than what is left of it still calls durable.

use std::collections::BTreeMap;
use std::sync::Arc;

use longmen_wal::{
    AuditError, Body, Fault, FaultyStorage, FrameNumber, Log, LogOptions, LogReader, OpenError, Section,
    Storage, WritePath, audit, seeded_nonces,
};

use crate::edits::{Edit, crc32c, words};

/// Four pages: a header and at most three frames.
const TINY: LogOptions =
    LogOptions { segment_bytes: 16_384, segments_ahead: 0, write_path: WritePath::Pwritev };
const MANIFEST: &str = "MANIFEST";

/// A good log, and what is known of it.
struct Good {
    disk: FaultyStorage,
    files: BTreeMap<String, Vec<u8>>,
    frames: Vec<Place>,
    contents: Vec<(u64, Vec<u8>)>,
    /// The highest frame that the manifest alone calls durable.
    floor: u64,
}

/// Where a frame lies, and what it calls durable.
struct Place {
    file: String,
    from: usize,
    to: usize,
    durable: u64,
}

thread_local! {
    static GOOD: [Good; 3] = [Good::of(runs(2, true)), Good::of(runs(2, false)), Good::of(one_segment())];
}

/// Takes an input: which log, and changes of eight bytes: the file, the kind of change (bit 7 makes the sums of the frame
/// right again), the place, a value.
pub fn run(data: &[u8]) {
    let Some((&first, rest)) = data.split_first() else { return };
    GOOD.with(|good| good[usize::from(first) % good.len()].check(rest));
}

impl Good {
    fn of(disk: FaultyStorage) -> Good {
        let mut frames = Vec::new();
        let report = audit(&disk, &mut |view| {
            let from = usize::try_from(view.offset()).expect("a small file");
            let to = from + usize::try_from(view.frame_bytes()).expect("a small file");
            let durable = view.durable_when_written().0;
            frames.push(Place { file: view.segment().file_name(), from, to, durable });
        });
        let report = report.expect("a good log holds");
        let opened = open(&disk.branch()).expect("a good log opens");
        let contents = contents(&opened.reader);
        let files: BTreeMap<String, Vec<u8>> = disk
            .list()
            .expect("a disk in memory lists its files")
            .into_iter()
            .map(|name| (name.clone(), disk.file(&name).expect("it is there")))
            .collect();
        let mut good = Good { disk, files, frames, contents, floor: 0 };
        good.floor = if report.clean { report.last.0 } else { good.floor_of_manifest() };
        good
    }

    /// What is called durable when no frame can say so.
    fn floor_of_manifest(&self) -> u64 {
        let disk = self.disk.branch();
        for place in &self.frames {
            let mut bytes = disk.file(&place.file).expect("it is there");
            bytes[place.from..place.to].fill(0);
            disk.set_file(&place.file, &bytes);
        }
        match audit(&disk, &mut |_| {}) {
            Err(AuditError::Found(finding)) => match finding.fault {
                Fault::DurableFrame { durable, .. } => durable.0,
                fault => panic!("a log without frames: {fault:?}"),
            },
            Err(AuditError::Io(error)) => panic!("{error}"),
            Ok(report) => report.durable.0,
        }
    }

    fn check(&self, changes: &[u8]) {
        let changed = self.change(changes);
        let disk = FaultyStorage::new();
        changed.files.iter().for_each(|(name, bytes)| disk.set_file(name, bytes));
        let audited = match audit(&disk, &mut |_| {}) {
            Ok(report) => Some(report),
            Err(AuditError::Found(finding)) => {
                assert!(!finding.file.is_empty(), "a finding names its file: {finding}");
                None
            }
            Err(AuditError::Io(error)) => panic!("a disk in memory does not fail: {error}"),
        };
        let opened = match open(&disk) {
            Ok(opened) => opened,
            Err(OpenError::Refused(finding)) => {
                assert!(audited.is_none(), "refused, though the audit finds nothing: {finding}");
                return;
            }
            Err(error) => panic!("neither opened nor refused: {error}"),
        };
        if changed.files.is_empty() {
            assert_eq!(opened.report.last.0, 0, "an empty directory is a new log");
            return;
        }
        let audited = audited.expect("what the audit names is refused");
        assert_eq!(audited.last, opened.report.last, "audit and start end at one frame");
        assert_eq!(audited.torn, opened.report.cut, "and tell of one tail");
        let found = contents(&opened.reader);
        if changed.is_forged {
            return;
        }
        assert_eq!(changed.files.get(MANIFEST), self.files.get(MANIFEST), "a changed manifest is refused");
        assert!(self.contents.starts_with(&found), "what is left is the beginning of what was there");
        let called_durable = self.frames.iter().zip(&changed.touched).filter(|(_, touched)| !**touched);
        let durable = called_durable.map(|(place, _)| place.durable).fold(self.floor, u64::max);
        let last = found.last().map_or(0, |(number, _)| *number);
        assert!(last >= durable, "frame {durable} was durable, and the log ends at {last}");
    }

    fn change(&self, changes: &[u8]) -> Changed {
        let mut changed =
            Changed { files: self.files.clone(), touched: vec![false; self.frames.len()], is_forged: false };
        for word in words(changes).take(8) {
            let names: Vec<String> = changed.files.keys().cloned().collect();
            let Some(name) = names.get(usize::from(word[0]) % names.len().max(1)) else { break };
            let what = word[1];
            let at = u32::from_le_bytes([word[2], word[3], word[4], 0]);
            if what & 0x7F == 0x7F {
                changed.files.remove(name);
                self.touch(&mut changed, name, (0, usize::MAX));
                continue;
            }
            if what & 0x7F == 0x7E {
                let other = &names[usize::from(word[5]) % names.len()];
                let bytes = changed.files[other].clone();
                changed.files.insert(name.clone(), bytes);
                self.touch(&mut changed, name, (0, usize::MAX));
                continue;
            }
            let bytes = changed.files.get_mut(name).expect("it is one of the files");
            let range = Edit::new(what, at, word[5]).make(bytes);
            if what & 0x80 != 0 {
                let frame = self
                    .frames
                    .iter()
                    .find(|place| place.file == *name && range.0 < place.to && place.from < range.1);
                if let Some(place) = frame {
                    make_sums_right(bytes, place.from);
                    changed.is_forged = true;
                }
            }
            self.touch(&mut changed, name, range);
        }
        changed
    }

    fn touch(&self, changed: &mut Changed, name: &str, range: (usize, usize)) {
        for (place, touched) in self.frames.iter().zip(&mut changed.touched) {
            *touched |= place.file == *name && range.0 < place.to && place.from < range.1;
        }
    }
}

struct Changed {
    files: BTreeMap<String, Vec<u8>>,
    /// Of each frame, whether some of its bytes may be others.
    touched: Vec<bool>,
    /// Whether sums were made right again: then the log says something else.
    is_forged: bool,
}

/// Makes the sums of the frame at `from` right, as far as its lengths lead anywhere.
fn make_sums_right(bytes: &mut [u8], from: usize) {
    let field = |bytes: &[u8], at: usize| -> Option<usize> {
        let field = bytes.get(at..at.checked_add(4)?)?;
        usize::try_from(u32::from_le_bytes(field.try_into().ok()?)).ok()
    };
    let sum = |bytes: &mut [u8], from: usize, to: usize, at: usize| {
        let crc = bytes.get(from..to).map(crc32c);
        if let (Some(crc), Some(place)) = (crc, bytes.get_mut(at..at + 4)) {
            place.copy_from_slice(&crc.to_le_bytes());
        }
    };
    let body = from + 64;
    let sections = field(bytes, body + 52).unwrap_or(0).min(16);
    for entry in (0..sections).map(|index| body + 56 + 24 * index) {
        if let (Some(start), Some(len)) = (field(bytes, entry + 8), field(bytes, entry + 12)) {
            sum(bytes, body + start, (body + start).saturating_add(len), entry + 16);
        }
    }
    sum(bytes, body, body + 56 + 24 * sections, from + 52);
    sum(bytes, from, from + 60, from + 60);
}

fn open(disk: &FaultyStorage) -> Result<longmen_wal::Opened, OpenError> {
    Log::open(Arc::new(disk.clone()), TINY, FrameNumber::FIRST, seeded_nonces(99))
}

fn contents(reader: &LogReader) -> Vec<(u64, Vec<u8>)> {
    let frames = reader.frames(FrameNumber::FIRST).map(|frame| {
        let frame = frame.expect("a log that opened can be read");
        frame.verify().expect("and holds");
        (frame.number().0, frame.body().expect("the frame was checked").to_vec())
    });
    frames.collect()
}

fn body(id: u64, bytes: usize) -> Body {
    let pattern = |salt: u64, len: usize| (0..len as u64).map(|at| (id * 31 + salt + at) as u8 | 1).collect();
    let sections = vec![
        Section { kind: 1, owner: 0, records: 2, chunks: vec![pattern(1, bytes / 3), pattern(2, bytes / 4)] },
        Section { kind: 2, owner: 1, records: 1, chunks: vec![pattern(3, bytes / 2)] },
    ];
    Body { time_us: i64::try_from(id).expect("a small number"), sections }
}

/// A number of runs over a few segments; the last one ends cleanly or is killed.
fn runs(count: u64, clean: bool) -> FaultyStorage {
    let disk = FaultyStorage::new();
    for run in 0..count {
        let opened = Log::open(Arc::new(disk.clone()), TINY, FrameNumber::FIRST, seeded_nonces(run));
        let mut writer = opened.expect("it is good so far").writer;
        for id in 0..3_u64 {
            writer
                .append(&body(run * 10 + id, 100 + 2_500 * usize::try_from(id).expect("small")))
                .expect("it fits");
            writer.sync().expect("this disk does not fail");
        }
        if clean || run + 1 < count {
            writer.close().expect("this disk does not fail");
        } else {
            // Durable, but nothing behind it says so.
            writer.append(&body(20, 50)).expect("it fits");
            writer.sync().expect("this disk does not fail");
        }
    }
    disk
}

/// One segment, and a manifest from before its first frame: nothing but the frames carries the mark.
fn one_segment() -> FaultyStorage {
    let disk = FaultyStorage::new();
    let options = LogOptions { segment_bytes: 32_768, ..TINY };
    let opened = Log::open(Arc::new(disk.clone()), options, FrameNumber::FIRST, seeded_nonces(1));
    let mut writer = opened.expect("an empty directory is a log").writer;
    for id in 1..=4 {
        writer.append(&body(id, 900)).expect("it fits");
        writer.sync().expect("this disk does not fail");
    }
    disk
}

/// Changes to each file of each log.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for log in 0..3 {
        for file in 0..5 {
            for (what, at, value) in [
                (0, 4_100, 1),
                (1, 8_200, 0xFF),
                (4, 9_000, 0),
                (0x80, 4_200, 4),
                (6, 4_096, 200),
                (0x7F, 0, 0),
            ] {
                let at = u32::to_le_bytes(at);
                seeds.push(vec![log, file, what, at[0], at[1], at[2], value, 0, 0]);
            }
        }
    }
    seeds
}
