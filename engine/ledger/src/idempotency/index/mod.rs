//! Where known ids are: of nearly every id that is new, one cache line says so, however many are known.
//!
//! A hash table by extendible hashing (Fagin, Nievergelt, Pippenger, Strong 1979): a directory by the first bits of a hash
//! leads to segments, and a segment that is full becomes two, so that nothing larger is ever moved. Within a segment the
//! last bits of the hash choose a bucket of one cache line, and what does not fit there stands in one of the next. Segments
//! have different sizes, which those that they are made into inherit, so that not all of them are full at once.
//!
//! An entry has 36 bits of the hash, three bits for the buckets that it stands behind its own, and 25 bits of a place: the
//! number of the group of [`GROUP`] ids in order of arrival, in which the id is looked for. At a hundred million ids, one of
//! some 500,000 new ones is looked for in a group in vain. Entries of ids that are forgotten stay until their segment is full.

mod bucket;
mod halves;

use bucket::{Bucket, OWN_BITS, PLACE_BITS, PLACES, SLOTS, STEP_BITS, TAG_BITS, entry, groups, key, step_of};
pub use halves::IndexHalf;

use prefetch_index::prefetch_index;

/// How many ids share a place.
pub(crate) const GROUP: usize = 16;

/// How many ids are fetched together, while as many before them are looked up.
pub(crate) const FETCHED: usize = 16;

/// The most buckets of a segment: 64 KiB, laid out anew within some 50 us.
const LARGEST: usize = 1_024;
/// A segment is full when so many of eight slots are taken.
const FULL: usize = 7;
/// A piece of memory has so many segments of the largest size.
const TOGETHER: usize = 16;
/// The most first bits of a hash that a segment's size depends on.
const PHASE_BITS: u32 = 6;

/// Memory for more segments.
#[derive(Clone, Debug)]
pub struct IndexRoom(Box<[Bucket]>);

/// Where the buckets of a segment lie.
#[derive(Clone, Copy, Debug)]
struct Segment {
    piece: u32,
    first: u16,
    buckets: u16,
    number: u32,
}

/// How full a segment is, and how many first bits of a hash all its ids have in common.
#[derive(Clone, Copy, Debug)]
struct Fill {
    used: u32,
    depth: u32,
}

/// Groups of ids that are still known: the oldest and the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Groups {
    pub(crate) oldest: u64,
    pub(crate) newest: u64,
}

/// An index over known ids.
#[derive(Clone, Debug)]
pub(crate) struct IdIndex {
    /// The most buckets of a segment.
    largest: usize,
    depth: u32,
    /// Segments by the first `depth` bits of a hash.
    directory: Vec<Segment>,
    /// By the numbers of segments.
    fills: Vec<Fill>,
    memory: Vec<IndexRoom>,
    /// The buckets of the last piece of memory that are taken.
    taken: usize,
    /// For segments to come.
    room: Vec<IndexRoom>,
    /// What a segment held while it is laid out anew: entries, and their own buckets.
    moving: Vec<(u64, usize)>,
}

impl IdIndex {
    /// An index for so many ids to begin with, in segments that suit steps of `step` ids.
    pub(crate) fn new(ids: usize, step: usize) -> IdIndex {
        IdIndex::with_segments(ids, step, 0, |_| true)
    }

    /// The same with at least so many first bits, and without the segments of those that are not wanted.
    fn with_segments(ids: usize, step: usize, bits: u32, is_wanted: impl Fn(usize) -> bool) -> IdIndex {
        let largest = (step / SLOTS).next_power_of_two().clamp(1, LARGEST);
        let phase_bits = largest.trailing_zeros().min(PHASE_BITS);
        let segments = ids.div_ceil(largest * (FULL - 1)).next_power_of_two().max(1 << phase_bits.max(bits));
        let depth = segments.trailing_zeros();
        let mut index = IdIndex {
            largest,
            depth,
            directory: Vec::with_capacity(segments),
            fills: Vec::new(),
            memory: Vec::new(),
            taken: 0,
            room: Vec::new(),
            moving: Vec::new(),
        };
        for prefix in 0..segments {
            if !is_wanted(prefix >> (depth - bits)) {
                index.directory.push(Segment::NONE);
                continue;
            }
            let phase = prefix >> (depth - phase_bits);
            let more = (largest / 2 * (phase + 1)) >> phase_bits;
            let segment = index.add_segment(largest.div_ceil(2) + more, depth);
            index.directory.push(segment);
        }
        index
    }

    /// How many entries there are, those of ids included that are forgotten since.
    pub(crate) fn entries(&self) -> usize {
        self.fills.iter().map(|fill| fill.used as usize).sum()
    }

    /// How many pieces of room so many more ids will need that it has not got.
    pub(crate) fn lacks_room(&self, ids: usize) -> usize {
        // Sixteen bytes an id: segments are half full on average.
        let buckets = ids.div_ceil(SLOTS / 2);
        buckets.div_ceil(self.room_size()).saturating_sub(self.room.len())
    }

    /// How large a piece of room is: its buckets.
    pub(crate) fn room_size(&self) -> usize {
        self.largest * TOGETHER
    }

    /// Takes room for segments to come.
    pub(crate) fn give_room(&mut self, room: Vec<IndexRoom>) {
        let size = self.room_size();
        self.room.extend(room.into_iter().filter(|room| room.0.len() == size));
    }

    /// Has the processor fetch what a search for this hash reads. It does not wait for the line, but for where its page is,
    /// and finds that out for several at a time: so some are fetched one right after the other, and searched later.
    #[inline]
    pub(crate) fn fetch(&self, hash: u64) {
        let segment = self.segment_of(hash);
        prefetch_index(&self.memory[segment.piece as usize].0, segment.line(segment.own(hash)));
    }

    /// Asks `check` of every group that may have an id of this hash, and gives what it finds in the newest: an id that was
    /// forgotten and came again may be there twice.
    #[inline(always)]
    pub(crate) fn find<T>(
        &self,
        hash: u64,
        known: impl Fn() -> Groups,
        check: impl FnMut(u64) -> Option<T>,
    ) -> Option<T> {
        let segment = self.segment_of(hash);
        let own = &self.memory[segment.piece as usize].0[segment.line(segment.own(hash))];
        // So it is of nearly every id that is new.
        if !own.is_full() && !own.may_have(key(hash >> OWN_BITS, 0)) {
            return None;
        }
        self.search(segment, hash, known, check)
    }

    fn search<T>(
        &self,
        segment: Segment,
        hash: u64,
        known: impl Fn() -> Groups,
        mut check: impl FnMut(u64) -> Option<T>,
    ) -> Option<T> {
        let buckets = self.buckets(segment);
        let mut newest: Option<(u64, T)> = None;
        for step in 0..segment.steps() {
            let bucket = &buckets[segment.behind(segment.own(hash), step)];
            let wanted = key(hash >> OWN_BITS, step);
            if bucket.may_have(wanted) {
                let entries = bucket.0.iter().filter(|entry| **entry >> PLACE_BITS == wanted);
                for group in entries.flat_map(|entry| groups(*entry, known())) {
                    if newest.as_ref().is_none_or(|(found, _)| group > *found)
                        && let Some(found) = check(group)
                    {
                        newest = Some((group, found));
                    }
                }
            }
            if !bucket.is_full() {
                break;
            }
        }
        newest.map(|(_, found)| found)
    }

    /// Notes that an id of this hash is in the newest group.
    ///
    /// # Panics
    /// If far too many ids have the same hash, which a secret seed prevents.
    #[inline]
    pub(crate) fn insert(&mut self, hash: u64, known: Groups) {
        let place = 1 + known.newest % PLACES;
        let segment = self.segment_of(hash);
        let fill = &mut self.fills[segment.number as usize];
        let own = &mut self.memory[segment.piece as usize].0[segment.line(segment.own(hash))];
        let is_put = (fill.used as usize) < segment.most() && own.push(entry(hash >> OWN_BITS, 0, place));
        if is_put {
            fill.used += 1;
        } else {
            self.insert_behind(hash, place, known);
        }
    }

    /// Notes an id whose own bucket or segment is full.
    #[inline(never)]
    fn insert_behind(&mut self, hash: u64, place: u64, known: Groups) {
        loop {
            let segment = self.segment_of(hash);
            let is_full = self.fills[segment.number as usize].used as usize >= segment.most();
            if !is_full && self.put(segment, segment.own(hash), hash >> OWN_BITS, place) {
                return;
            }
            self.make_room(segment, hash, known);
        }
    }

    /// Lays a full segment out anew: without the ids that are forgotten, or as two.
    fn make_room(&mut self, segment: Segment, hash: u64, known: Groups) {
        let Fill { used, depth } = self.fills[segment.number as usize];
        let mut moving = std::mem::take(&mut self.moving);
        moving.clear();
        for (at, bucket) in self.buckets(segment).iter().enumerate() {
            let live = bucket.0.iter().filter(|entry| groups(**entry, known).next().is_some());
            moving.extend(live.map(|entry| (*entry, segment.before(at, step_of(*entry)))));
        }
        let freed = used as usize - moving.len();
        let prefix = |depth: u32| if depth == 0 { 0 } else { hash >> (64 - depth) };
        // For less it would soon be full again.
        if freed > segment.most() / 8 {
            self.lay_out(segment, prefix(depth), depth, &moving);
        } else {
            self.split(segment, prefix(depth), depth, &mut moving);
        }
        self.moving = moving;
    }

    /// Lays the entries of a segment of these first bits out as two, by the next bit.
    fn split(&mut self, segment: Segment, prefix: u64, depth: u32, moving: &mut [(u64, usize)]) {
        let depth = depth + 1;
        assert!(depth <= TAG_BITS, "hashes of ids are spread by a secret seed");
        if depth > self.depth {
            self.look_at_another_bit();
        }
        let upper = self.add_segment(segment.buckets.into(), depth);
        let is_lower = |entry: u64| (entry >> (64 - depth)) & 1 == 0;
        moving.sort_unstable_by_key(|(entry, _)| !is_lower(*entry));
        let (low, high) = moving.split_at(moving.partition_point(|(entry, _)| is_lower(*entry)));
        self.lay_out(segment, prefix << 1, depth, low);
        self.lay_out(upper, prefix << 1 | 1, depth, high);
    }

    fn look_at_another_bit(&mut self) {
        self.directory = self.directory.iter().flat_map(|segment| [*segment; 2]).collect();
        self.depth += 1;
    }

    /// Makes a segment of these entries. What finds no place near its own bucket, which hardly ever happens, makes it two.
    fn lay_out(&mut self, segment: Segment, prefix: u64, depth: u32, entries: &[(u64, usize)]) {
        self.fills[segment.number as usize] = Fill { used: 0, depth };
        self.buckets_mut(segment).fill(Bucket::VACANT);
        let shift = self.depth - depth;
        let covered = usize::try_from(prefix << shift).expect("a directory fits memory");
        self.directory[covered..covered + (1 << shift)].fill(segment);
        let is_put = |&(entry, own): &(u64, usize)| self.put(segment, own, entry >> OWN_BITS, entry & PLACES);
        if !entries.iter().all(is_put) {
            self.split(segment, prefix, depth, &mut entries.to_vec());
        }
    }

    /// Puts an entry into its own bucket or one of the next. False if they are full.
    fn put(&mut self, segment: Segment, own: usize, tag: u64, place: u64) -> bool {
        let buckets = self.buckets_mut(segment);
        let mut near = (0..segment.steps()).map(|step| (segment.behind(own, step), entry(tag, step, place)));
        let is_put = near.any(|(bucket, entry)| buckets[bucket].push(entry));
        self.fills[segment.number as usize].used += u32::from(is_put);
        is_put
    }

    fn add_segment(&mut self, buckets: usize, depth: u32) -> Segment {
        if self.memory.is_empty() || self.taken + buckets > self.room_size() {
            let room = self.room.pop().unwrap_or_else(|| IndexRoom::ready(self.room_size()));
            self.memory.push(room);
            self.taken = 0;
        }
        let count = |count: usize| u32::try_from(count).expect("an index of less than 256 GiB");
        let short = |buckets: usize| u16::try_from(buckets).expect("a piece has at most 2^14 buckets");
        let segment = Segment {
            piece: count(self.memory.len() - 1),
            first: short(self.taken),
            buckets: short(buckets),
            number: count(self.fills.len()),
        };
        self.taken += buckets;
        self.fills.push(Fill { used: 0, depth });
        segment
    }

    #[inline]
    fn segment_of(&self, hash: u64) -> Segment {
        // Two shifts, since none of the bits may count.
        let first = hash >> 1 >> (63 - self.depth);
        self.directory[usize::try_from(first).expect("a directory fits memory")]
    }

    #[inline]
    fn buckets(&self, segment: Segment) -> &[Bucket] {
        &self.memory[segment.piece as usize].0[segment.range()]
    }

    #[inline]
    fn buckets_mut(&mut self, segment: Segment) -> &mut [Bucket] {
        &mut self.memory[segment.piece as usize].0[segment.range()]
    }
}

impl Segment {
    /// Where another index has a segment.
    const NONE: Segment = Segment { piece: 0, first: 0, buckets: 0, number: 0 };

    /// The bucket that a hash belongs to.
    #[inline]
    fn own(self, hash: u64) -> usize {
        let own = ((hash & ((1 << OWN_BITS) - 1)) * u64::from(self.buckets)) >> OWN_BITS;
        usize::try_from(own).expect("a bucket of a segment")
    }

    /// Where a bucket lies in its piece of memory.
    #[inline]
    fn line(self, bucket: usize) -> usize {
        usize::from(self.first) + bucket
    }

    /// How many buckets an entry may stand in.
    #[inline]
    fn steps(self) -> usize {
        usize::from(self.buckets).min(1 << STEP_BITS)
    }

    /// The bucket so many steps behind another.
    #[inline]
    fn behind(self, bucket: usize, step: usize) -> usize {
        let behind = bucket + step;
        if behind < self.buckets.into() { behind } else { behind - usize::from(self.buckets) }
    }

    /// The bucket so many steps before another.
    fn before(self, bucket: usize, step: usize) -> usize {
        if step <= bucket { bucket - step } else { bucket + usize::from(self.buckets) - step }
    }

    /// How many entries make it full.
    fn most(self) -> usize {
        usize::from(self.buckets) * FULL
    }

    #[inline]
    fn range(self) -> std::ops::Range<usize> {
        self.line(0)..self.line(self.buckets.into())
    }
}

impl IndexRoom {
    /// Room of so many buckets, all of whose memory has been touched.
    #[must_use]
    pub fn ready(buckets: usize) -> IndexRoom {
        // Zeros alone might be had from the system, untouched.
        let mut room = vec![Bucket([1; SLOTS]); buckets];
        std::hint::black_box(&mut room).fill(Bucket::VACANT);
        IndexRoom(room.into_boxed_slice())
    }
}

#[cfg(test)]
mod tests;
