//! Fields that entries of several kinds have: positions of other entries, lengths of texts.

use crate::ids::Position;
use crate::record::bytes::{put, u16_at, u32_at, u64_at};

#[inline]
pub(crate) fn put_position(bytes: &mut [u8], at: usize, position: Position) {
    put(bytes, at, position.frame.to_le_bytes());
    put(bytes, at + 8, position.slot.to_le_bytes());
    put(bytes, at + 12, position.section.to_le_bytes());
}

#[inline]
pub(crate) fn position_at(bytes: &[u8], at: usize) -> Option<Position> {
    Some(Position {
        frame: u64_at(bytes, at)?,
        slot: u32_at(bytes, at + 8)?,
        section: u16_at(bytes, at + 12)?,
    })
}

pub(super) fn text_length<T: TryFrom<usize, Error: std::fmt::Debug>>(length: usize) -> T {
    T::try_from(length).expect("account numbers and types are capped where they enter")
}
