//! The chain: each line carries a hash of its own bytes and of the hash before it.

use blake3::Hasher;

/// The hash before the first line of all.
pub const NO_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Digits of a hash.
const DIGITS: usize = NO_HASH.len();
/// What stands before a line's hash, and behind it.
const BEFORE: &[u8] = br#","hash":""#;
const BEHIND: &[u8] = br#""}"#;
/// How a line begins.
const FIRST: &[u8] = br#"{"seq":"#;

/// The hash of a line, in hexadecimal digits, given the hash before it and the line's bytes up to its own.
#[must_use]
pub fn hash_of(before: &str, body: &[u8]) -> String {
    Hasher::new().update(before.as_bytes()).update(body).finalize().to_hex().as_str().to_owned()
}

/// Where a chain ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    /// The number of the last line; 0 before the first of all.
    pub(crate) seq: u64,
    /// Its hash.
    pub(crate) head: String,
}

/// How a line fails to be the next one of its chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Break {
    /// It is no line of an access log.
    #[error("it is no record: a record begins with its number and ends with its hash")]
    NoRecord,
    /// Others belong before it.
    #[error("record {found} stands where record {expected} belongs: {}", missing(*expected, *found))]
    Number { expected: u64, found: u64 },
    /// It, or what stands before it, was changed.
    #[error(
        "record {seq} does not carry the hash of what is there: it, or the record before it, was changed"
    )]
    Hash { seq: u64 },
}

fn missing(expected: u64, found: u64) -> &'static str {
    if found > expected { "what stood between is missing" } else { "it is there twice, or out of its order" }
}

impl Default for Chain {
    fn default() -> Chain {
        Chain { seq: 0, head: NO_HASH.to_owned() }
    }
}

impl Chain {
    /// Adds a line whose fields, each with a comma before it, `fields` writes; its number.
    pub(crate) fn add(&mut self, out: &mut Vec<u8>, fields: impl FnOnce(&mut Vec<u8>)) -> u64 {
        let start = out.len();
        self.seq += 1;
        out.extend_from_slice(FIRST);
        out.extend_from_slice(self.seq.to_string().as_bytes());
        fields(out);
        self.head = hash_of(&self.head, &out[start..]);
        out.extend_from_slice(BEFORE);
        out.extend_from_slice(self.head.as_bytes());
        out.extend_from_slice(BEHIND);
        out.push(b'\n');
        self.seq
    }

    /// Goes on over a line, without the end of line behind it.
    ///
    /// # Errors
    /// [`Break`], where it is not the next one; the chain stands where it stood then.
    pub(crate) fn follow(&mut self, line: &[u8]) -> Result<(), Break> {
        let (seq, body, hash) = parts(line).ok_or(Break::NoRecord)?;
        let expected = self.seq + 1;
        if seq != expected {
            return Err(Break::Number { expected, found: seq });
        }
        if hash_of(&self.head, body).as_bytes() != hash {
            return Err(Break::Hash { seq });
        }
        self.seq = seq;
        self.head = String::from_utf8_lossy(hash).into_owned();
        Ok(())
    }
}

/// The number of a line, its bytes up to its hash, and its hash.
pub(crate) fn parts(line: &[u8]) -> Option<(u64, &[u8], &[u8])> {
    let rest = line.strip_suffix(BEHIND)?;
    let (rest, hash) = rest.split_at_checked(rest.len().checked_sub(DIGITS)?)?;
    let body = rest.strip_suffix(BEFORE)?;
    let digits = body.strip_prefix(FIRST)?;
    let end = digits.iter().position(|byte| !byte.is_ascii_digit())?;
    let seq = std::str::from_utf8(&digits[..end]).ok()?.parse().ok()?;
    Some((seq, body, hash))
}
