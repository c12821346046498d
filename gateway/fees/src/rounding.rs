//! How a figure between two minor units becomes one of them (舍入).

use serde::Deserialize;

/// Which minor unit a figure between two of them becomes. Figures here are never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Rounding {
    /// The nearest; the upper of two that are as near (四舍五入).
    HalfUp,
    /// The nearest; the even of two that are as near (四舍六入五成双).
    HalfEven,
    /// The upper (进一).
    Up,
    /// The lower (去尾).
    Down,
}

impl Rounding {
    /// Its name: `half_up`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// `parts / of`, rounded. `of` is above zero.
    pub(crate) fn divide(self, parts: u128, of: u128) -> u128 {
        let (whole, rest) = (parts / of, parts % of);
        // The other half of a whole, so that nothing has to be doubled, which might not fit.
        let missing = of - rest;
        let goes_up = match self {
            Rounding::Down => false,
            Rounding::Up => rest > 0,
            Rounding::HalfUp => rest >= missing,
            Rounding::HalfEven => rest > missing || (rest == missing && whole % 2 == 1),
        };
        whole + u128::from(goes_up)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rounding_at_every_place() {
        use Rounding::{Down, HalfEven, HalfUp, Up};
        for (parts, of, half_up, half_even, up, down) in [
            (0, 10, 0, 0, 0, 0),
            (1, 10, 0, 0, 1, 0),
            (4, 10, 0, 0, 1, 0),
            (5, 10, 1, 0, 1, 0),
            (6, 10, 1, 1, 1, 0),
            (9, 10, 1, 1, 1, 0),
            (10, 10, 1, 1, 1, 1),
            (15, 10, 2, 2, 2, 1),
            (25, 10, 3, 2, 3, 2),
            (35, 10, 4, 4, 4, 3),
            (1, 3, 0, 0, 1, 0),
            (2, 3, 1, 1, 1, 0),
            (3, 2, 2, 2, 2, 1),
            (5, 2, 3, 2, 3, 2),
            (u128::MAX, 1, u128::MAX, u128::MAX, u128::MAX, u128::MAX),
            (u128::MAX - 1, u128::MAX, 1, 1, 1, 0),
        ] {
            for (rounding, expect) in [(HalfUp, half_up), (HalfEven, half_even), (Up, up), (Down, down)] {
                assert_eq!(rounding.divide(parts, of), expect, "{parts} / {of} {}", rounding.name());
            }
        }
    }
}
