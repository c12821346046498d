//! Memory of frames that are durable, kept for the next ones.

/// At most 64 MiB are kept.
const MOST_BYTES: usize = 64 << 20;
/// At most 32 buffers: each `take` looks at all of them.
const MOST_BUFFERS: usize = 32;
/// Smaller buffers are not worth keeping.
const LEAST_BYTES: usize = 16 << 10;

/// Empty buffers. Under load a frame takes megabytes: memory that the system would have to clear anew for each.
#[derive(Clone, Debug, Default)]
pub(crate) struct BufferPool {
    buffers: Vec<Vec<u8>>,
    bytes: usize,
}

impl BufferPool {
    /// An empty buffer, the one with the most room.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        let largest = (0..self.buffers.len()).max_by_key(|place| self.buffers[*place].capacity());
        largest.map(|place| self.remove(place)).unwrap_or_default()
    }

    /// Takes back a buffer. Where there is no room for it, smaller ones go.
    pub(crate) fn give(&mut self, mut buffer: Vec<u8>) {
        if !(LEAST_BYTES..=MOST_BYTES).contains(&buffer.capacity()) {
            return;
        }
        while self.buffers.len() == MOST_BUFFERS || self.bytes + buffer.capacity() > MOST_BYTES {
            let places = 0..self.buffers.len();
            let smallest = places.min_by_key(|place| self.buffers[*place].capacity());
            match smallest {
                Some(place) if self.buffers[place].capacity() < buffer.capacity() => {
                    self.remove(place);
                }
                _ => return,
            }
        }
        buffer.clear();
        self.bytes += buffer.capacity();
        self.buffers.push(buffer);
    }

    fn remove(&mut self, place: usize) -> Vec<u8> {
        let buffer = self.buffers.swap_remove(place);
        self.bytes -= buffer.capacity();
        buffer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: usize = 1 << 10;
    const MIB: usize = 1 << 20;

    #[test]
    fn buffers_come_back_empty_the_largest_first() {
        let mut pool = BufferPool::default();
        assert_eq!(pool.take().capacity(), 0);
        for bytes in [100 * KIB, 300 * KIB, 0, 100, 200 * KIB] {
            pool.give(vec![7; bytes]);
        }
        for bytes in [300 * KIB, 200 * KIB, 100 * KIB, 0] {
            let buffer = pool.take();
            assert!(buffer.is_empty() && buffer.capacity() == bytes, "{}", buffer.capacity());
        }
    }

    #[test]
    fn no_more_is_kept_than_is_worth_it_and_small_ones_give_way() {
        let mut pool = BufferPool::default();
        for round in 0..100_000 {
            pool.give(Vec::with_capacity(round % 500));
            pool.give(Vec::with_capacity(20 * KIB));
        }
        assert_eq!(pool.buffers.len(), MOST_BUFFERS);
        for _ in 0..10 {
            pool.give(Vec::with_capacity(10 * MIB));
        }
        assert!(pool.bytes <= MOST_BYTES && pool.buffers.len() <= MOST_BUFFERS);
        let large = std::iter::repeat_with(|| pool.take()).take_while(|one| one.capacity() == 10 * MIB);
        assert_eq!(large.count(), 6);
        while pool.take().capacity() > 0 {}
        assert_eq!((pool.bytes, pool.buffers.len()), (0, 0));
    }
}
