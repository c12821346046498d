//! Reading and writing fixed little-endian fields of records. Offsets are constants of the byte tables beside them.

/// The `N` bytes at `at`, or `None` where the record is too short.
#[must_use]
#[inline]
pub fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

macro_rules! field {
    ($($name:ident -> $kind:ty),* $(,)?) => {
        $(
            /// The number at `at`, little endian, or `None` where the record is too short.
            #[must_use]
            #[inline]
            pub fn $name(bytes: &[u8], at: usize) -> Option<$kind> {
                array(bytes, at).map(<$kind>::from_le_bytes)
            }
        )*
    };
}

field!(u8_at -> u8, u16_at -> u16, u32_at -> u32, u64_at -> u64, u128_at -> u128, i64_at -> i64, i128_at -> i128);

/// Writes `value` at `at` of a record under construction.
///
/// # Panics
/// If the record is too short.
#[inline]
pub fn put<const N: usize>(record: &mut [u8], at: usize, value: [u8; N]) {
    record[at..at + N].copy_from_slice(&value);
}

/// Fills up with zeros to a whole number of 8-byte slots.
pub(crate) fn pad_to_slot(out: &mut Vec<u8>) {
    let missing = out.len().next_multiple_of(8) - out.len();
    if missing > 0 {
        out.extend_from_slice(&[0; 8][..missing]);
    }
}

/// CRC-32C (Castagnoli).
///
/// # Panics
/// If the library gives more than 32 bits, which it does not.
#[must_use]
pub fn crc32c(bytes: &[u8]) -> u32 {
    let crc = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32Iscsi, bytes);
    u32::try_from(crc).expect("a CRC-32C has 32 bits")
}
