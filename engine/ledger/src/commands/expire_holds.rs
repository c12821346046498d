//! Holds expire: at the first frame whose logged time has reached the moment, by a record of their own, before anything
//! that arrives after it. No timer decides: the logged time does.

use std::collections::BTreeMap;

use crate::commands::outcome::{AwaitShards, Outcome, Replies};
use crate::ids::ShardId;
use crate::money::date::Date;
use crate::shard::order::{ExpireHolds, Expired};
use crate::state::State;
use crate::transaction::effect::{Effect, EffectKind};

/// Holds that are expiring.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expire;

/// Lets all holds expire whose moment has come.
pub(crate) fn begin(state: &mut State) -> Outcome {
    let (frame, time_us) = (state.output.frame.number, state.output.frame.time_us);
    let mut by_shard: BTreeMap<ShardId, Vec<(Effect, Date)>> = BTreeMap::new();
    while let Some((account, key)) = state.holds.take_due(time_us) {
        let date = state.books.date_of(account).expect("a hold belongs to an account");
        let effect = Effect { account, key, what: EffectKind::Expire };
        by_shard.entry(state.shard_of(account)).or_default().push((effect, date));
    }
    let queries =
        by_shard.into_iter().map(|(shard, effects)| (shard, ExpireHolds { frame, effects, time_us }));
    Outcome::wait(Expire, queries.collect())
}

impl AwaitShards for Expire {
    type Query = ExpireHolds;

    fn finish(self, state: &mut State, replies: Replies<ExpireHolds>) -> Outcome {
        for (shard, Expired { written, rows, later }) in replies {
            state.take_rows(shard, written, &rows);
            state.holds.expire_later(later);
        }
        Outcome::Done
    }
}
