//! Changes to good bytes, as an input tells them.

/// The words of an input: eight bytes each, zeros behind its end.
pub(crate) fn words(data: &[u8]) -> impl Iterator<Item = [u8; 8]> {
    data.chunks(8).map(|chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        word
    })
}

/// One change to a file or a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    what: u8,
    at: u32,
    value: u8,
}

/// Values that a field of eight bytes is set to.
const FIELDS: [u64; 8] =
    [0, 1, 0x7FFF_FFFF, 0xFFFF_FFFF, i64::MAX as u64, i64::MIN as u64, u64::MAX, 0x0101_0101_0101_0101];

impl Edit {
    pub(crate) fn new(what: u8, at: u32, value: u8) -> Edit {
        Edit { what, at, value }
    }

    /// Makes the change; gives the bytes that it touched, as (first, behind the last).
    pub(crate) fn make(self, bytes: &mut Vec<u8>) -> (usize, usize) {
        if bytes.is_empty() {
            bytes.push(self.value);
            return (0, 1);
        }
        let at = self.at as usize % bytes.len();
        let len = bytes.len();
        match self.what % 8 {
            0 => {
                bytes[at] ^= self.value.max(1);
                (at, at + 1)
            }
            1 => {
                bytes[at] = self.value;
                (at, at + 1)
            }
            2 => {
                let field = FIELDS[usize::from(self.value) % FIELDS.len()].to_le_bytes();
                let at = at / 4 * 4;
                let end = (at + 8).min(len);
                bytes[at..end].copy_from_slice(&field[..end - at]);
                (at, end)
            }
            3 => {
                let end = (at + usize::from(self.value) * 8).min(len);
                bytes[at..end].fill(0);
                (at, end)
            }
            4 => {
                bytes.truncate(at);
                (at, len)
            }
            5 => {
                bytes.extend(std::iter::repeat_n(self.value, 8));
                (len, len + 8)
            }
            6 => {
                let from = usize::from(self.value) * 8 % len;
                let end = (at + 64).min(len).min(len - from + at);
                bytes.copy_within(from..from + (end - at), at);
                (at, end)
            }
            _ => {
                let end = (at + 4_096).min(len);
                let from = (usize::from(self.value) * 4_096) % len;
                let count = (end - at).min(len - from);
                bytes.copy_within(from..from + count, at);
                (at, at + count)
            }
        }
    }
}

/// CRC-32C.
pub(crate) fn crc32c(bytes: &[u8]) -> u32 {
    let crc = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32Iscsi, bytes);
    u32::try_from(crc).expect("a CRC-32C has 32 bits")
}
