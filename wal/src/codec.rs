//! Little-endian fields at fixed places: the only way this crate puts numbers on disk.

/// Writes fields one after the other into a fixed buffer.
pub(crate) struct FieldWriter<'a> {
    bytes: &'a mut [u8],
    at: usize,
}

impl<'a> FieldWriter<'a> {
    pub(crate) fn new(bytes: &'a mut [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(crate) fn put(&mut self, field: &[u8]) {
        let end = self.at + field.len();
        self.bytes[self.at..end].copy_from_slice(field);
        self.at = end;
    }

    pub(crate) fn u16(&mut self, value: u16) {
        self.put(&value.to_le_bytes());
    }

    pub(crate) fn u32(&mut self, value: u32) {
        self.put(&value.to_le_bytes());
    }

    pub(crate) fn u64(&mut self, value: u64) {
        self.put(&value.to_le_bytes());
    }

    pub(crate) fn i64(&mut self, value: i64) {
        self.put(&value.to_le_bytes());
    }

    pub(crate) fn u128(&mut self, value: u128) {
        self.put(&value.to_le_bytes());
    }
}

/// Reads fields one after the other from a buffer whose length the caller has checked.
pub(crate) struct FieldReader<'a> {
    bytes: &'a [u8],
}

impl<'a> FieldReader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(crate) fn array<const N: usize>(&mut self) -> [u8; N] {
        let (field, rest) = self.bytes.split_first_chunk().expect("the caller gave a whole record");
        self.bytes = rest;
        *field
    }

    pub(crate) fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.array())
    }

    pub(crate) fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    pub(crate) fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }

    pub(crate) fn i64(&mut self) -> i64 {
        i64::from_le_bytes(self.array())
    }

    pub(crate) fn u128(&mut self) -> u128 {
        u128::from_le_bytes(self.array())
    }
}

/// Pages are the unit of placement: a frame begins on one, and no page of a durable frame is written again.
pub(crate) const PAGE: usize = 4096;
/// [`PAGE`] as a file length.
pub(crate) const PAGE_BYTES: u64 = 4096;

/// `len` rounded up to whole pages, or `None` when that overflows.
pub(crate) fn page_align(len: u64) -> Option<u64> {
    len.checked_next_multiple_of(PAGE_BYTES)
}

const _: () = assert!(size_of::<usize>() == 8, "offsets of mapped files are 64 bits wide");

/// A file offset as an index into mapped bytes.
pub(crate) fn index(offset: u64) -> usize {
    usize::try_from(offset).expect("usize is 64 bits wide, see the assertion above")
}

/// An index into mapped bytes as a file offset.
pub(crate) fn offset(index: usize) -> u64 {
    u64::try_from(index).expect("usize is 64 bits wide, see the assertion above")
}
