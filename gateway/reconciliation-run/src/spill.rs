//! A file without a name, for as long as a comparison runs: blocks are written one behind the other and read again in any order.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use crate::error::RunError;

/// Bytes after which a block is written. A block has whole records.
pub(crate) const BLOCK: usize = 32 * 1024;

/// A file that goes when it is dropped, and with the process.
#[derive(Debug)]
pub(crate) struct Spill {
    directory: PathBuf,
    file: File,
    length: u64,
}

/// Where a block stands, and what it was when it was written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    at: u64,
    length: usize,
    digest: u64,
}

impl Spill {
    /// Makes one in a directory.
    pub(crate) fn create(directory: &Path) -> Result<Spill, RunError> {
        match tempfile::tempfile_in(directory) {
            Ok(file) => Ok(Spill { directory: directory.to_owned(), file, length: 0 }),
            Err(source) => Err(RunError::Write { directory: directory.to_owned(), source }),
        }
    }

    /// Writes a block.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<Block, RunError> {
        let failed = |source| RunError::Write { directory: self.directory.clone(), source };
        self.file.write_all(bytes).map_err(failed)?;
        let block = Block { at: self.length, length: bytes.len(), digest: xxh3_64(bytes) };
        self.length += bytes.len() as u64;
        Ok(block)
    }

    /// Reads a block in place of what was in `bytes`, and holds it to its digest.
    pub(crate) fn read(&self, block: Block, bytes: &mut Vec<u8>) -> Result<(), RunError> {
        bytes.resize(block.length, 0);
        let read = self.file.read_exact_at(bytes, block.at);
        read.map_err(|source: io::Error| RunError::Read { directory: self.directory.clone(), source })?;
        if xxh3_64(bytes) == block.digest { Ok(()) } else { Err(self.changed()) }
    }

    /// That what is read is not what was written.
    pub(crate) fn changed(&self) -> RunError {
        RunError::Changed { directory: self.directory.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spilled(blocks: &[&[u8]]) -> (Spill, Vec<Block>) {
        let mut spill = Spill::create(&std::env::temp_dir()).unwrap();
        let blocks = blocks.iter().map(|bytes| spill.write(bytes).unwrap()).collect();
        (spill, blocks)
    }

    #[test]
    fn blocks_are_read_as_they_were_written() {
        let (spill, blocks) = spilled(&[b"one", b"", b"three"]);
        let mut bytes = Vec::new();
        for (place, expect) in [(2, &b"three"[..]), (0, b"one"), (1, b""), (2, b"three")] {
            spill.read(blocks[place], &mut bytes).unwrap();
            assert_eq!(bytes, expect);
        }
    }

    #[test]
    fn what_is_short_or_has_changed_is_a_failure() {
        for byte in 0..6_u64 {
            let (spill, blocks) = spilled(&[b"one", b"two"]);
            spill.file.write_all_at(b"#", byte).unwrap();
            let (wrong, right) = if byte < 3 { (0, 1) } else { (1, 0) };
            let mut bytes = Vec::new();
            assert!(matches!(spill.read(blocks[wrong], &mut bytes), Err(RunError::Changed { .. })), "{byte}");
            spill.read(blocks[right], &mut bytes).unwrap();
        }
        for length in 0..6 {
            let (spill, blocks) = spilled(&[b"one", b"two"]);
            spill.file.set_len(length).unwrap();
            match spill.read(blocks[1], &mut Vec::new()) {
                Err(RunError::Read { source, .. }) => {
                    assert_eq!(source.kind(), io::ErrorKind::UnexpectedEof, "{length}");
                }
                other => panic!("{length}: {other:?}"),
            }
        }
    }

    /// `/dev/full` stands for a disk that is full: it takes no file, so the directory of one that cannot be made has to do as well.
    #[test]
    fn a_directory_that_takes_nothing_is_named_with_what_to_do() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut spill = Spill { directory: "/there".into(), file: full, length: 0 };
        let error = spill.write(b"one").unwrap_err();
        assert!(
            matches!(&error, RunError::Write { source, .. } if source.kind() == io::ErrorKind::StorageFull)
        );
        for error in [error, Spill::create(Path::new("/there")).unwrap_err()] {
            let said = error.to_string();
            assert!(said.contains("/there") && said.contains("make room"), "{said}");
        }
    }
}
