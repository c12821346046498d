//! Frames: a length, a header, a body.

use crate::wire::{HEADER_BYTES, Header, LENGTH_BYTES, PREFIX_BYTES, PROTOCOL_VERSION};

/// Why bytes are not a frame. After any of them the borders of frames are lost: the connection must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The length is beyond the cap; nothing was allocated for it.
    #[error("a frame of {length} bytes is longer than {cap}")]
    TooLong {
        /// What the frame says.
        length: u32,
        /// What is allowed.
        cap: u32,
    },
    /// The length has no room for a header.
    #[error("a frame of {length} bytes has no room for its header")]
    TooShort {
        /// What the frame says.
        length: u32,
    },
    /// Another version of the protocol.
    #[error("protocol version {version} is not spoken here")]
    Version {
        /// What the header says.
        version: u8,
    },
}

/// The start of a frame, of which the rest may still be under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefix {
    /// Bytes of the whole frame, its length included.
    pub total: usize,
    pub header: Header,
}

/// Reads the start of the first frame in `bytes`: `None` while too little of it is there. A length is judged as soon
/// as its four bytes are there. `cap` bounds header and body together.
///
/// # Errors
/// [`FrameError`], when this cannot be a frame.
pub fn read_prefix(bytes: &[u8], cap: u32) -> Result<Option<Prefix>, FrameError> {
    let Some((length, rest)) = bytes.split_first_chunk::<LENGTH_BYTES>() else { return Ok(None) };
    let length = u32::from_le_bytes(*length);
    if length > cap {
        return Err(FrameError::TooLong { length, cap });
    }
    let body_and_header = usize::try_from(length).expect("usize has at least 32 bits here");
    if body_and_header < HEADER_BYTES {
        return Err(FrameError::TooShort { length });
    }
    let Some((header, _)) = rest.split_first_chunk::<HEADER_BYTES>() else { return Ok(None) };
    if header[0] != PROTOCOL_VERSION {
        return Err(FrameError::Version { version: header[0] });
    }
    Ok(Some(Prefix { total: LENGTH_BYTES + body_and_header, header: Header::from_bytes(header) }))
}

/// Appends a frame with the body that `body` writes.
///
/// # Panics
/// If the body is longer than a `u32` counts: bodies are capped far below.
pub fn write_frame(out: &mut Vec<u8>, header: Header, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; LENGTH_BYTES]);
    out.extend_from_slice(&header.to_bytes());
    body(out);
    let length = u32::try_from(out.len() - start - LENGTH_BYTES).expect("bodies are capped far below 4 GiB");
    out[start..start + LENGTH_BYTES].copy_from_slice(&length.to_le_bytes());
}

const _: () = assert!(PREFIX_BYTES == LENGTH_BYTES + HEADER_BYTES);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Format, Operation};

    #[test]
    fn prefixes_are_judged_as_early_as_possible() {
        #[track_caller]
        fn check(bytes: &[u8], expect: Result<Option<usize>, FrameError>) {
            assert_eq!(read_prefix(bytes, 100).map(|found| found.map(|prefix| prefix.total)), expect);
        }
        let mut frame = Vec::new();
        let header = Header::request(Operation::Ping, Format::MessagePack, 7);
        write_frame(&mut frame, header, |out| out.push(0xC0));
        assert_eq!(frame.len(), 17);
        for cut in 0..16 {
            check(&frame[..cut], Ok(None));
        }
        check(&frame[..16], Ok(Some(17)));
        check(&frame, Ok(Some(17)));
        check(&[101, 0, 0, 0], Err(FrameError::TooLong { length: 101, cap: 100 }));
        check(&[255, 255, 255, 255], Err(FrameError::TooLong { length: u32::MAX, cap: 100 }));
        check(&[11, 0, 0, 0], Err(FrameError::TooShort { length: 11 }));
        check(&[0, 0, 0, 0], Err(FrameError::TooShort { length: 0 }));
        frame[4] = 2;
        check(&frame, Err(FrameError::Version { version: 2 }));
        check(b"GET / HTTP/1.1\r\n", Err(FrameError::TooLong { length: 0x2054_4547, cap: 100 }));
    }
}
