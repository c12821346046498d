//! What a round asks of a shard, and what the shard answers: plain values.

use crate::account::row::Verdict;
use crate::ids::{AccountId, UnitId};
use crate::money::amount::{Amount, Side};
use crate::money::date::Date;
use crate::record::entry::Counting;
use crate::transaction::effect::Effect;

/// One leg of a transaction, as the shard of its account sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardLeg {
    /// The place of the account's row in the shard.
    pub slot: u32,
    /// The leg's step.
    pub step: u16,
    /// Debit or credit.
    pub side: Side,
    /// Minor units.
    pub amount: Amount,
}

/// One transaction's legs in one shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The ordinal of its record in the frame; not known yet for what is prepared.
    pub ordinal: u32,
    /// How many of the visit's legs are its.
    pub legs: u16,
    /// How many of the visit's effects on holds are its.
    pub effects: u16,
    /// Whether funds, limits and states but a closed account are set aside.
    pub forced: bool,
    /// Judge, but do not post: it is refused elsewhere, and its place in the order of precedence must be known.
    pub examine: bool,
    /// Whether the balances after its legs are wanted.
    pub want_balances: bool,
    /// How it counts against day limits.
    pub counting: Counting,
    /// Its accounting date.
    pub date: Date,
}

const _: () = assert!(size_of::<Part>() == 16, "a part is two words");

/// Parts in order of arrival, with their legs side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visit {
    pub parts: Vec<Part>,
    /// The legs of all parts, one after the other.
    pub legs: Vec<ShardLeg>,
    /// The effects on holds of all parts, one after the other.
    pub effects: Vec<Effect>,
}

impl Visit {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Part, &[ShardLeg], &[Effect])> {
        let (mut legs, mut effects) = (self.legs.as_slice(), self.effects.as_slice());
        self.parts.iter().map(move |part| {
            let (of_part, rest) = legs.split_at(usize::from(part.legs));
            legs = rest;
            let (effects_of_part, rest) = effects.split_at(usize::from(part.effects));
            effects = rest;
            (part, of_part, effects_of_part)
        })
    }

    /// Adds what another visit has.
    pub(crate) fn append(&mut self, other: &Visit) {
        self.parts.extend_from_slice(&other.parts);
        self.legs.extend_from_slice(&other.legs);
        self.effects.extend_from_slice(&other.effects);
    }

    pub(crate) fn clear(&mut self) {
        self.parts.clear();
        self.legs.clear();
        self.effects.clear();
    }
}

/// What a round asks of a shard, done in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShardRound {
    /// The open frame.
    pub frame: u64,
    /// What became of each part that the last round prepared, in its order: settle with this ordinal, or release.
    pub resolve: Vec<Option<u32>>,
    /// Transactions that live in this shard alone: decide and post in one visit.
    pub execute: Visit,
    /// Transactions over several shards: decide and reserve.
    pub prepare: Visit,
    /// Empty memory for the entries.
    pub section: Vec<u8>,
}

impl ShardRound {
    /// Leaves nothing of it but its memory.
    pub(crate) fn clear(&mut self) {
        self.resolve.clear();
        self.execute.clear();
        self.prepare.clear();
    }
}

/// The answer to a round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShardAnswer {
    /// Of each executed part, what holds it back.
    pub verdicts: Vec<Verdict>,
    /// Of each prepared part, what holds it back.
    pub votes: Vec<Verdict>,
    /// What was written.
    pub written: Written,
    /// The round, emptied: its memory serves the next one.
    pub spent: ShardRound,
}

/// What a shard has written into the open frame since it was asked last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Entries, to be appended to the shard's section.
    pub section: Vec<u8>,
    /// How many.
    pub records: u32,
    /// Debits less credits by unit, where they differ.
    pub nets: Vec<(UnitId, i128)>,
    /// Balances after the legs for which they were wanted.
    pub balances: Vec<BalanceAfter>,
}

/// The balance of an account right after a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BalanceAfter {
    /// The ordinal of the transaction in the frame.
    pub ordinal: u32,
    /// The leg.
    pub step: u16,
    /// Natural.
    pub balance: i128,
}

/// All legs on one hot account since its last entry, merged by its batching actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merge {
    pub account: AccountId,
    /// The accounting date of all of them.
    pub date: Date,
    /// How many legs.
    pub count: u32,
    /// The sum of the debit legs.
    pub debit: i128,
    /// The sum of the credit legs.
    pub credit: i128,
}
