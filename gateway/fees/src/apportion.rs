//! Whole units shared out by weights. Both ways give out all of them; where two have the same claim, the first gets it.

/// Shares `units` by the largest fraction (最大余数): each gets the whole part of its exact share, and what is then left goes
/// to the largest fractions, one each. `None` where all weights are zero.
///
/// A weight is below 2^63 and there are few of them, so that no product is beyond 128 bits.
pub(crate) fn by_largest_fraction(units: u64, weights: &[u64]) -> Option<Vec<u64>> {
    let total: u128 = weights.iter().copied().map(u128::from).sum();
    if total == 0 {
        return None;
    }
    let product = |weight: &u64| u128::from(units) * u128::from(*weight);
    let mut shares: Vec<u64> = weights.iter().map(|weight| narrow(product(weight) / total)).collect();
    let left = units - shares.iter().sum::<u64>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    // A stable sort: of equal fractions the first stays first.
    order.sort_by_key(|at| std::cmp::Reverse(product(&weights[*at]) % total));
    for at in order.into_iter().take(usize::try_from(left).expect("less than there are weights")) {
        shares[at] += 1;
    }
    Some(shares)
}

/// Shares `units` so that one unit more never takes one away from anybody: by the divisor method of Webster (Sainte-Laguë).
/// Largest fractions do not have that (the Alabama paradox), and what was given back before cannot be taken again. Where
/// `units` is the sum of the weights, each gets its weight. `None` where all weights are zero.
///
/// See Balinski and Young, Fair Representation; begun at the rounded shares and mended unit by unit as Pukelsheim,
/// Proportional Representation, chapter 4.
pub(crate) fn in_step(units: u64, weights: &[u64]) -> Option<Vec<u64>> {
    let total: u128 = weights.iter().copied().map(u128::from).sum();
    if total == 0 {
        return None;
    }
    let rounded = |weight: &u64| {
        let product = u128::from(units) * u128::from(*weight);
        let (whole, rest) = (product / total, product % total);
        narrow(whole + u128::from(rest >= total - rest))
    };
    let mut shares: Vec<u64> = weights.iter().map(rounded).collect();
    // The next unit goes where the weight is largest for the middle of it; the last one is taken where it was smallest.
    loop {
        let given: u64 = shares.iter().sum();
        let at = match given.cmp(&units) {
            std::cmp::Ordering::Equal => return Some(shares),
            std::cmp::Ordering::Less => first_of(weights, &shares),
            std::cmp::Ordering::Greater => last_of(weights, &shares),
        };
        if given < units { shares[at] += 1 } else { shares[at] -= 1 }
    }
}

/// Who gets the next unit.
fn first_of(weights: &[u64], shares: &[u64]) -> usize {
    let claim = |at: usize| (u128::from(weights[at]), u128::from(shares[at]) * 2 + 1);
    let better = |one: usize, other: usize| if exceeds(claim(other), claim(one)) { other } else { one };
    (0..weights.len()).reduce(better).expect("there are weights")
}

/// Who got the last one.
fn last_of(weights: &[u64], shares: &[u64]) -> usize {
    let claim = |at: usize| (u128::from(weights[at]), u128::from(shares[at]) * 2 - 1);
    let worse = |one: usize, other: usize| if exceeds(claim(other), claim(one)) { one } else { other };
    (0..weights.len()).filter(|at| shares[*at] > 0).reduce(worse).expect("somebody has one")
}

/// Whether one quotient is above another.
fn exceeds(one: (u128, u128), other: (u128, u128)) -> bool {
    one.0 * other.1 > other.0 * one.1
}

/// What is no more than the units that are shared out.
fn narrow(share: u128) -> u64 {
    u64::try_from(share).expect("a share is no more than the whole")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn largest_fractions_get_what_is_left() {
        for (units, weights, expect) in [
            (10_000, &[1, 1, 1][..], Some(vec![3_334, 3_333, 3_333])),
            (10_001, &[70, 20, 10], Some(vec![7_001, 2_000, 1_000])),
            (5, &[1, 1, 1, 1], Some(vec![2, 1, 1, 1])),
            (0, &[1, 2], Some(vec![0, 0])),
            (1, &[1, 2], Some(vec![0, 1])),
            (7, &[5], Some(vec![7])),
            (7, &[0, 5, 0], Some(vec![0, 7, 0])),
            (1, &[1, 1], Some(vec![1, 0])),
            (3, &[1, 1, 1, 1], Some(vec![1, 1, 1, 0])),
            (7, &[0, 0], None),
            (7, &[], None),
            (u64::MAX >> 1, &[u64::MAX >> 1, 1], Some(vec![(u64::MAX >> 1) - 1, 1])),
        ] {
            assert_eq!(by_largest_fraction(units, weights), expect, "{units} {weights:?}");
        }
    }

    /// By the largest fraction the last of 6:6:2 has two of 10, and one of 11.
    #[test]
    fn one_unit_more_takes_none_away() {
        assert_eq!(by_largest_fraction(10, &[6, 6, 2]), Some(vec![4, 4, 2]));
        assert_eq!(by_largest_fraction(11, &[6, 6, 2]), Some(vec![5, 5, 1]));
        assert_eq!(in_step(10, &[6, 6, 2]), Some(vec![5, 4, 1]));
        assert_eq!(in_step(11, &[6, 6, 2]), Some(vec![5, 5, 1]));
        assert_eq!(in_step(12, &[6, 6, 2]), Some(vec![5, 5, 2]));
    }

    /// What [`in_step`] does at once, unit by unit.
    #[test]
    fn units_are_given_out_one_by_one() {
        let mut seed = 7_u64;
        let mut next = |bound: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % bound
        };
        for _ in 0..300 {
            let weights: Vec<u64> = (0..=next(6)).map(|_| next(40)).collect();
            let total: u64 = weights.iter().sum();
            if total == 0 {
                continue;
            }
            let mut naive = vec![0; weights.len()];
            for units in 0..=total + 5 {
                assert_eq!(in_step(units, &weights), Some(naive.clone()), "{units} {weights:?}");
                if units == total {
                    assert_eq!(naive, weights);
                }
                let claim = |at: usize| weights[at] * 1_000_000_007 * 2 / (naive[at] * 2 + 1);
                let most = (0..weights.len()).map(claim).max().unwrap();
                let at = (0..weights.len()).find(|at| claim(*at) == most).unwrap();
                naive[at] += 1;
            }
        }
        let most = u64::MAX >> 1;
        assert_eq!(in_step(most, &[most - 1, 1]), Some(vec![most - 1, 1]));
        assert_eq!(in_step(most, &[0, most]), Some(vec![0, most]));
        assert_eq!(in_step(3, &[0, 0]), None);
    }
}
