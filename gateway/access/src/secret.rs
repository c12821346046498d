//! Secrets: what a principal shows to be let in.

use std::fmt;

use crate::token_file::Token;

/// How a secret begins, so that people and scanners of files know one when they see it.
const MARK: &str = "lmk";

/// A secret as it is shown once, when it is made: `lmk_`, the id of its token in 16 hexadecimal digits, `_`, and 256 random
/// bits in 64. A file keeps only its hash. A slow hash would add nothing: nobody guesses 256 bits.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    id: [u8; 8],
    bits: [u8; 32],
}

impl Secret {
    /// A secret of random bytes.
    #[must_use]
    pub fn from_bytes(id: [u8; 8], bits: [u8; 32]) -> Secret {
        Secret { id, bits }
    }

    /// The id of its token.
    #[must_use]
    pub fn id(&self) -> String {
        hex(&self.id)
    }

    /// A token of a principal with this secret, without any restriction.
    #[must_use]
    pub fn token_of(&self, principal: &str) -> Token {
        Token::new(&self.id(), &hash(&self.to_string()), principal)
    }
}

/// The id of the token in a secret that somebody shows; `None` where it is no secret.
pub(crate) fn id_of(shown: &str) -> Option<&str> {
    let (mark, rest) = shown.split_once('_')?;
    let (id, bits) = rest.split_once('_')?;
    (mark == MARK && !id.is_empty() && !bits.is_empty()).then_some(id)
}

/// What a file keeps of a secret.
pub(crate) fn hash(shown: &str) -> blake3::Hash {
    blake3::hash(shown.as_bytes())
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARK}_{}_{}", self.id(), hex(&self.bits))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").field("id", &self.id()).finish_non_exhaustive()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_once_and_not_by_accident() {
        let secret = Secret::from_bytes([1; 8], [0xab; 32]);
        let shown = secret.to_string();
        assert_eq!(shown, format!("lmk_0101010101010101_{}", "ab".repeat(32)));
        assert_eq!(id_of(&shown), Some("0101010101010101"));
        assert!(!format!("{secret:?}").contains("abab"));
        for wrong in ["", "lmk", "lmk_", "lmk__x", "lmk_a_", "xyz_a_b", "0123456789abcdef"] {
            assert_eq!(id_of(wrong), None, "{wrong}");
        }
    }
}
