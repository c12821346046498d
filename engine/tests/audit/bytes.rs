//! Bytes that are no records under good sums, and good records under changed bytes.

use longmen_engine::audit::{BookFault, RecordPlace, VerifyError};
use longmen_engine::ledger::{Admin, ClientId, Entry, SectionKind, entries};
use longmen_wal::{AuditError, Body, FrameNumber, Section};

use crate::full::full_books;
use crate::good::good_books;
use crate::planted::{audited, check_found, written};

/// Changes the bytes of one section of a frame.
#[track_caller]
fn check(
    frame: u64,
    kind: SectionKind,
    change: impl FnOnce(&mut Section),
    record: RecordPlace,
    fault: &BookFault,
) {
    check_body(frame, |body| change(section(body, kind)), record, fault);
}

#[track_caller]
fn check_body(frame: u64, change: impl FnOnce(&mut Body), record: RecordPlace, fault: &BookFault) {
    let mut books = good_books();
    books.last().admin.push(Admin::Client { id: ClientId(2), name: "other".into() });
    let mut bodies = books.bodies();
    change(&mut bodies[usize::try_from(frame).unwrap() - 1]);
    check_found(&bodies, frame, record, fault);
}

fn section(body: &mut Body, kind: SectionKind) -> &mut Section {
    body.sections.iter_mut().find(|section| section.kind == kind as u16).unwrap()
}

fn put(at: usize, bytes: &'static [u8]) -> impl Fn(&mut Section) {
    move |section| section.chunks[0][at..at + bytes.len()].copy_from_slice(bytes)
}

#[test]
fn every_record_can_be_read() {
    use SectionKind::{Admin, Entries, Heads, Tails};
    let unreadable = BookFault::Unreadable;
    let slot = |slot| RecordPlace::Entry { section: 0, slot };
    check(4, Entries, put(0, &[9]), slot(0), &unreadable);
    check(4, Entries, |section| section.chunks[0].extend([0; 8]), slot(8), &unreadable);
    check(4, Entries, |section| section.chunks[0].truncate(56), slot(0), &unreadable);
    check(4, Admin, put(0, &[9]), RecordPlace::Admin(0), &unreadable);
    check(4, Admin, |section| section.chunks[0].extend([0; 8]), RecordPlace::Admin(1), &unreadable);
    // An outcome that is none, and half a head.
    check(4, Heads, put(22, &[0, 3]), RecordPlace::Head(0), &unreadable);
    check(4, Heads, |section| section.chunks[0].truncate(48), RecordPlace::Head(0), &unreadable);
    // More hot legs than the tail has, notes that are none, a tail longer than the section.
    check(2, Tails, put(2, &[200]), RecordPlace::Head(2), &unreadable);
    let notes = 2 * 32 + 8;
    check(2, Tails, put(notes, &[77]), RecordPlace::Head(4), &unreadable);
    check(2, Heads, put(2 * 56 + 52, &[0xff; 4]), RecordPlace::Head(2), &unreadable);
}

#[test]
fn sections_hold_what_they_say() {
    use SectionKind::{Admin, Entries, Heads, Tails};
    let records = |said, found| BookFault::Records { said, found };
    check(4, Admin, |section| section.records = 0, RecordPlace::Section(0), &records(0, 1));
    check(4, Heads, |section| section.records = 2, RecordPlace::Section(1), &records(2, 1));
    check(4, Entries, |section| section.records = 9, RecordPlace::Section(2), &records(9, 1));
    let extra = |kind: u16, owner| {
        move |body: &mut Body| body.sections.push(Section { kind, owner, records: 0, chunks: Vec::new() })
    };
    check_body(4, extra(9, 0), RecordPlace::Section(4), &BookFault::SectionKind { kind: 9 });
    let order = |kind: SectionKind, owner| BookFault::SectionOrder { kind: kind as u16, owner };
    check_body(4, extra(4, 1), RecordPlace::Section(4), &order(Entries, 1));
    check_body(4, extra(4, 0), RecordPlace::Section(4), &order(Entries, 0));
    check_body(4, extra(1, 1), RecordPlace::Section(4), &order(Heads, 1));
    let left = |used, bytes| BookFault::TailsLeft { used, bytes };
    check(3, Tails, |section| section.chunks[0].extend([0; 8]), RecordPlace::Frame, &left(96, 104));
    let stray = |body: &mut Body| {
        let chunks = vec![vec![0; 8]];
        body.sections.insert(2, Section { kind: Tails as u16, owner: 0, records: 0, chunks });
    };
    check_body(4, stray, RecordPlace::Frame, &left(0, 8));
    let place = BookFault::TailPlace { offset: 0, expected: 32 };
    check(3, Heads, put(56 + 48, &[0]), RecordPlace::Head(1), &place);
}

#[test]
fn any_changed_byte_of_any_frame_is_found_where_it_is() {
    let storage = written(&good_books().bodies());
    let mut frames = Vec::new();
    longmen_wal::audit(&storage, &mut |view| {
        frames.push((view.number(), view.segment().file_name(), view.offset(), view.frame_bytes()));
    })
    .unwrap();
    assert_eq!(frames.len(), 5, "the clean end adds a mark");
    for (number, file, offset, bytes) in frames {
        for at in offset..offset + bytes {
            let bit = u32::try_from(at % 8).unwrap();
            storage.flip_bit(&file, at, bit);
            check_named(&audited(&storage), number, &file, offset, at);
            storage.flip_bit(&file, at, bit);
        }
    }
    audited(&storage).unwrap();
}

#[track_caller]
fn check_named<T>(outcome: &Result<T, VerifyError>, number: FrameNumber, file: &str, offset: u64, at: u64) {
    match outcome {
        Err(VerifyError::Log(AuditError::Found(found))) => {
            let place = (found.file.as_str(), found.offset, found.frame);
            assert_eq!(place, (file, Some(offset), Some(number)), "byte {at}: {found}");
        }
        Err(other) => panic!("byte {at}: {other}"),
        Ok(_) => panic!("byte {at} of {file} not noticed"),
    }
}

#[test]
fn bits_that_mean_nothing_are_found() {
    use SectionKind::{Admin, Entries};
    let altered = BookFault::Altered;
    let first = RecordPlace::Entry { section: 0, slot: 0 };
    // An unknown flag, the red mark on a positive amount, bytes that are zero.
    check(4, Entries, put(1, &[0x80]), first, &altered);
    check(4, Entries, put(1, &[2]), first, &altered);
    check(4, Entries, put(55, &[1]), first, &altered);
    check(4, Admin, put(1, &[1]), RecordPlace::Admin(0), &altered);
    check(1, Entries, put(51, &[1]), first, &altered);
}

/// The places in the postings of a section where a changed byte goes unnoticed, counted from each record's start.
fn unnoticed(frame: usize, place: usize) -> Vec<usize> {
    let bodies = good_books().bodies();
    let bytes = bodies[frame].sections[place].chunks.concat();
    let mut unnoticed = Vec::new();
    let mut starts = entries(&bytes).map(|entry| entry.unwrap()).peekable();
    while let Some((slot, entry)) = starts.next() {
        let start = usize::try_from(slot).unwrap() * 8;
        let end = starts.peek().map_or(bytes.len(), |(slot, _)| usize::try_from(*slot).unwrap() * 8);
        for at in start..end {
            let mut bodies = bodies.clone();
            bodies[frame].sections[place].chunks[0][at] ^= 1 << (at % 8);
            match audited(&written(&bodies)) {
                Err(VerifyError::Books(_)) => {}
                Err(VerifyError::Log(error)) => panic!("the log holds, and byte {at}: {error}"),
                Ok(_) if matches!(entry, Entry::Posting(_)) => unnoticed.push(at - start),
                Ok(_) => {}
            }
        }
    }
    unnoticed
}

#[test]
fn of_a_posting_only_the_step_is_free() {
    for (frame, place) in [(1, 2), (1, 3), (2, 3), (2, 4), (3, 1), (3, 2)] {
        let bodies = good_books().bodies();
        assert_eq!(bodies[frame].sections[place].kind, SectionKind::Entries as u16);
        let unnoticed = unnoticed(frame, place);
        assert!(unnoticed.iter().all(|at| (2..4).contains(at)), "frame {frame}: {unnoticed:?}");
    }
}

#[test]
fn no_changed_byte_makes_the_audit_panic() {
    for bodies in [good_books().bodies(), full_books().bodies()] {
        for (frame, body) in bodies.iter().enumerate() {
            for (place, section) in body.sections.iter().enumerate() {
                for at in 0..section.len() {
                    let mut bodies = bodies.clone();
                    bodies[frame].sections[place].chunks[0][at] ^= 0x80 | 1 << (at % 7);
                    drop(audited(&written(&bodies)));
                }
            }
        }
    }
}

#[test]
fn no_changed_byte_of_a_moved_hold_goes_unnoticed() {
    let bodies = full_books().bodies();
    let mut tried = 0;
    for (frame, body) in bodies.iter().enumerate() {
        for (place, section) in body.sections.iter().enumerate() {
            if section.kind != SectionKind::Entries as u16 {
                continue;
            }
            let bytes = section.chunks.concat();
            for entry in entries(&bytes) {
                let (slot, Entry::Held(_)) = entry.unwrap() else { continue };
                let start = usize::try_from(slot).unwrap() * 8;
                for at in start..start + 96 {
                    let mut bodies = bodies.clone();
                    bodies[frame].sections[place].chunks[0][at] ^= 1 << (at % 8);
                    let found = audited(&written(&bodies));
                    // A hold that opens is whatever its record says, as long as nothing moves it later.
                    let terms = matches!(at - start, 30 | 80..88);
                    assert!(found.is_err() || terms, "frame {frame}, byte {} of a move", at - start);
                    tried += 1;
                }
            }
        }
    }
    assert_eq!(tried, 11 * 96);
}
