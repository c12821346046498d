//! Holds that expire: at the first frame whose logged time has reached the moment, by a record of their own, before
//! anything that arrives after it. No timer decides: the logged time does.

use crate::ids::ShardId;
use crate::schedule::barrier::Barrier;
use crate::schedule::{Coordinator, Step};
use crate::shard::order::{ShardOrder, ShardReply};
use crate::transaction::effect::{Effect, EffectKind};

impl Coordinator {
    /// The next moment at which a hold expires, in microseconds since 1970: whoever drives the coordinator asks for the
    /// next step then, if nothing else comes.
    #[must_use]
    pub fn next_expiry(&self) -> Option<i64> {
        self.holds.next_expiry()
    }

    /// Whether a hold expires at the time of the open frame.
    pub(super) fn expiry_is_due(&self) -> bool {
        self.next_expiry().is_some_and(|moment| moment <= self.output.frame.time_us)
    }

    /// Lets the holds expire whose moment has come, once everything that arrived before is decided.
    pub(super) fn next_expiring(&mut self, now_us: i64) -> Option<Step> {
        let first = self.next_expiry()?;
        if first > now_us.max(self.output.frame.time_us) {
            return None;
        }
        self.set_time(now_us);
        let settled = self.backlog.deferred.is_empty()
            && self.round.prepared.is_empty()
            && self.backlog.exclusive.is_nothing();
        if !self.expiry_is_due() || !settled {
            return None;
        }
        self.merge_first().or_else(|| Some(self.expire_due()))
    }

    fn expire_due(&mut self) -> Step {
        let mut orders: Vec<(ShardId, ShardOrder)> = Vec::new();
        while let Some((account, key)) = self.holds.take_due(self.output.frame.time_us) {
            let date = self.books.date_of(account).expect("a hold belongs to an account");
            let effects = vec![Effect { account, key, what: EffectKind::Expire }];
            orders.push((
                self.shard_of(account),
                ShardOrder::Expire { frame: self.output.frame.number, effects, date },
            ));
        }
        self.wait(Barrier::Expired, orders)
    }

    pub(super) fn end_expiry(&mut self, replies: Vec<(ShardId, ShardReply)>) {
        for (shard, reply) in replies {
            let ShardReply::Expired(written, rows) = reply else {
                panic!("an expiry is answered by what was written")
            };
            self.output.frame.take_written(shard, written);
            for (account, row) in rows {
                self.hot.renew(account, &row, &self.books);
            }
        }
    }
}
