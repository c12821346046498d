//! A split block Bloom filter: one cache line says of most ids that they are not there.
//!
//! The filter of Putze, Sanders and Singler (2007) with blocks of 256 bits, as the Parquet format specifies it: the upper
//! half of a hash chooses the block, the lower half a bit in each of its eight words.

use super::bytes::u32_at;

/// Odd numbers, one for each word.
const SALT: [u32; 8] =
    [0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31];

/// With 17 bits an id, about one in a thousand of others passes.
const BITS: usize = 17;

/// Bytes of a block.
const BLOCK: usize = 32;

#[derive(Clone, Copy)]
#[repr(align(32))]
struct Block([u32; 8]);

/// A filter over hashes of 64 bits.
#[derive(Clone)]
pub struct IdBloom {
    blocks: Vec<Block>,
}

impl IdBloom {
    /// A filter over so many hashes.
    pub fn new(hashes: impl ExactSizeIterator<Item = u64>) -> IdBloom {
        let mut bloom = IdBloom { blocks: vec![Block([0; 8]); block_count(hashes.len())] };
        for hash in hashes {
            let place = bloom.place(hash);
            let block = &mut bloom.blocks[place].0;
            block.iter_mut().zip(masks(hash)).for_each(|(word, mask)| *word |= mask);
        }
        bloom
    }

    /// Whether a hash may be one of those it was made of; surely not, if it says no.
    #[inline]
    #[must_use]
    pub fn may_have(&self, hash: u64) -> bool {
        let block = &self.blocks[self.place(hash)].0;
        let missing = block.iter().zip(masks(hash)).fold(0, |missing, (word, mask)| missing | (!word & mask));
        missing == 0
    }

    /// What a look-up reads.
    #[inline]
    pub(super) fn touch(&self, hash: u64) -> u32 {
        self.blocks[self.place(hash)].0[0]
    }

    /// Its blocks, little endian.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.blocks.iter().flat_map(|block| block.0).flat_map(u32::to_le_bytes).collect()
    }

    /// The filter over so many hashes with these bytes, as [`IdBloom::to_bytes`] gave them; `None` if their number is
    /// another.
    #[must_use]
    pub fn from_bytes(bytes: &[u8], hashes: usize) -> Option<IdBloom> {
        if bytes.len() != IdBloom::size(hashes) {
            return None;
        }
        let block = |bytes: &[u8]| {
            let word = |n: usize| u32_at(bytes, 4 * n).expect("a block has eight words");
            Block(std::array::from_fn(word))
        };
        Some(IdBloom { blocks: bytes.chunks_exact(BLOCK).map(block).collect() })
    }

    /// Bytes of a filter over so many hashes.
    #[must_use]
    pub fn size(hashes: usize) -> usize {
        block_count(hashes) * BLOCK
    }

    #[inline]
    fn place(&self, hash: u64) -> usize {
        let place = ((hash >> 32) * self.blocks.len() as u64) >> 32;
        usize::try_from(place).expect("a place in a filter fits a usize")
    }
}

fn block_count(hashes: usize) -> usize {
    (hashes * BITS).div_ceil(8 * BLOCK).max(1)
}

#[inline]
fn masks(hash: u64) -> [u32; 8] {
    let low = u32::try_from(hash & 0xffff_ffff).expect("the lower half");
    SALT.map(|salt| 1 << (low.wrapping_mul(salt) >> 27))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(from: u64, count: u64) -> impl ExactSizeIterator<Item = u64> {
        (0..usize::try_from(count).unwrap())
            .map(move |n| xxhash_rust::xxh3::xxh3_64(&(from + n as u64).to_le_bytes()))
    }

    #[test]
    fn what_is_there_passes_and_few_others_do() {
        for count in [0, 1, 15, 16, 100, 100_000] {
            let bloom = IdBloom::new(hashes(0, count));
            assert!(hashes(0, count).all(|hash| bloom.may_have(hash)));
            let passed = hashes(1 << 40, 100_000).filter(|hash| bloom.may_have(*hash)).count();
            assert!(passed < 300, "{passed} of 100,000 beside {count}");
        }
    }

    #[test]
    fn bytes_come_back() {
        let bloom = IdBloom::new(hashes(0, 1_000));
        let bytes = bloom.to_bytes();
        assert_eq!(bytes.len(), IdBloom::size(1_000));
        let again = IdBloom::from_bytes(&bytes, 1_000).unwrap();
        assert_eq!(again.to_bytes(), bytes);
        assert!(hashes(0, 1_000).all(|hash| again.may_have(hash)));
        assert!(IdBloom::from_bytes(&bytes[32..], 1_000).is_none());
    }
}
