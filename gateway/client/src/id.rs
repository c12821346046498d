//! Transaction ids, as clients may give them.

use serde::ser::Error as _;
use serde::{Serialize, Serializer};

/// Put before a text id when it is hashed, so that the hash serves nothing else.
const TEXT_DOMAIN: &[u8] = b"longmen transaction id 1\0";

/// Put before the id of a try when the id of its cancel is made from it.
const CANCEL_DOMAIN: &[u8] = b"longmen cancel of a try 1\0";

/// A client's id for a transaction: a number, or a text that stands for one. Neither 0 nor a text of nothing but blanks is an id, since a
/// variable that was never set would then name one transaction for ever: it is not sent.
///
/// ```
/// use longmen_client::{TransactionId, id_of_text};
/// assert_eq!(TransactionId::from("order-17").number(), id_of_text("order-17"));
/// assert_eq!(TransactionId::from(17).number(), 17);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TransactionId {
    /// A number of up to 128 bits.
    Number(u128),
    /// A text of up to 256 bytes; the node hashes it into a number ([`id_of_text`]).
    Text(String),
}

impl TransactionId {
    /// The number that the ledger knows the id by.
    #[must_use]
    pub fn number(&self) -> u128 {
        match self {
            TransactionId::Number(number) => *number,
            TransactionId::Text(text) => id_of_text(text),
        }
    }
}

/// The number of a text id: the first 16 bytes, big endian, of the BLAKE3 hash of `longmen transaction id 1`, a zero
/// byte, and the text.
#[must_use]
pub fn id_of_text(text: &str) -> u128 {
    id_of(TEXT_DOMAIN, text.as_bytes())
}

/// The id under which the node records that `cancel` released a try: the first 16 bytes, big endian, of the BLAKE3 hash
/// of `longmen cancel of a try 1`, a zero byte, and the 16 bytes, big endian, of the try's id.
#[must_use]
pub fn id_of_cancel(tried: u128) -> u128 {
    id_of(CANCEL_DOMAIN, &tried.to_be_bytes())
}

fn id_of(domain: &[u8], content: &[u8]) -> u128 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(domain).update(content);
    let hash = hasher.finalize();
    let (first, _) = hash.as_bytes().split_first_chunk::<16>().expect("a hash has 32 bytes");
    u128::from_be_bytes(*first)
}

impl From<u128> for TransactionId {
    fn from(number: u128) -> TransactionId {
        TransactionId::Number(number)
    }
}

impl From<&str> for TransactionId {
    fn from(text: &str) -> TransactionId {
        TransactionId::Text(text.to_owned())
    }
}

impl From<String> for TransactionId {
    fn from(text: String) -> TransactionId {
        TransactionId::Text(text)
    }
}

impl Serialize for TransactionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            TransactionId::Text(text) if text.trim().is_empty() => {
                Err(S::Error::custom("a transaction's id is empty"))
            }
            TransactionId::Number(0) => Err(S::Error::custom("a transaction's id is 0")),
            TransactionId::Text(text) => serializer.serialize_str(text),
            TransactionId::Number(number) => match u64::try_from(*number) {
                Ok(short) => serializer.serialize_u64(short),
                Err(_) => serializer.serialize_bytes(&number.to_be_bytes()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clients in other languages compute the same, so it must never change.
    #[test]
    fn text_ids_are_stable() {
        assert_eq!(format!("{:032x}", id_of_text("order-17")), "1cf8320d8c5be8fc9f1841f7e4de2cdd");
    }

    #[test]
    fn ids_take_their_shortest_form_on_the_wire() {
        #[track_caller]
        fn check(id: impl Into<TransactionId>, expect: &[u8]) {
            assert_eq!(rmp_serde::to_vec_named(&id.into()).unwrap(), expect);
        }
        check(5, &[5]);
        check(u128::from(u64::MAX), &[0xCF, 255, 255, 255, 255, 255, 255, 255, 255]);
        check(1 << 64, &[0xC4, 16, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
        check("ab", &[0xA2, b'a', b'b']);
    }

    #[test]
    fn an_empty_id_is_not_sent() {
        for id in [TransactionId::from(""), TransactionId::from(" \u{3000}"), TransactionId::from(0)] {
            let error = rmp_serde::to_vec_named(&id).unwrap_err().to_string();
            assert!(error.contains("a transaction's id is"), "{error}");
        }
    }
}
