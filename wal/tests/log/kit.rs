//! Small logs to try things on.

use std::sync::Arc;

use longmen_wal::{
    Body, FaultyStorage, FrameNumber, Log, LogOptions, LogReader, OpenError, Opened, Section, Storage,
    WritePath, seeded_nonces,
};

/// Four pages: a header and at most three frames.
pub(crate) const TINY: LogOptions =
    LogOptions { segment_bytes: 16384, segments_ahead: 0, write_path: WritePath::Pwritev };

pub(crate) fn open(disk: &FaultyStorage, seed: u64) -> Result<Opened, OpenError> {
    open_with(disk, TINY, seed)
}

pub(crate) fn open_with(disk: &FaultyStorage, options: LogOptions, seed: u64) -> Result<Opened, OpenError> {
    Log::open(Arc::new(disk.clone()), options, FrameNumber::FIRST, seeded_nonces(seed))
}

/// A body whose every byte follows from `id`; `bytes` of payload in two sections.
pub(crate) fn body(id: u64, bytes: usize) -> Body {
    let pattern = |salt: u64, len: usize| -> Vec<u8> {
        (0..len).map(|at| (id.wrapping_mul(31).wrapping_add(salt) as u8).wrapping_add(at as u8) | 1).collect()
    };
    let sections = vec![
        Section { kind: 1, owner: 0, records: 2, chunks: vec![pattern(1, bytes / 3), pattern(2, bytes / 4)] },
        Section { kind: 2, owner: 1, records: 1, chunks: vec![pattern(3, bytes - bytes / 3 - bytes / 4)] },
    ];
    Body { time_us: id as i64, sections }
}

/// What a reader sees: for each frame its number and its sections' bytes; idle frames have none.
pub(crate) fn contents(reader: &LogReader) -> Vec<(u64, Vec<Vec<u8>>)> {
    let frames = reader.frames(FrameNumber::FIRST).map(|frame| {
        let frame = frame.unwrap();
        frame.verify().unwrap();
        (frame.number().0, frame.sections().map(|section| section.unwrap().bytes.to_vec()).collect())
    });
    frames.collect()
}

/// The sections of `body`, as [`contents`] shows them.
pub(crate) fn sections_of(body: &Body) -> Vec<Vec<u8>> {
    body.sections.iter().map(|section| section.chunks.concat()).collect()
}

/// Bytes of all files on the disk.
pub(crate) fn used(disk: &FaultyStorage) -> u64 {
    let names = disk.list().expect("names are listed");
    names.iter().map(|name| disk.file(name).expect("it has a name").len() as u64).sum()
}
