//! A table of transaction ids of fixed capacity.

use crate::idempotency::decided::{Decided, Known};
use crate::ids::{ClientId, TransactionId};
use crate::record::head::Outcome;

/// 48 bytes an id, side by side in order of arrival.
#[derive(Clone, Debug)]
struct Slot {
    id: [u64; 2],
    content: u64,
    /// The frame, shifted by 16, over the outcome's number.
    frame_outcome: u64,
    ordinal: u32,
    client: u32,
    step: u16,
    pending: bool,
}

/// A fixed number of ids in order of arrival: nothing in it ever moves.
#[derive(Clone, Debug)]
pub struct IdTable {
    capacity: usize,
    slots: Vec<Slot>,
    /// Whether all its memory has been touched.
    is_ready: bool,
}

impl IdTable {
    /// The most ids of one table: a place in it is a u32.
    pub(crate) const MOST: usize = 1 << 26;

    /// A table whose memory the system finds and clears where it is touched: made at once, and its writer waits for
    /// that.
    pub(crate) fn lazy(capacity: usize) -> IdTable {
        IdTable { capacity, slots: Vec::with_capacity(capacity), is_ready: false }
    }

    /// A table whose memory has all been touched: it takes a while to make, and nobody waits when it fills.
    #[must_use]
    pub fn ready(capacity: usize) -> IdTable {
        let mut slots = vec![Slot::VACANT; capacity];
        slots.clear();
        IdTable { capacity, slots, is_ready: true }
    }

    /// A full table emptied, its memory ready for other ids.
    ///
    /// # Panics
    /// If it is not full: memory that was never touched is not ready.
    #[must_use]
    pub fn emptied(mut self) -> IdTable {
        assert!(self.is_full(), "a table is used again when it was full");
        self.slots.clear();
        self.is_ready = true;
        self
    }

    /// Takes no more ids than it has, where further ones would have to wait for memory.
    pub(crate) fn close_if_lazy(&mut self) {
        if !self.is_ready && !self.slots.is_empty() {
            self.capacity = self.slots.len();
        }
    }

    /// How many ids it takes.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// How many ids are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Whether it takes no more.
    #[must_use]
    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.slots.len() == self.capacity
    }

    /// The place of an id, which is looked for among so many from `first` on.
    #[inline]
    pub(crate) fn find(
        &self,
        first: usize,
        count: usize,
        client: ClientId,
        id: TransactionId,
    ) -> Option<u32> {
        let key = split(id);
        let slots = self.slots.get(first..)?;
        let is_it = |slot: &Slot| slot.id == key && slot.client == client.0;
        // The newest, where an id is there twice.
        let found = first + slots[..count.min(slots.len())].iter().rposition(is_it)?;
        Some(u32::try_from(found).expect("a table holds at most 2^26 ids"))
    }

    /// Notes that an id is under way, and gives its place.
    ///
    /// # Panics
    /// If the table is full.
    pub(crate) fn push(&mut self, client: ClientId, id: TransactionId) -> u32 {
        assert!(!self.is_full(), "a table of ids takes no more than it was made for");
        let place = u32::try_from(self.slots.len()).expect("a table holds at most 2^26 ids");
        self.slots.push(Slot { id: split(id), client: client.0, ..Slot::VACANT });
        place
    }

    /// Notes the first result of the id at this place.
    ///
    /// # Panics
    /// If the id is decided already: a transaction is decided once.
    #[inline]
    pub(crate) fn decide(&mut self, place: u32, decided: &Decided) {
        let slot = &mut self.slots[place as usize];
        assert!(slot.pending, "transaction {} of client {} is decided once", join(slot.id), slot.client);
        slot.content = decided.content;
        slot.frame_outcome = decided.frame << 16 | u64::from(decided.outcome.number());
        slot.ordinal = decided.ordinal;
        slot.step = decided.step;
        slot.pending = false;
    }

    #[inline]
    pub(crate) fn known(&self, place: u32) -> Known {
        self.slots[place as usize].known()
    }

    /// The id at this place.
    pub(crate) fn id(&self, place: u32) -> (ClientId, TransactionId) {
        let slot = &self.slots[place as usize];
        (ClientId(slot.client), join(slot.id))
    }

    /// The first result of the id at this place.
    ///
    /// # Panics
    /// If it is still under way.
    pub(crate) fn decided(&self, place: u32) -> Decided {
        match self.known(place) {
            Known::Decided(decided) => decided,
            Known::Pending => panic!("a table is archived when all its ids are decided"),
        }
    }
}

impl Slot {
    const VACANT: Slot =
        Slot { id: [0; 2], content: 0, frame_outcome: 0, ordinal: 0, client: 0, step: 0, pending: true };

    #[inline]
    fn known(&self) -> Known {
        if self.pending {
            return Known::Pending;
        }
        let number = u16::try_from(self.frame_outcome & 0xffff).expect("sixteen bits");
        Known::Decided(Decided {
            content: self.content,
            outcome: Outcome::from_number(number).expect("only outcomes are kept"),
            step: self.step,
            frame: self.frame_outcome >> 16,
            ordinal: self.ordinal,
        })
    }
}

fn split(id: TransactionId) -> [u64; 2] {
    let bytes = id.0.to_le_bytes();
    let (low, high) = bytes.split_at(8);
    [low, high].map(|half| u64::from_le_bytes(half.try_into().expect("half of 16 bytes is 8")))
}

fn join(id: [u64; 2]) -> TransactionId {
    TransactionId(u128::from(id[1]) << 64 | u128::from(id[0]))
}
