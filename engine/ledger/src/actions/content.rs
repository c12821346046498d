//! Parts of what a client gave, as the digest of a content takes them. It is stored, so they must never change.

use crate::ids::TransactionKey;

pub(super) fn write_key(out: &mut Vec<u8>, key: TransactionKey) {
    out.extend_from_slice(&key.client.0.to_le_bytes());
    out.extend_from_slice(&key.id.0.to_le_bytes());
}

pub(super) fn write_text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&(text.len() as u64).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

pub(super) fn write_moment(out: &mut Vec<u8>, moment_us: Option<i64>) {
    out.extend_from_slice(&moment_us.unwrap_or(i64::MAX).to_le_bytes());
}
