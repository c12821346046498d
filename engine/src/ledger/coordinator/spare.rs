//! Memory of frames that are durable, kept for the next ones.

/// So many bytes are kept at most; what comes back beyond them is given up.
const MOST_BYTES: usize = 64 << 20;

/// Empty buffers. Under load a frame takes megabytes: memory that the system would have to clear anew for each.
#[derive(Clone, Debug, Default)]
pub(super) struct Spare {
    buffers: Vec<Vec<u8>>,
    bytes: usize,
}

impl Spare {
    /// An empty buffer, the one with the most room.
    pub(super) fn take(&mut self) -> Vec<u8> {
        let largest = (0..self.buffers.len()).max_by_key(|place| self.buffers[*place].capacity());
        let buffer = largest.map(|place| self.buffers.swap_remove(place)).unwrap_or_default();
        self.bytes -= buffer.capacity();
        buffer
    }

    /// Takes a buffer that nobody needs any more.
    pub(super) fn give(&mut self, mut buffer: Vec<u8>) {
        let bytes = self.bytes + buffer.capacity();
        if buffer.capacity() == 0 || bytes > MOST_BYTES {
            return;
        }
        buffer.clear();
        self.buffers.push(buffer);
        self.bytes = bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_come_back_empty_and_so_many_bytes_are_kept() {
        let mut spare = Spare::default();
        assert_eq!(spare.take().capacity(), 0);
        spare.give(vec![7; 100]);
        spare.give(Vec::new());
        spare.give(vec![7; 50]);
        let buffer = spare.take();
        assert!(buffer.is_empty() && buffer.capacity() >= 100);
        assert!(spare.take().capacity() >= 50);
        assert_eq!(spare.take().capacity(), 0);
        for _ in 0..10 {
            spare.give(Vec::with_capacity(10 << 20));
        }
        assert!((50 << 20..=MOST_BYTES).contains(&spare.bytes), "{}", spare.bytes);
        while spare.take().capacity() > 0 {}
        assert_eq!(spare.bytes, 0);
    }
}
