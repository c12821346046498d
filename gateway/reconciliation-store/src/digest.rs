//! Digests of what is stored, by SHA-256.

use std::fmt::{self, Write};

use sha2::{Digest as _, Sha256};

/// A SHA-256 digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of 64 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Digest> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        for (byte, place) in bytes.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&text[place..place + 2], 16).ok()?;
        }
        Some(Digest(bytes)).filter(|digest| digest.to_string() == text)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A digest in the making. Fields are told apart by their lengths, so that no two lists of fields are one text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Digester(Sha256);

impl Digester {
    /// Of one purpose, so that what is digested for another never has the same digest.
    pub(crate) fn of(purpose: &str) -> Digester {
        let mut digester = Digester::default();
        digester.field(purpose);
        digester
    }

    pub(crate) fn field(&mut self, field: impl fmt::Display) -> &mut Digester {
        let mut text = String::new();
        write!(text, "{field}").expect("a string takes what is written to it");
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text.as_bytes());
        self
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn end(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_read_and_print() {
        let mut digester = Digester::default();
        digester.bytes(b"abc");
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digester.end().to_string(), text);
        assert_eq!(Digest::parse(text).unwrap().to_string(), text);
        for wrong in
            ["", &text[1..], &text.to_uppercase(), &text.replace('b', "g"), &text.replace("ba", "+a")]
        {
            assert_eq!(Digest::parse(wrong), None, "{wrong}");
        }
        let of = |fields: &[&str]| {
            let mut digester = Digester::of("test");
            for field in fields {
                digester.field(field);
            }
            digester.end()
        };
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
    }
}
