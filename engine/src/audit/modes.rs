//! How transaction types are booked, as the audit reads it.

use std::collections::BTreeMap;

use crate::ledger::{BookingMode, Date, EntityId};

/// What was said of each type, in the order of the log.
#[derive(Default)]
pub(super) struct Modes {
    types: BTreeMap<EntityId, BTreeMap<Box<str>, OfType>>,
    /// The types of which the frame says something.
    fresh: Vec<(EntityId, Box<str>)>,
}

#[derive(Default)]
struct OfType {
    said: Vec<(Date, BookingMode)>,
    /// How much of it stood before the frame.
    before: usize,
}

impl Modes {
    /// Whether nothing was ever said.
    pub(super) fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// How a transaction of the frame may be booked. What a frame says of a type holds for what stands behind it in the same
    /// frame, and nothing tells what does: so there it may be any of those that held in turn.
    pub(super) fn possible(&self, entity: EntityId, kind: &str, date: Date) -> Vec<BookingMode> {
        let Some(of) = self.types.get(&entity).and_then(|types| types.get(kind)) else {
            return vec![BookingMode::Double];
        };
        (of.before..=of.said.len()).map(|count| mode_on(&of.said[..count], date)).collect()
    }

    /// Takes what is said of a type.
    pub(super) fn say(&mut self, entity: EntityId, (kind, mode): (Box<str>, BookingMode), from: Date) {
        self.fresh.push((entity, kind.clone()));
        let of = self.types.entry(entity).or_default().entry(kind).or_default();
        of.said.push((from, mode));
    }

    pub(super) fn end_frame(&mut self) {
        for (entity, kind) in self.fresh.drain(..) {
            if let Some(of) = self.types.get_mut(&entity).and_then(|types| types.get_mut(&kind)) {
                of.before = of.said.len();
            }
        }
    }
}

/// What holds on a date: what begins last before it, and of two with one beginning what was said later.
fn mode_on(said: &[(Date, BookingMode)], date: Date) -> BookingMode {
    let begun = said.iter().filter(|(from, _)| *from <= date);
    begun.max_by_key(|(from, _)| *from).map_or(BookingMode::Double, |(_, mode)| *mode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_last_of_a_beginning_holds() {
        let date = |text| Date::parse(text).unwrap();
        use BookingMode::{Double, Single, SingleDouble};
        let said = [
            (date("2026-12-10"), SingleDouble),
            (date("2026-12-03"), Single),
            (date("2026-12-10"), Double),
            (date("2026-12-10"), Single),
        ];
        for (count, on, expect) in [
            (0, "2026-12-31", Double),
            (1, "2026-12-09", Double),
            (1, "2026-12-10", SingleDouble),
            (2, "2026-12-09", Single),
            (2, "2026-12-11", SingleDouble),
            (3, "2026-12-10", Double),
            (4, "2026-12-10", Single),
            (4, "2026-12-02", Double),
        ] {
            assert_eq!(mode_on(&said[..count], date(on)), expect, "{count} {on}");
        }
    }
}
