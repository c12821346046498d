//! The round being formed or under way: its transactions, and what is said to the shards of them.

use std::collections::HashSet;

use foldhash::fast::FixedState;

use crate::account::row::Verdict;
use crate::ids::{EntityId, ShardId, TransactionKey};
use crate::money::date::Date;
use crate::schedule::conflicts::Pins;
use crate::schedule::hot_legs::HotLegs;
use crate::schedule::jobs::JobRef;
use crate::shard::round::ShardRound;
use crate::state::gated_leg::LegRange;

/// A transaction that gets its record in this round.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) what: JobRef,
    pub(super) verdict: Verdict,
    pub(super) entity: EntityId,
    pub(super) date: Date,
    /// Its legs on hot accounts.
    pub(super) hot: LegRange,
    /// Whether the gates have been told what became of it: it was prepared in the round before.
    pub(super) gates_know: bool,
}

/// A transaction that shards vote on in this round, and that settles in the next.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    pub(super) item: Item,
    /// How many shards vote on it.
    pub(super) participants: u16,
}

/// The round being formed or under way.
#[derive(Clone, Debug, Default)]
pub(super) struct RoundBuilder {
    /// In order of their records.
    pub(super) items: Vec<Item>,
    /// The ordinal of the first item.
    pub(super) base: u32,
    /// In order of arrival.
    pub(super) prepared: Vec<Prepared>,
    /// The shards that vote on each of them, one after the other.
    pub(super) participants: Vec<ShardId>,
    /// By shard: the items behind the parts of its visit, the prepared ones behind the parts to be voted on.
    pub(super) visits: Vec<(Vec<u32>, Vec<u32>)>,
    pub(super) rounds: Vec<ShardRound>,
    pub(super) touched: Vec<usize>,
    /// Of the items and of what is prepared.
    pub(super) hot_legs: HotLegs,
    /// The ordinary accounts that open transactions touch.
    pub(super) pins: Pins,
    /// Originals that an undecided transaction of this round names.
    pub(super) originals: HashSet<TransactionKey, FixedState>,
    /// Whether enough legs were counted to judge which accounts are hot.
    pub(super) judgement_due: bool,
}

impl RoundBuilder {
    pub(super) fn new(shards: u16) -> RoundBuilder {
        let shards = usize::from(shards);
        RoundBuilder {
            visits: vec![(Vec::new(), Vec::new()); shards],
            rounds: vec![ShardRound::default(); shards],
            ..RoundBuilder::default()
        }
    }

    /// The index of the next item.
    pub(super) fn next_index(&self) -> u32 {
        u32::try_from(self.items.len()).expect("a round is capped far below 2^32")
    }
}
