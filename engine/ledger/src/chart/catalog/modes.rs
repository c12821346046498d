//! How transaction types are booked.

use crate::chart::booking_mode::BookingMode;
use crate::chart::catalog::Catalog;
use crate::ids::EntityId;
use crate::money::date::Date;
use crate::record::admin::Admin;

impl Catalog {
    /// Says how the transactions of a type are booked from an accounting date on.
    pub fn set_booking_mode(&mut self, entity: EntityId, kind: &str, from: Date, mode: BookingMode) {
        self.modes.set(entity, kind, from, mode);
    }

    /// Whether some type has, or had, a booking mode.
    #[must_use]
    #[inline]
    pub fn has_booking_modes(&self) -> bool {
        !self.modes.is_empty()
    }

    /// How the transactions of a type are booked on an accounting date.
    #[must_use]
    pub fn booking_mode(&self, entity: EntityId, kind: &str, date: Date) -> BookingMode {
        self.modes.on(entity, kind, date)
    }

    pub(super) fn write_modes(&self, out: &mut Vec<u8>) {
        fail_point!("SnapshotWithoutModes", |_| ());
        for (entity, _) in (0..).map(EntityId).zip(self.entities()) {
            for (kind, from, mode) in self.booking_modes(entity) {
                Admin::BookingMode { entity, mode, from, kind: kind.into() }.write(out);
            }
        }
    }

    /// How the types of an entity are booked, from when on: by type and date.
    pub fn booking_modes(&self, entity: EntityId) -> impl Iterator<Item = (&str, Date, BookingMode)> {
        self.modes.of(entity)
    }
}
