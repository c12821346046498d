//! The encoding of a file: UTF-8, or a clear word on what it is instead.

use std::str::Utf8Error;

/// Why bytes are not a text in UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NotUtf8 {
    /// Bytes before the first that does not fit.
    pub(super) after: usize,
    /// What it is instead, and what to do.
    pub(super) reason: &'static str,
}

/// What some programs put before a text in UTF-8.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

const UTF_16: &str =
    "the file is not UTF-8 but most likely UTF-16: save it as \"CSV UTF-8\", or run iconv -f UTF-16 -t UTF-8";
const GBK: &str = "the file is not UTF-8 but most likely GBK (GB18030): save it as \"CSV UTF-8\", or run \
                   iconv -f GB18030 -t UTF-8";
const UNKNOWN: &str = "the file is not UTF-8, nor GBK or UTF-16";

/// The text of a file, without the byte order mark (BOM) that some programs put before UTF-8.
pub(super) fn read_text(bytes: &[u8]) -> Result<&str, NotUtf8> {
    if is_marked_utf_16(bytes) {
        return Err(NotUtf8 { after: 0, reason: UTF_16 });
    }
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    if let Some(after) = bytes.iter().position(|byte| *byte == 0) {
        return Err(NotUtf8 { after, reason: UTF_16 });
    }
    let reason = |error: Utf8Error| NotUtf8 { after: error.valid_up_to(), reason: why_not_text(bytes) };
    std::str::from_utf8(bytes).map_err(reason)
}

/// What bytes that are no text most likely are instead, and what to do.
pub(super) fn why_not_text(bytes: &[u8]) -> &'static str {
    match bytes {
        _ if is_marked_utf_16(bytes) || bytes.contains(&0) => UTF_16,
        _ if is_gbk(bytes) => GBK,
        _ => UNKNOWN,
    }
}

/// Whether bytes begin as UTF-16 does, with its byte order mark.
fn is_marked_utf_16(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF")
}

/// Whether bytes are well formed in GB18030, of which GBK and GB2312 are parts.
fn is_gbk(mut bytes: &[u8]) -> bool {
    loop {
        bytes = match bytes {
            [] => return true,
            [0..=0x7F, rest @ ..] => rest,
            [0x81..=0xFE, b'0'..=b'9', 0x81..=0xFE, b'0'..=b'9', rest @ ..] => rest,
            [0x81..=0xFE, 0x40..=0x7E | 0x80..=0xFE, rest @ ..] => rest,
            _ => return false,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_utf_8_and_others_are_named() {
        #[track_caller]
        fn check(bytes: &[u8], expect: Result<&str, (usize, &str)>) {
            let read = read_text(bytes).map_err(|error| (error.after, error.reason));
            assert_eq!(read, expect, "{bytes:?}");
        }
        check(b"", Ok(""));
        check("银行,a".as_bytes(), Ok("银行,a"));
        check(b"\xEF\xBB\xBFcode", Ok("code"));
        check(b"code\n\xD2\xF8\xD0\xD0", Err((5, GBK)));
        check(b"\x81\x30\x81\x30", Err((0, GBK)));
        check(b"caf\xE9\n", Err((3, UNKNOWN)));
        check(b"\xFF", Err((0, UNKNOWN)));
        check(b"\xFF\xFEc\0", Err((0, UTF_16)));
        check(b"c\0o\0", Err((1, UTF_16)));
    }
}
