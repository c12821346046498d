//! The places of what shows only at the end of the log, found by reading it once more.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use longmen_wal::{AuditError, Storage};

use super::contents::{ids_of, transaction_at};
use super::entries::name_digest;
use super::fault::{BookFault, BookFinding, FramePlace, RecordPlace};
use super::ids::IdKey;
use super::report::CameAgain;
use crate::ledger::{self, AccountId, Entry, Position, SectionKind, entries};

/// No window of known ids is shorter: it reaches an hour ahead.
const LEAST_WINDOW_US: i64 = 3_600_000_000;

/// Where a head stands.
#[derive(Clone, Copy)]
struct Found {
    at: FramePlace,
    ordinal: u32,
    time_us: i64,
}

/// The ids that have more than one head, as those who came again when they were forgotten.
///
/// # Errors
/// The inner one: the first head that stands too soon after another of its id.
pub(super) fn ids_again(
    storage: &dyn Storage,
    wanted: &[IdKey],
) -> Result<Result<Vec<CameAgain>, Box<BookFinding>>, AuditError> {
    let mut before: HashMap<IdKey, Option<Found>, FixedState> = wanted.iter().map(|id| (*id, None)).collect();
    let (mut again, mut finding) = (Vec::new(), None);
    if wanted.is_empty() {
        return Ok(Ok(again));
    }
    longmen_wal::audit(storage, &mut |view| {
        if finding.is_some() {
            return;
        }
        for (ordinal, id) in ids_of(view) {
            let Some(before) = before.get_mut(&id) else { continue };
            let found = Found { at: FramePlace::of(view), ordinal, time_us: view.time_us() };
            match before.replace(found).map(|first| came_again(&id, first, found)) {
                None => {}
                Some(Ok(came)) => again.push(came),
                Some(Err(mut twice)) => {
                    twice.transaction = transaction_at(view, twice.record);
                    return finding = Some(twice);
                }
            }
        }
    })?;
    Ok(finding.map_or(Ok(again), Err))
}

/// Two heads of an id, the one after the other.
fn came_again(id: &IdKey, first: Found, again: Found) -> Result<CameAgain, Box<BookFinding>> {
    let (id, client) = id.parts();
    let after_us = again.time_us.saturating_sub(first.time_us);
    if after_us <= LEAST_WINDOW_US {
        let fault = BookFault::IdTwice { client, id, frame: first.at.frame, ordinal: first.ordinal };
        let record = RecordPlace::Head(again.ordinal);
        return Err(Box::new(BookFinding { place: Some(again.at), record, transaction: None, fault }));
    }
    let place = |found: Found| ledger::RecordPlace { frame: found.at.frame, ordinal: found.ordinal };
    Ok(CameAgain { client, id, first: place(first), again: place(again), after_us })
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
                    finding = Some(Box::new(BookFinding { place, record, transaction: None, fault }));
                }
            }
        }
    })?;
    Ok(finding)
}
