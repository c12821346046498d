//! Files read from the disk, a piece at a time.

use std::io;
use std::ops::ControlFlow;

use longmen_wal::StorageFile;

/// Read at once; whole pages.
const PIECE: usize = 256 << 10;

const PAGE: usize = 4_096;

/// Reads a file from its beginning, past the page cache where that can be, and gives it piece by piece, each but the last
/// of the same number of whole pages. `rest` is told where each began and how long it was, and may break off.
pub(crate) fn read_in_pieces(
    file: &dyn StorageFile,
    rest: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    mut take: impl FnMut(&[u8]),
) -> io::Result<ControlFlow<()>> {
    let size = file.size()?;
    let mut buffer = vec![0; PIECE + PAGE];
    let start = buffer.as_ptr().align_offset(PAGE);
    let mut at = 0;
    while at < size {
        let read = (size - at).min(PIECE as u64);
        let piece = &mut buffer[start..][..usize::try_from(read).expect("a piece fits memory")];
        file.read_once(piece, at)?;
        take(piece);
        if rest(at, read).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        at += read;
    }
    Ok(ControlFlow::Continue(()))
}
