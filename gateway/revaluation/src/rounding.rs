//! How an exact figure becomes a whole number of minor units.

use serde::Deserialize;

/// A rule of rounding to the minor unit. Below zero each does what it does above: a debit and a credit of one size round alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// 四舍五入: a half goes away from zero.
    HalfUp,
    /// 四舍六入五成双: a half goes to the even neighbour.
    HalfEven,
    /// 进一: any rest goes away from zero.
    Up,
    /// 去尾: any rest is dropped.
    Down,
}

impl Rounding {
    /// `numerator / denominator` as a whole number; the denominator is positive.
    pub(crate) fn round(self, numerator: i128, denominator: i128) -> i128 {
        assert!(denominator > 0, "what is divided by are units and powers of ten");
        let (whole, rest) = (numerator / denominator, (numerator % denominator).abs());
        let away = match self {
            Rounding::HalfUp => rest >= denominator - rest,
            Rounding::HalfEven => rest > denominator - rest || (rest == denominator - rest && whole % 2 != 0),
            Rounding::Up => rest > 0,
            Rounding::Down => false,
        };
        if away { whole + numerator.signum() } else { whole }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_has_its_halves_on_both_sides_of_zero() {
        for (numerator, denominator, expect) in [
            (0, 1, [0, 0, 0, 0]),
            (1, 2, [1, 0, 1, 0]),
            (3, 2, [2, 2, 2, 1]),
            (5, 2, [3, 2, 3, 2]),
            (49, 100, [0, 0, 1, 0]),
            (51, 100, [1, 1, 1, 0]),
            (7, 1, [7, 7, 7, 7]),
            (i128::MAX, 1, [i128::MAX; 4]),
            (i128::MAX - 1, i128::MAX, [1, 1, 1, 0]),
        ] {
            let rules = [Rounding::HalfUp, Rounding::HalfEven, Rounding::Up, Rounding::Down];
            assert_eq!(
                rules.map(|rule| rule.round(numerator, denominator)),
                expect,
                "{numerator}/{denominator}"
            );
            let mirrored = rules.map(|rule| -rule.round(-numerator, denominator));
            assert_eq!(mirrored, expect, "-{numerator}/{denominator}");
        }
    }
}
