//! Random choices that cost a few nanoseconds each: the load generator shares its cores with the node.

use rand::Rng;
use rand::rngs::SmallRng;

/// Chooses an index with probability proportional to its weight, by Walker's alias method: one random number and
/// one table look-up a choice.
#[derive(Clone, Debug)]
pub(super) struct Weighted {
    /// Where the fraction lies at or above the threshold (of 2^32), the alias is chosen instead.
    cells: Vec<(u32, u32)>,
}

impl Weighted {
    /// A choice by `weights`, which are positive.
    ///
    /// # Panics
    /// If there is no weight, or more than 2^31 of them.
    #[must_use]
    pub(super) fn new(weights: &[f64]) -> Weighted {
        assert!(
            !weights.is_empty() && weights.iter().all(|w| *w > 0.0),
            "weights are positive and there is one"
        );
        let mean = weights.iter().sum::<f64>() / float(weights.len());
        let mut rest: Vec<f64> = weights.iter().map(|w| w / mean).collect();
        let mut cells = vec![(u32::MAX, 0); weights.len()];
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            (0..weights.len()).partition(|i| rest[*i] < 1.0);
        while let (Some(&low), Some(&high)) = (small.last(), large.last()) {
            small.pop();
            cells[low] = (threshold(rest[low]), index(high));
            rest[high] -= 1.0 - rest[low];
            if rest[high] < 1.0 {
                large.pop();
                small.push(high);
            }
        }
        for full in small.into_iter().chain(large) {
            cells[full] = (u32::MAX, index(full));
        }
        Weighted { cells }
    }

    /// A Zipf distribution over `count` ranks: rank `k` (from 0) weighs `1 / (k + 1)^exponent`.
    #[must_use]
    pub(super) fn zipf(count: usize, exponent: f64) -> Weighted {
        let weights: Vec<f64> = (1..=count).map(|rank| float(rank).powf(-exponent)).collect();
        Weighted::new(&weights)
    }

    /// One choice.
    pub(super) fn choose(&self, rng: &mut SmallRng) -> usize {
        let random: u64 = rng.random();
        let cells = u64::try_from(self.cells.len()).expect("a length fits");
        let cell = ((random >> 32) * cells) >> 32;
        let (threshold, alias) = self.cells[usize::try_from(cell).expect("below the number of cells")];
        if random & u64::from(u32::MAX) <= u64::from(threshold) {
            to_usize(cell)
        } else {
            to_usize(alias.into())
        }
    }
}

/// Amounts of the payment mix in minor units: lognormal with median 30.00 and sigma 2.1, 15 % of them round, from
/// 0.10 to 50,000.00.
#[derive(Clone, Debug)]
pub(super) struct Amounts {
    table: Vec<u32>,
}

impl Amounts {
    const SAMPLES: usize = 1 << 14;
    const MEDIAN: f64 = 3_000.0;
    const SIGMA: f64 = 2.1;
    const SMALLEST: f64 = 10.0;
    const LARGEST: f64 = 5_000_000.0;

    /// Draws the table that amounts are taken from.
    #[must_use]
    pub(super) fn new(rng: &mut SmallRng) -> Amounts {
        let draw = |_| {
            let drawn = Self::MEDIAN * (Self::SIGMA * standard_normal(rng)).exp();
            let minor = drawn.clamp(Self::SMALLEST, Self::LARGEST);
            let round = rng.random_bool(0.15);
            whole(if round { round_amount(minor) } else { minor })
        };
        Amounts { table: (0..Self::SAMPLES).map(draw).collect() }
    }

    /// One amount.
    pub(super) fn choose(&self, rng: &mut SmallRng) -> i64 {
        i64::from(self.table[rng.random_range(0..Self::SAMPLES)])
    }
}

/// A draw from the standard normal distribution (Box and Muller).
fn standard_normal(rng: &mut SmallRng) -> f64 {
    // In (0, 1]: zero has no logarithm.
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.random::<f64>()).cos()
}

/// The nearest amount that people call round: a multiple of the power of ten below it, at least one unit.
fn round_amount(minor: f64) -> f64 {
    let unit = 10_f64.powf(minor.log10().floor()).max(100.0);
    (minor / unit).round().max(1.0) * unit
}

fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("populations are far below 2^32"))
}

fn index(cell: usize) -> u32 {
    u32::try_from(cell).expect("populations are far below 2^32")
}

fn to_usize(cell: u64) -> usize {
    usize::try_from(cell).expect("an index into a table in memory")
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what the type holds")]
fn threshold(part: f64) -> u32 {
    (part * 4_294_967_296.0).clamp(0.0, 4_294_967_295.0) as u32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 5,000,000 by the caller"
)]
fn whole(minor: f64) -> u32 {
    minor.round().clamp(1.0, 10_000_000.0) as u32
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn shares(weighted: &Weighted, ranks: usize, draws: u32) -> Vec<f64> {
        let mut rng = SmallRng::seed_from_u64(1);
        let mut counts = vec![0_u32; ranks];
        for _ in 0..draws {
            counts[weighted.choose(&mut rng)] += 1;
        }
        counts.into_iter().map(|count| f64::from(count) / f64::from(draws)).collect()
    }

    #[test]
    fn weights_are_kept() {
        #[track_caller]
        fn check(weights: &[f64]) {
            let sum: f64 = weights.iter().sum();
            let found = shares(&Weighted::new(weights), weights.len(), 200_000);
            for (share, weight) in found.iter().zip(weights) {
                assert!((share - weight / sum).abs() < 0.01, "{weights:?}: {found:?}");
            }
        }
        check(&[1.0]);
        check(&[1.0, 1.0]);
        check(&[1.0, 99.0]);
        check(&[26.0, 18.0, 12.0, 10.0, 7.0, 6.5, 4.0]);
    }

    #[test]
    fn of_20_000_merchants_the_first_takes_9_percent_and_the_first_ten_27() {
        let found = shares(&Weighted::zipf(20_000, 0.99), 20_000, 400_000);
        assert!((found[0] - 0.09).abs() < 0.01, "{}", found[0]);
        let ten: f64 = found[..10].iter().sum();
        assert!((ten - 0.27).abs() < 0.02, "{ten}");
    }

    #[test]
    fn amounts_have_the_median_and_the_round_part_of_the_mix() {
        let mut rng = SmallRng::seed_from_u64(7);
        let amounts = Amounts::new(&mut rng);
        let mut drawn: Vec<i64> = (0..50_000).map(|_| amounts.choose(&mut rng)).collect();
        drawn.sort_unstable();
        let median = drawn[drawn.len() / 2];
        assert!((2_700..3_300).contains(&median), "{median}");
        assert!(drawn[0] >= 10 && drawn[drawn.len() - 1] <= 5_000_000);
        let round = drawn.iter().filter(|minor| *minor % 100 == 0).count();
        assert!((7_000..9_500).contains(&round), "{round} of 50,000");
    }

    #[test]
    fn round_amounts_are_round() {
        for (minor, expect) in [(10.0, 100.0), (149.0, 100.0), (2_951.0, 3_000.0), (456_789.0, 500_000.0)] {
            assert!((round_amount(minor) - expect).abs() < 0.001, "{minor}");
        }
    }
}
