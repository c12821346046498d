//! Requests no larger than the node takes.

use longmen_client::{AccountRef, MAX_BATCH, Welcome};

/// What fits into a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    items: usize,
    bytes: usize,
}

/// Bytes of a request that are left for header and field names.
const MARGIN: usize = 1_024;
/// More than what a map of MessagePack takes beside the texts in it.
pub(super) const MAP: usize = 256;

impl Room {
    /// What a node takes.
    pub(super) fn of(welcome: &Welcome) -> Room {
        let [items, bytes] =
            [welcome.max_batch, welcome.max_request].map(|most| usize::try_from(most).unwrap_or(usize::MAX));
        Room { items: items.clamp(1, MAX_BATCH), bytes: bytes.saturating_sub(MARGIN) }
    }

    /// Cuts `items` into as few batches as fit; each has at least one item. `weigh` gives bytes, no less than an item
    /// takes.
    pub(super) fn batches<T>(self, items: &[T], weigh: impl Fn(&T) -> usize) -> Vec<&[T]> {
        let mut batches = Vec::new();
        let (mut start, mut bytes) = (0, 0);
        for (index, item) in items.iter().enumerate() {
            let weight = weigh(item);
            if index > start && (index - start >= self.items || bytes + weight > self.bytes) {
                batches.push(&items[start..index]);
                (start, bytes) = (index, 0);
            }
            bytes += weight;
        }
        if start < items.len() {
            batches.push(&items[start..]);
        }
        batches
    }
}

/// No less than the bytes that the name of an account takes.
pub(super) fn weigh_account(account: &AccountRef) -> usize {
    match account {
        AccountRef::Id(_) => 16,
        AccountRef::Key(key) => 64 + key.entity.len() + key.number.len() + key.kind.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_hold_what_fits_and_at_least_one() {
        #[track_caller]
        fn check(weights: &[usize], expect: &[&[usize]]) {
            let room = Room { items: 3, bytes: 10 };
            assert_eq!(room.batches(weights, |weight| *weight), expect);
        }
        check(&[], &[]);
        check(&[1, 1, 1], &[&[1, 1, 1]]);
        check(&[1, 1, 1, 1], &[&[1, 1, 1], &[1]]);
        check(&[6, 4, 1], &[&[6, 4], &[1]]);
        check(&[99, 1, 99, 99], &[&[99], &[1], &[99], &[99]]);
    }
}
