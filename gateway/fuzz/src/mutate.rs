//! Changes inputs at random, from a seed: the same seed, the same changes.

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

/// Bytes that end something, begin something long, or are the last of their kind.
const TELLING: [u8; 24] = [
    0x00, 0x01, 0x02, 0x7F, 0x80, 0x8F, 0x90, 0x91, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC4, 0xCA, 0xCB, 0xCF,
    0xD3, 0xD9, 0xDB, 0xDD, 0xDF, 0xFE, 0xFF,
];

/// Integers at the ends of their widths.
const EXTREMES: [u64; 12] = [
    0,
    1,
    0x7F,
    0x80,
    0xFFFF,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
    0x7FFF_FFFF_FFFF_FFFF,
    0x8000_0000_0000_0000,
    0xFFFF_FFFF_FFFF_FFFE,
    0xFFFF_FFFF_FFFF_FFFF,
];

/// A maker of inputs from seeds.
pub struct Mutator {
    random: SmallRng,
    seeds: Vec<Vec<u8>>,
    max_len: usize,
}

impl Mutator {
    /// One that begins from `seeds`, and gives nothing longer than `max_len` but what a seed is.
    ///
    /// # Panics
    /// If there is no seed.
    #[must_use]
    pub fn new(seed: u64, seeds: Vec<Vec<u8>>, max_len: usize) -> Mutator {
        assert!(!seeds.is_empty(), "there is something to begin from");
        Mutator { random: SmallRng::seed_from_u64(seed), seeds, max_len }
    }

    /// The next input: a seed with one change or a few.
    pub fn next_input(&mut self) -> Vec<u8> {
        let mut input = self.any_seed().to_vec();
        for _ in 0..1 << self.random.random_range(0..5) {
            self.change(&mut input);
        }
        input.truncate(self.max_len);
        input
    }

    fn any_seed(&mut self) -> &[u8] {
        let index = self.random.random_range(0..self.seeds.len());
        &self.seeds[index]
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.random.random_range(0..=input.len());
        let rest = input.len() - at;
        match self.random.random_range(0..8) {
            0 if rest > 0 => input[at] ^= 1 << self.random.random_range(0..8),
            1 if rest > 0 => input[at] = TELLING[self.random.random_range(0..TELLING.len())],
            2 if rest > 0 => input[at] = self.random.random(),
            3 => {
                let width = 1 << self.random.random_range(0..4);
                let bytes = EXTREMES[self.random.random_range(0..EXTREMES.len())].to_le_bytes();
                let big = self.random.random();
                for (place, offset) in input[at..].iter_mut().zip(0..width) {
                    *place = bytes[if big { width - 1 - offset } else { offset }];
                }
            }
            4 if rest > 0 => {
                let end = at + self.random.random_range(1..=rest.min(16));
                input.drain(at..end);
            }
            5 if rest > 0 => {
                let piece = input[at..at + self.random.random_range(1..=rest.min(32))].to_vec();
                let to = self.random.random_range(0..=input.len());
                input.splice(to..to, piece);
            }
            6 => {
                let other = self.any_seed().to_vec();
                let from = self.random.random_range(0..=other.len());
                let to = self.random.random_range(from..=other.len());
                input.splice(at..at, other[from..to].iter().copied());
            }
            _ => input.insert(at, self.random.random()),
        }
    }
}
