//! Writes MessagePack into a buffer in memory, which cannot fail.

use rmp::{Marker, encode};

const INFALLIBLE: &str = "writing to memory cannot fail";

/// Writes values one after the other.
pub(crate) struct Pack<'a>(pub(crate) &'a mut Vec<u8>);

impl Pack<'_> {
    pub(crate) fn nil(&mut self) {
        encode::write_nil(self.0).expect(INFALLIBLE);
    }

    pub(crate) fn flag(&mut self, flag: bool) {
        encode::write_bool(self.0, flag).expect(INFALLIBLE);
    }

    pub(crate) fn unsigned(&mut self, number: impl Into<u64>) {
        encode::write_uint(self.0, number.into()).expect(INFALLIBLE);
    }

    pub(crate) fn signed(&mut self, number: i64) {
        encode::write_sint(self.0, number).expect(INFALLIBLE);
    }

    /// An integer where it fits 64 bits with a sign, else its decimal digits.
    pub(crate) fn wide(&mut self, number: i128) {
        match i64::try_from(number) {
            Ok(short) => self.signed(short),
            Err(_) => self.text(&number.to_string()),
        }
    }

    pub(crate) fn text(&mut self, text: &str) {
        encode::write_str(self.0, text).expect(INFALLIBLE);
    }

    /// Each answer has several, most of them short: one byte, which is written where it is asked for.
    #[inline]
    pub(crate) fn array(&mut self, length: usize) {
        match u8::try_from(length) {
            Ok(short @ 0..16) => self.0.push(Marker::FixArray(short).to_u8()),
            _ => self.long_array(length),
        }
    }

    fn long_array(&mut self, length: usize) {
        let length = u32::try_from(length).expect("answers have far fewer than 2^32 elements");
        encode::write_array_len(self.0, length).expect(INFALLIBLE);
    }

    /// Short, as arrays are.
    #[inline]
    pub(crate) fn map(&mut self, length: u32) {
        match u8::try_from(length) {
            Ok(short @ 0..16) => self.0.push(Marker::FixMap(short).to_u8()),
            _ => self.long_map(length),
        }
    }

    fn long_map(&mut self, length: u32) {
        encode::write_map_len(self.0, length).expect(INFALLIBLE);
    }

    /// A field's name; its value comes next.
    pub(crate) fn name(&mut self, name: &str) -> &mut Self {
        self.text(name);
        self
    }
}
