//! An index in two halves, by the first bit of a hash: two threads fill them.

use crate::idempotency::index::{FETCHED, GROUP, Groups, IdIndex, Segment};
use crate::idempotency::pages::ArchivedIds;

/// How many hashes are searched at once for those of a half.
const BLOCK: usize = 1_024;

/// One half of an index over archived ids.
#[derive(Debug)]
pub struct IndexHalf<'a> {
    index: IdIndex,
    /// The first bit of its hashes.
    first_bit: u64,
    /// Oldest first, each with its first group.
    archives: &'a [(u64, ArchivedIds)],
}

impl<'a> IndexHalf<'a> {
    /// Both halves of an index over so many ids of these archives, see [`IdIndex::new`]. They are empty yet.
    pub(crate) fn both(archives: &'a [(u64, ArchivedIds)], ids: usize, step: usize) -> [IndexHalf<'a>; 2] {
        [0, 1].map(|first_bit| {
            let is_own = |bit: usize| bit as u64 == first_bit;
            IndexHalf { index: IdIndex::with_segments(ids, step, 1, is_own), first_bit, archives }
        })
    }

    /// Enters the ids that belong to this half.
    pub fn fill(&mut self) {
        let mut chosen = [(0, 0); BLOCK];
        for (first, archive) in self.archives {
            let mut hashes = (0..).zip(archive.hashes());
            loop {
                let (mut seen, mut count) = (0, 0);
                for (place, hash) in hashes.by_ref().take(BLOCK) {
                    // No branch: every second one would be foretold wrong.
                    chosen[count] = (hash, first + place / GROUP as u64);
                    count += usize::from(hash >> 63 == self.first_bit);
                    seen += 1;
                }
                self.enter(&chosen[..count]);
                if seen < BLOCK {
                    break;
                }
            }
        }
    }

    /// Enters ids, each with its group.
    fn enter(&mut self, ids: &[(u64, u64)]) {
        let mut ahead = ids.chunks(FETCHED);
        let mut fetch = |index: &IdIndex| {
            ahead.next().into_iter().flatten().for_each(|(hash, _)| index.fetch(*hash));
        };
        fetch(&self.index);
        for some in ids.chunks(FETCHED) {
            fetch(&self.index);
            for &(hash, newest) in some {
                self.index.insert(hash, Groups { oldest: 0, newest });
            }
        }
    }

    /// The index of both.
    pub(crate) fn join([lower, upper]: [IndexHalf<'_>; 2]) -> IdIndex {
        let (mut whole, mut upper) = (lower.index, upper.index);
        while whole.depth < upper.depth {
            whole.look_at_another_bit();
        }
        while upper.depth < whole.depth {
            upper.look_at_another_bit();
        }
        let count = |count: usize| u32::try_from(count).expect("an index of less than 256 GiB");
        let (pieces, segments) = (count(whole.memory.len()), count(whole.fills.len()));
        let half = whole.directory.len() / 2;
        whole.directory.truncate(half);
        let behind = |segment: &Segment| Segment {
            piece: segment.piece + pieces,
            number: segment.number + segments,
            ..*segment
        };
        whole.directory.extend(upper.directory[half..].iter().map(behind));
        whole.fills.append(&mut upper.fills);
        // What is vacant of the lower half's last piece stays so.
        whole.memory.append(&mut upper.memory);
        whole.taken = upper.taken;
        whole
    }
}
