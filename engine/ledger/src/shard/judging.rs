//! What a shard decides of a round: what is executed at once, what is prepared, and what becomes of that.

use std::slice::from_ref;

use prefetch_index::prefetch_index;

use crate::account::row::{Row, Verdict, first_of};
use crate::account::states::Touch;
use crate::money::date::Date;
use crate::shard::Shard;
use crate::shard::round::{Part, ShardLeg, Visit};
use crate::transaction::effect::Effect;

/// The rows of legs are fetched while so many legs before them are judged and posted.
const FETCHED_AHEAD: usize = 32;

impl Shard {
    pub(super) fn resolve(&mut self, outcomes: &[Option<u32>]) {
        let mut prepared = std::mem::take(&mut self.prepared);
        let votes = std::mem::take(&mut self.votes);
        assert_eq!(outcomes.len(), votes.len(), "a reservation lives for exactly one round");
        for ((part, legs, effects), (outcome, vote)) in prepared.iter().zip(outcomes.iter().zip(votes)) {
            if vote {
                self.for_each_outgoing(legs, |row, amount| row.reserved -= amount);
            }
            if let Some(ordinal) = outcome {
                assert!(vote, "only what every shard voted for is settled");
                self.book(&Part { ordinal: *ordinal, ..*part }, legs, effects);
            }
        }
        prepared.clear();
        self.prepared = prepared;
    }

    pub(super) fn execute_all(&mut self, visit: &Visit) -> Vec<Verdict> {
        let mut verdicts = Vec::with_capacity(visit.parts.len());
        let mut ahead = visit.legs.iter();
        ahead.by_ref().take(FETCHED_AHEAD).for_each(|leg| self.fetch(leg));
        for (part, legs, effects) in visit.iter() {
            ahead.by_ref().take(legs.len()).for_each(|leg| self.fetch(leg));
            verdicts.push(self.execute(part, legs, effects));
        }
        verdicts
    }

    /// Has the processor fetch the row of a leg, while it does something else.
    #[inline]
    fn fetch(&self, leg: &ShardLeg) {
        let row = &self.rows[leg.slot as usize];
        // A row is two cache lines: one has its balance, the other its attributes.
        prefetch_index(from_ref(&row.balance), 0);
        prefetch_index(from_ref(&row.last), 0);
    }

    #[inline]
    fn execute(&mut self, part: &Part, legs: &[ShardLeg], effects: &[Effect]) -> Verdict {
        let verdict = self.judge(part, legs, effects);
        if verdict.is_none() && !part.examine {
            self.book(part, legs, effects);
        }
        verdict
    }

    pub(super) fn prepare(&mut self, part: &Part, legs: &[ShardLeg], effects: &[Effect]) -> Verdict {
        let verdict = self.judge(part, legs, effects);
        if verdict.is_none() {
            self.for_each_outgoing(legs, |row, amount| row.reserved += amount);
        }
        verdict
    }

    /// What holds a transaction back on this side, by the order of precedence. Funds and limits are judged on the
    /// net effect on each account.
    #[inline]
    fn judge(&self, part: &Part, legs: &[ShardLeg], effects: &[Effect]) -> Verdict {
        if part.forced || !effects.is_empty() {
            return self.judge_action(part, legs, effects);
        }
        let mut verdict = None;
        for (index, leg) in legs.iter().enumerate() {
            let row = &self.rows[leg.slot as usize];
            let mut note = |refused: Verdict| {
                if refused.is_some() {
                    verdict = first_of(verdict, refused);
                }
            };
            note(row.admits(Touch::of_leg(leg.side, leg.amount), leg.step));
            if let Some(net) = net_at_first(legs, index) {
                note(row.affords(net, 0, leg.step));
                if row.limited() {
                    note(self.within(leg.slot as usize, net, part.date, leg.step));
                }
            }
        }
        verdict
    }

    /// What the limits per transaction and day say to a net movement. Few accounts have any, so it is no part of the judging.
    #[cold]
    #[inline(never)]
    pub(crate) fn within(&self, slot: usize, net: i128, date: Date, step: u16) -> Verdict {
        self.cold_row(slot)?.within(net, date, step)
    }

    fn for_each_outgoing(&mut self, legs: &[ShardLeg], mut reserve: impl FnMut(&mut Row, i128)) {
        for (index, leg) in legs.iter().enumerate() {
            let row = &mut self.rows[leg.slot as usize];
            match net_at_first(legs, index).map(|net| row.normal().natural(net)) {
                Some(natural) if natural < 0 && !row.may_go_negative() => reserve(row, -natural),
                _ => {}
            }
        }
    }
}

/// The net movement of the account of leg `index` over all legs, debit-positive, if it is the first leg on that account:
/// funds and limits are judged on the net effect, once for each account.
#[inline]
pub(crate) fn net_at_first(legs: &[ShardLeg], index: usize) -> Option<i128> {
    let of = legs[index].slot;
    if legs[..index].iter().any(|leg| leg.slot == of) {
        return None;
    }
    Some(legs[index..].iter().filter(|leg| leg.slot == of).map(|leg| leg.side.signed(leg.amount)).sum())
}
