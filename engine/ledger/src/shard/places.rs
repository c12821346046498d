//! Where accounts live: an account's shard and the place of its row there follow from its number.

use crate::ids::{AccountId, ShardId};

/// The shard of an account among `shards`.
#[must_use]
#[inline]
pub fn shard_of(account: AccountId, shards: u16) -> ShardId {
    // To ask costs less than to divide, and one shard is the default.
    if shards == 1 {
        return ShardId(0);
    }
    let index = account.0 - 1;
    ShardId(u16::try_from(index % u64::from(shards)).expect("a remainder of a u16 fits a u16"))
}

/// The place of an account's row in its shard, among `shards`.
#[must_use]
#[inline]
pub fn place_of(account: AccountId, shards: u16) -> u32 {
    let index = account.0 - 1;
    let place = if shards == 1 { index } else { index / u64::from(shards) };
    u32::try_from(place).expect("a shard holds at most 2^32 accounts")
}

pub(super) fn slot_of(shard: ShardId, shards: u16, account: AccountId) -> Option<usize> {
    let index = account.index()? as u64;
    (index % u64::from(shards) == u64::from(shard.0)).then(|| place_of(account, shards) as usize)
}

pub(super) fn account_at(shard: ShardId, shards: u16, slot: usize) -> AccountId {
    let slot = slot as u64;
    let index = if shards == 1 { slot } else { slot * u64::from(shards) + u64::from(shard.0) };
    AccountId(index + 1)
}
