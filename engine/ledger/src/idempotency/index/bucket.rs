//! A bucket of the index, one cache line, and the entries in it.

use crate::idempotency::index::Groups;

pub(super) const SLOTS: usize = 8;
pub(super) const STEP_BITS: u32 = 3;
pub(super) const PLACE_BITS: u32 = 25;
pub(super) const TAG_BITS: u32 = 64 - STEP_BITS - PLACE_BITS;
/// The bits of a hash that choose a bucket: those that no entry has.
pub(super) const OWN_BITS: u32 = 64 - TAG_BITS;
/// Places count on from 1 after so many: 0 is of an entry that is vacant.
pub(super) const PLACES: u64 = (1 << PLACE_BITS) - 1;

/// One cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Bucket(pub(super) [u64; SLOTS]);

impl Bucket {
    pub(super) const VACANT: Bucket = Bucket([0; SLOTS]);

    /// Whether an entry may begin with this: half of it is compared, of all of them at once, since a branch for each would
    /// cost more than it spares.
    #[inline]
    pub(super) fn may_have(&self, wanted: u64) -> bool {
        let wanted = upper(wanted << PLACE_BITS);
        self.0.iter().fold(false, |is, entry| is | (upper(*entry) == wanted))
    }

    /// Whether all slots are taken: they are filled one after the other.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.0[SLOTS - 1] != 0
    }

    /// Takes an entry. False if it is full.
    #[inline]
    pub(super) fn push(&mut self, entry: u64) -> bool {
        const _: () = assert!(PLACE_BITS <= 32, "no entry has place 0, which is in the lower half");
        let taken: u32 = self.0.iter().map(|entry| u32::from(lower(*entry) != 0)).sum();
        let vacant = self.0.get_mut(taken as usize);
        vacant.map(|slot| *slot = entry).is_some()
    }
}

#[inline]
fn upper(entry: u64) -> u32 {
    u32::try_from(entry >> 32).expect("half of 64 bits")
}

#[inline]
fn lower(entry: u64) -> u32 {
    u32::try_from(entry & u64::from(u32::MAX)).expect("half of 64 bits")
}

/// What an entry begins with that stands so many steps behind its own bucket.
#[inline]
pub(super) fn key(tag: u64, step: usize) -> u64 {
    tag << STEP_BITS | step as u64
}

#[inline]
pub(super) fn entry(tag: u64, step: usize, place: u64) -> u64 {
    key(tag, step) << PLACE_BITS | place
}

pub(super) fn step_of(entry: u64) -> usize {
    usize::try_from(entry >> PLACE_BITS & ((1 << STEP_BITS) - 1)).expect("three bits")
}

/// The groups that are still known among those that an entry may mean: places come again after [`PLACES`] groups.
#[inline]
pub(super) fn groups(entry: u64, known: Groups) -> impl Iterator<Item = u64> {
    let place = entry & PLACES;
    let behind = (known.newest % PLACES + 1 + PLACES - place) % PLACES;
    let newest = known.newest.checked_sub(behind).filter(|_| place != 0);
    std::iter::successors(newest, |group| group.checked_sub(PLACES))
        .take_while(move |group| *group >= known.oldest)
}
