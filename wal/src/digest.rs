//! The two sums of the log: CRC-32C finds accidents, BLAKE3 digests chain the bodies.

use std::fmt;

/// BLAKE3 digest of a frame's body. Each body holds its predecessor's, so the last one stands for all.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// What the first body names as its predecessor.
    pub const ZERO: Self = Self([0; 32]);

    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// Reads 64 hexadecimal digits in lower case.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).ok()?;
            *byte = u8::from_str_radix(pair, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// CRC-32C (Castagnoli) of one piece of memory.
pub(crate) fn crc32c(bytes: &[u8]) -> u32 {
    crc_fast::crc32_iscsi(bytes)
}

/// CRC-32C of pieces that follow each other.
pub(crate) fn crc32c_of_chunks(chunks: &[Vec<u8>]) -> u32 {
    if let [only] = chunks {
        return crc32c(only);
    }
    let mut sum = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc32Iscsi);
    for chunk in chunks {
        sum.update(chunk);
    }
    u32::try_from(sum.finalize()).expect("a 32-bit sum")
}

#[cfg(test)]
mod tests {
    use super::{Digest, crc32c, crc32c_of_chunks};

    #[test]
    fn crc_is_castagnoli() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(crc32c_of_chunks(&[b"1234".to_vec(), b"".to_vec(), b"56789".to_vec()]), 0xe306_9283);
        assert_eq!(crc32c_of_chunks(&[]), crc32c(b""));
    }

    #[test]
    fn digest_text_round_trip() {
        let digest = Digest::of(b"abc");
        assert_eq!(Digest::from_hex(&digest.to_string()), Some(digest));
        assert_eq!(Digest::from_hex("00"), None);
        assert_eq!(Digest::from_hex(&"zz".repeat(32)), None);
    }
}
