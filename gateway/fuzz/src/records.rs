//! The records in the log's frames under sums that are right: whatever they say, the audit names it or lets it pass, replay
//! takes it or names the frame, and neither of them nor an export ever panics. What passes the audit can be recovered from.

use longmen_engine::audit::{VerifyError, describe_frame, verify};
use longmen_engine::export::{Scope, export};
use longmen_engine::ledger::{FrameRecords, Rebuilt, ReplayError, SectionKind};
use longmen_wal::{Body, FaultyStorage, Section};

use crate::books::with_books;
use crate::edits::{Edit, words};
use crate::ledger::{settings, written};

thread_local! {
    static BODIES: Vec<Body> = with_books(|resting, _| resting.wake().bodies());
}

/// Takes an input: changes of eight bytes each: the kind, the frame, the section, the place, a value.
pub fn run(data: &[u8]) {
    BODIES.with(|good| {
        let mut bodies = good.clone();
        words(data).take(8).for_each(|word| change(&mut bodies, word));
        check(&bodies, good);
    });
}

fn change(bodies: &mut Vec<Body>, word: [u8; 8]) {
    let [what, frame, section, low, high, value, wide, _] = word;
    let count = bodies.len();
    let Some(body) = bodies.get_mut(usize::from(frame) % count.max(1)) else { return };
    let sections = body.sections.len();
    if sections == 0 {
        return;
    }
    let place = usize::from(section) % sections;
    match what {
        0xF0 => drop(body.sections.remove(place)),
        0xF1 => {
            let copy = body.sections[place].clone();
            body.sections.push(copy);
        }
        0xF2 => body.sections[place].records = u32::from_le_bytes([low, high, value, wide]),
        0xF3 => body.sections[place].kind = u16::from(value),
        0xF4 => body.sections[place].owner = u16::from_le_bytes([low, high]),
        0xF5 => body.time_us = i64::from_le_bytes(word),
        0xF6 => body.sections.swap(place, usize::from(value) % sections),
        0xF7 => bodies.swap(usize::from(frame) % count, usize::from(value) % count),
        0xF8 => drop(bodies.remove(usize::from(frame) % count)),
        0xF9 => {
            let copy = bodies[usize::from(frame) % count].clone();
            bodies.push(copy);
        }
        _ => {
            let Section { chunks, .. } = &mut body.sections[place];
            let mut bytes = chunks.concat();
            Edit::new(what, u32::from_le_bytes([low, high, 0, 0]), value).make(&mut bytes);
            *chunks = vec![bytes];
        }
    }
}

fn check(bodies: &[Body], good: &[Body]) {
    let disk = written(bodies);
    let audited = match verify(&disk, &mut |_| {}) {
        Ok(_) => true,
        Err(VerifyError::Books(finding)) => {
            assert!(!finding.to_string().is_empty());
            false
        }
        Err(VerifyError::Log(error)) => panic!("the sums are right: {error}"),
    };
    assert!(audited || bodies != good, "good books hold");
    match replay(bodies) {
        // A node goes on from whatever was taken.
        Ok(rebuilt) => drop(rebuilt.go_on(settings())),
        Err(error) => assert!(!audited, "passes the audit, and cannot be recovered from: {error}"),
    }
    look(&disk);
}

/// Recovers from the frames.
fn replay(bodies: &[Body]) -> Result<Rebuilt, ReplayError> {
    let mut rebuilt = Rebuilt::empty(&settings());
    for (body, number) in bodies.iter().zip(1..) {
        let mut sections = Vec::new();
        for section in &body.sections {
            let what = format!("a section of unknown kind {}", section.kind);
            let kind = SectionKind::from_number(section.kind).ok_or(ReplayError { frame: number, what })?;
            sections.push((kind, section.owner, section.chunks.first().map_or(&[][..], Vec::as_slice)));
        }
        rebuilt.replay(&FrameRecords::new(number, body.time_us, sections)?)?;
    }
    rebuilt.check()?;
    Ok(rebuilt)
}

/// Has the frames described and exported, as `longmen wal` and `longmen export` do.
fn look(disk: &FaultyStorage) {
    longmen_wal::audit(disk, &mut |view| drop(describe_frame(view))).expect("the sums are right");
    let mut items = 0_u64;
    let exported = export(disk, &Scope::default(), &mut |_, _| {
        items += 1;
        Ok::<(), std::convert::Infallible>(())
    });
    drop(exported);
}

/// A change of each kind in each frame.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vec![Vec::new()];
    let frames = BODIES.with(|bodies| u8::try_from(bodies.len()).expect("the story is short"));
    for frame in 0..frames {
        for (what, section, at, value) in
            [(0, 0, 16, 1), (1, 1, 40, 0xFF), (2, 2, 8, 6), (4, 1, 56, 0), (0xF2, 0, 9, 0), (2, 3, 24, 4)]
        {
            seeds.push(vec![what, frame, section, at, 0, value, 0, 0]);
        }
    }
    seeds.extend((0xF0..=0xF9).map(|what| vec![what, 3, 1, 1, 0, 2, 0, 0]));
    seeds
}
