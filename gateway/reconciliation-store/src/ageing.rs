//! How long breaks have been there (账龄).

use std::collections::BTreeMap;

use longmen_ledger::{Currency, Date};

use crate::breaks::Break;
use crate::names::Channel;

/// The most days of each bucket but the last, which has everything older.
pub const AGES: [u32; 4] = [1, 3, 7, 30];

/// Breaks of one age.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    pub breaks: u64,
    /// What the channel has above the books, in minor units.
    pub long: i128,
    /// What the books have above the channel, in minor units; positive.
    pub short: i128,
    /// By how much the channel's fees are above the books', in minor units.
    pub fee: i128,
}

/// The breaks of a channel in one currency that have not ended, by age: what waits as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ageing {
    pub channel: Channel,
    pub currency: Currency,
    /// At most 1, 3, 7 and 30 days, and more.
    pub buckets: [Bucket; AGES.len() + 1],
}

/// Sorts breaks by how old they are on a date.
#[derive(Debug)]
pub(crate) struct Ages {
    on: Date,
    buckets: BTreeMap<(Channel, &'static str), [Bucket; AGES.len() + 1]>,
}

impl Ages {
    pub(crate) fn on(on: Date) -> Ages {
        Ages { on, buckets: BTreeMap::new() }
    }

    pub(crate) fn add(&mut self, found: &Break) {
        let days = self.on.days().saturating_sub(found.since.days());
        let place = AGES.iter().position(|most| days <= *most).unwrap_or(AGES.len());
        let buckets = self.buckets.entry((found.channel.clone(), found.currency.code())).or_default();
        let (bucket, lack) = (&mut buckets[place], found.finding.lack());
        bucket.breaks += 1;
        bucket.long += lack.gross.max(0);
        bucket.short += (-lack.gross).max(0);
        bucket.fee += lack.fee;
    }

    pub(crate) fn end(self) -> Vec<Ageing> {
        let ageing = |((channel, code), buckets)| Ageing {
            channel,
            currency: Currency::from_code(code).expect("it is the code of a currency"),
            buckets,
        };
        self.buckets.into_iter().map(ageing).collect()
    }
}
