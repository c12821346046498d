//! The places of what shows only at the end of the log, found by reading it once more.

use std::collections::HashMap;

use longmen_wal::{AuditError, Storage};

use super::contents::ordinals_of;
use super::entries::name_digest;
use super::fault::{BookFault, BookFinding, FramePlace, RecordPlace};
use super::ids::IdKey;
use crate::ledger::{AccountId, Entry, Position, SectionKind, entries};

/// Finds the first two heads with an id that has more than one.
pub(super) fn second_head(storage: &dyn Storage, wanted: &IdKey) -> Result<Box<BookFinding>, AuditError> {
    let mut places = Vec::new();
    longmen_wal::audit(storage, &mut |view| {
        if places.len() < 2 {
            let place = FramePlace::of(view);
            places.extend(ordinals_of(view, wanted).map(|ordinal| (place, ordinal)));
        }
    })?;
    let (id, client) = wanted.parts();
    let (frame, ordinal) = places.first().map_or((0, 0), |(place, ordinal)| (place.frame, *ordinal));
    let fault = BookFault::IdTwice { client, id, frame, ordinal };
    let again = places.get(1).copied();
    Ok(Box::new(BookFinding {
        place: again.map(|(place, _)| place),
        record: again.map_or(RecordPlace::Frame, |(_, ordinal)| RecordPlace::Head(ordinal)),
        fault,
    }))
}

/// Finds an account with the name of an earlier one, among those whose names have a digest; `None` where the names
/// differ, and only their digests do not.
pub(super) fn second_account(
    storage: &dyn Storage,
    wanted: &IdKey,
) -> Result<Option<Box<BookFinding>>, AuditError> {
    let mut first: HashMap<_, AccountId> = HashMap::new();
    let mut finding = None;
    longmen_wal::audit(storage, &mut |view| {
        let sections =
            view.sections().flatten().filter(|section| section.kind == SectionKind::Entries as u16);
        for section in sections {
            for (slot, entry) in entries(section.bytes).flatten() {
                let Entry::Opened(opened) = entry else { continue };
                if name_digest(&opened) != *wanted {
                    continue;
                }
                let (number, kind) = (Box::from(opened.number), Box::from(opened.kind));
                let name: (_, _, Box<str>, Box<str>) = (opened.entity, opened.currency, number, kind);
                let there = *first.entry(name).or_insert(opened.account);
                if there != opened.account && finding.is_none() {
                    let at = Position { frame: view.number().0, slot, section: section.owner };
                    let (place, record) = (Some(FramePlace::of(view)), RecordPlace::entry(at));
                    let fault = BookFault::KeyTwice { account: opened.account, first: there };
                    finding = Some(Box::new(BookFinding { place, record, fault }));
                }
            }
        }
    })?;
    Ok(finding)
}
