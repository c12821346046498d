//! Booking modes (记账方式): on which sides the transactions of a type are booked.

use strum::{EnumCount, FromRepr, IntoStaticStr, VariantArray};

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
}
