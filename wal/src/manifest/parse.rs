//! Reading a manifest's text. Only the canonical form is taken: what is parsed must render to the same bytes.

use super::{Extent, LogEnd, Manifest, SegmentEntry, SegmentState, TITLE};
use crate::digest::{Digest, crc32c};
use crate::number::{Epoch, FrameNumber, NodeId, Nonce, SegmentNumber};

impl Manifest {
    /// Parses and validates; the message says what is wrong.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "is not text".to_owned())?;
        let summed = text.rfind("crc32c ").ok_or("has no sum")?;
        if text[summed..] != format!("crc32c {:08x}\n", crc32c(&bytes[..summed])) {
            return Err("does not match its sum".to_owned());
        }
        let manifest = parse_lines(&text[..summed]).ok_or("has a line that cannot be read")?;
        if manifest.render() != text {
            return Err("is not in the canonical form".to_owned());
        }
        manifest.validate()?;
        Ok(manifest)
    }
}

fn parse_lines(text: &str) -> Option<Manifest> {
    let mut lines = text.lines().peekable();
    if lines.next()? != TITLE {
        return None;
    }
    let mut manifest = Manifest::new(NodeId(hex(lines.next()?.strip_prefix("node ")?)?));
    manifest.epoch = Epoch(lines.next()?.strip_prefix("epoch ")?.parse().ok()?);
    manifest.next_segment = SegmentNumber(lines.next()?.strip_prefix("next-segment ")?.parse().ok()?);
    manifest.durable = FrameNumber(lines.next()?.strip_prefix("durable ")?.parse().ok()?);
    while let Some(line) = lines.next_if(|line| line.starts_with("segment ")) {
        let (number, entry) = segment(&mut Words(line.split(' ')))?;
        manifest.segments.insert(number, entry);
    }
    if let Some(line) = lines.next() {
        manifest.clean_end = Some(clean_end(&mut Words(line.split(' ')))?);
    }
    lines.next().is_none().then_some(manifest)
}

/// The words of a line, read as `name value` pairs.
struct Words<'a>(std::str::Split<'a, char>);

impl Words<'_> {
    fn word(&mut self, expected: &str) -> Option<()> {
        (self.0.next()? == expected).then_some(())
    }

    fn number(&mut self, name: &str) -> Option<u64> {
        self.word(name)?;
        self.0.next()?.parse().ok()
    }

    fn digest(&mut self) -> Option<Digest> {
        self.word("digest")?;
        Digest::from_hex(self.0.next()?)
    }
}

fn hex(text: &str) -> Option<u128> {
    u128::from_str_radix(text, 16).ok()
}

fn segment(words: &mut Words<'_>) -> Option<(SegmentNumber, SegmentEntry)> {
    let number = SegmentNumber(words.number("segment")?);
    words.word("nonce")?;
    let nonce = Nonce(hex(words.0.next()?)?);
    let epoch = Epoch(words.number("epoch")?);
    let bytes = words.number("bytes")?;
    let state = match words.0.next()? {
        "open" => SegmentState::Open,
        "discarded" => SegmentState::Discarded,
        "finished" => SegmentState::Finished(extent(words)?),
        _ => return None,
    };
    Some((number, SegmentEntry { nonce, epoch, bytes, state }))
}

fn extent(words: &mut Words<'_>) -> Option<Extent> {
    Some(Extent {
        first: FrameNumber(words.number("first")?),
        last: FrameNumber(words.number("last")?),
        end: words.number("end")?,
        digest: words.digest()?,
    })
}

fn clean_end(words: &mut Words<'_>) -> Option<LogEnd> {
    words.word("clean-end")?;
    Some(LogEnd {
        segment: SegmentNumber(words.number("segment")?),
        offset: words.number("offset")?,
        frame: FrameNumber(words.number("frame")?),
        digest: words.digest()?,
    })
}
