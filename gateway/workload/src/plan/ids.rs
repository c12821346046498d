//! Ids of transactions that are sent.

/// Transaction ids: unique over streams, and in no order that an index could profit from.
pub(crate) struct Ids {
    high: u64,
    next: u64,
}

impl Ids {
    pub(crate) fn of_stream(seed: u64, number: u32) -> Ids {
        Ids { high: scatter(seed) ^ (u64::from(number) << 32), next: 0 }
    }

    /// The next id; none is 0.
    pub(crate) fn next(&mut self) -> u128 {
        self.next += 1;
        u128::from(self.high) << 64 | u128::from(scatter(self.next))
    }
}

/// A bijection that spreads neighbours apart (the finaliser of SplitMix64).
fn scatter(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}
