//! Fields of records read one after the other: numbers little endian, texts as u16 length and bytes.

use crate::ids::{ClientId, TransactionId, TransactionKey};
use crate::record::bytes::array;

/// What is left of a record's bytes. Every read gives `None` where the record is too short for it.
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Fields<'a> {
        Fields(bytes)
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        array(self.bytes(N)?, 0)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_le_bytes)
    }

    pub(crate) fn key(&mut self) -> Option<TransactionKey> {
        let client = ClientId(self.u32()?);
        Some(TransactionKey { client, id: TransactionId(self.array().map(u128::from_le_bytes)?) })
    }

    /// Bytes behind their length.
    pub(crate) fn counted(&mut self) -> Option<&'a [u8]> {
        let count = self.u16()?;
        self.bytes(usize::from(count))
    }

    pub(crate) fn text(&mut self) -> Option<Box<str>> {
        std::str::from_utf8(self.counted()?).ok().map(Into::into)
    }

    /// Whether nothing is left but the zeros that fill up the last slot.
    pub(crate) fn is_at_end(&self) -> bool {
        self.0.len() < 8 && self.0.iter().all(|byte| *byte == 0)
    }
}

pub(crate) fn write_key(out: &mut Vec<u8>, key: TransactionKey) {
    out.extend_from_slice(&key.client.0.to_le_bytes());
    out.extend_from_slice(&key.id.0.to_le_bytes());
}

/// Appends bytes behind their length.
///
/// # Panics
/// If there are more than 65,535: what enters is capped below.
pub(crate) fn write_counted(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = u16::try_from(bytes.len()).expect("names, notes and contents are capped where they enter");
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(bytes);
}
