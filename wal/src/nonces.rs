//! Where random identities come from: the system, or a seed when a run must be repeatable.

/// Draws 128-bit identities for the node and for each use of a segment.
pub type NonceSource = Box<dyn FnMut() -> u128 + Send>;

/// Identities from the operating system's random source.
#[must_use]
pub fn system_nonces() -> NonceSource {
    Box::new(|| {
        let mut bytes = [0; 16];
        // Without randomness old bytes could pass for frames, so there is no going on.
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        u128::from_le_bytes(bytes)
    })
}

/// The same identities for the same seed, for simulation. Never reuse a seed on the same storage.
#[must_use]
pub fn seeded_nonces(seed: u64) -> NonceSource {
    let mut random = SplitMix(seed);
    Box::new(move || (u128::from(random.next()) << 64) | u128::from(random.next()))
}

/// A small deterministic generator (SplitMix64).
#[derive(Clone, Debug)]
pub(crate) struct SplitMix(pub(crate) u64);

impl SplitMix {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// True half of the time.
    pub(crate) fn coin(&mut self) -> bool {
        self.next() >> 63 == 1
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

#[cfg(test)]
mod tests {
    use super::{seeded_nonces, system_nonces};

    #[test]
    fn seeds_repeat_and_the_system_does_not() {
        let draw = |seed| {
            let mut source = seeded_nonces(seed);
            [source(), source()]
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let mut system = system_nonces();
        assert_ne!(system(), system());
    }
}
