//! Booking modes (记账方式): on which sides the transactions of a type are booked, from an accounting date on.

use std::collections::BTreeMap;

use strum::{EnumCount, FromRepr, IntoStaticStr, VariantArray};

use crate::ids::EntityId;
use crate::money::date::Date;

/// On which sides the transactions of a type are booked.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, EnumCount, FromRepr, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[repr(u8)]
pub enum BookingMode {
    /// 全复式: every leg is on an account of the books, a channel's included. Types without a mode are booked so.
    #[default]
    Double = 1,
    /// 单复式: what enters or leaves through a channel has a memo leg as its counterpart; inside, sides are double.
    SingleDouble = 2,
    /// 单式: each change has a memo leg as its counterpart.
    Single = 3,
}

impl BookingMode {
    /// Every mode, by its number on disk.
    pub const ALL: [BookingMode; BookingMode::COUNT] =
        *BookingMode::VARIANTS.first_chunk().expect("as many as are counted");

    /// The name as programs see it, such as `single_double`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The mode of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<BookingMode> {
        BookingMode::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// The mode of a number on disk.
    #[must_use]
    pub fn from_number(number: u8) -> Option<BookingMode> {
        BookingMode::from_repr(number)
    }
}

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
    fn numbers_and_names_come_back() {
        for mode in BookingMode::ALL {
            assert_eq!(BookingMode::from_number(mode as u8), Some(mode));
            assert_eq!(BookingMode::from_name(mode.name()), Some(mode));
        }
        assert_eq!(BookingMode::ALL.map(BookingMode::name), ["double", "single_double", "single"]);
        assert_eq!((BookingMode::from_number(0), BookingMode::from_number(4)), (None, None));
    }

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
