//! How an exact figure becomes a whole number of minor units.

/// A rule of rounding to the minor unit. Below zero both do what they do above, so that taking back is the mirror of giving.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::EnumString, strum::Display)]
#[strum(serialize_all = "kebab-case")]
pub enum Rounding {
    /// 四舍五入: a half goes away from zero.
    #[default]
    HalfUp,
    /// 四舍六入五成双: a half goes to the even neighbour.
    HalfEven,
}

impl Rounding {
    /// The whole number nearest to `numerator / denominator`; the denominator is positive.
    pub(crate) fn round(self, numerator: i128, denominator: i128) -> i128 {
        assert!(denominator > 0, "a fraction is kept with a positive denominator");
        let (whole, rest) = (numerator / denominator, (numerator % denominator).abs());
        let up = match rest.cmp(&(denominator - rest)) {
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Equal => self == Rounding::HalfUp || whole % 2 != 0,
        };
        if up { whole + numerator.signum() } else { whole }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_by_the_rule_and_the_rest_to_the_nearest() {
        #[track_caller]
        fn check(numerator: i128, denominator: i128, half_up: i128, half_even: i128) {
            let found = [Rounding::HalfUp, Rounding::HalfEven].map(|rule| rule.round(numerator, denominator));
            assert_eq!(found, [half_up, half_even], "{numerator}/{denominator}");
            let mirrored =
                [Rounding::HalfUp, Rounding::HalfEven].map(|rule| rule.round(-numerator, denominator));
            assert_eq!(mirrored, [-half_up, -half_even], "-{numerator}/{denominator}");
        }
        check(0, 1, 0, 0);
        check(0, 7, 0, 0);
        check(1, 2, 1, 0);
        check(3, 2, 2, 2);
        check(5, 2, 3, 2);
        check(7, 2, 4, 4);
        check(49, 100, 0, 0);
        check(51, 100, 1, 1);
        check(1, 3, 0, 0);
        check(2, 3, 1, 1);
        check(i128::MAX, 1, i128::MAX, i128::MAX);
        check(i128::MAX, i128::MAX, 1, 1);
        check(i128::MAX - 1, i128::MAX, 1, 1);
        check(1, i128::MAX, 0, 0);
    }
}
