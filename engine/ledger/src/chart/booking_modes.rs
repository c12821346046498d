//! How transaction types are booked, from an accounting date on.

use std::collections::BTreeMap;

use crate::chart::booking_mode::BookingMode;
use crate::ids::EntityId;
use crate::money::date::Date;

/// The modes of all types that have one.
#[derive(Clone, Debug, Default)]
pub(crate) struct BookingModes {
    modes: BTreeMap<EntityId, BTreeMap<Box<str>, BTreeMap<Date, BookingMode>>>,
}

impl BookingModes {
    /// Whether no type of any entity ever had a mode.
    pub(crate) fn is_empty(&self) -> bool {
        self.modes.is_empty()
    }

    /// Says how a type is booked from a date on.
    pub(crate) fn set(&mut self, entity: EntityId, kind: &str, from: Date, mode: BookingMode) {
        self.modes.entry(entity).or_default().entry(kind.into()).or_default().insert(from, mode);
    }

    /// How a type is booked on a date.
    pub(crate) fn on(&self, entity: EntityId, kind: &str, date: Date) -> BookingMode {
        let dates = self.modes.get(&entity).and_then(|types| types.get(kind));
        let found = dates.and_then(|dates| dates.range(..=date).next_back());
        found.map_or(BookingMode::Double, |(_, mode)| *mode)
    }

    /// The modes of an entity's types: by type and date.
    pub(crate) fn of(&self, entity: EntityId) -> impl Iterator<Item = (&str, Date, BookingMode)> {
        let types = self.modes.get(&entity).into_iter().flatten();
        types.flat_map(|(kind, dates)| dates.iter().map(|(from, mode)| (&**kind, *from, *mode)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_holds_from_its_date_until_the_next() {
        let date = |text| Date::parse(text).unwrap();
        let (lm, uk) = (EntityId(0), EntityId(1));
        let mut modes = BookingModes::default();
        assert!(modes.is_empty());
        modes.set(lm, "top_up", date("2026-12-03"), BookingMode::SingleDouble);
        modes.set(lm, "top_up", date("2026-12-10"), BookingMode::Single);
        modes.set(lm, "top_up", date("2026-12-20"), BookingMode::Double);
        // What was said last for a date holds.
        modes.set(lm, "top_up", date("2026-12-10"), BookingMode::SingleDouble);
        modes.set(lm, "top_up", date("2026-12-10"), BookingMode::Single);
        for (entity, kind, on, expect) in [
            (lm, "top_up", "2026-12-02", BookingMode::Double),
            (lm, "top_up", "2026-12-03", BookingMode::SingleDouble),
            (lm, "top_up", "2026-12-09", BookingMode::SingleDouble),
            (lm, "top_up", "2026-12-10", BookingMode::Single),
            (lm, "top_up", "2026-12-19", BookingMode::Single),
            (lm, "top_up", "2026-12-20", BookingMode::Double),
            (lm, "top_up", "2030-01-01", BookingMode::Double),
            (lm, "top_u", "2026-12-10", BookingMode::Double),
            (lm, "", "2026-12-10", BookingMode::Double),
            (uk, "top_up", "2026-12-10", BookingMode::Double),
        ] {
            assert_eq!(modes.on(entity, kind, date(on)), expect, "{kind} {on}");
        }
        let listed: Vec<_> = modes.of(lm).map(|(kind, from, mode)| (kind, from.to_string(), mode)).collect();
        assert_eq!(listed.len(), 3);
        assert_eq!(listed[1], ("top_up", "2026-12-10".into(), BookingMode::Single));
        assert_eq!(modes.of(uk).count(), 0);
    }
}
