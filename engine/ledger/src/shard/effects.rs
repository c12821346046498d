//! A shard's part in transactions that move holds: judging them beside their legs, and booking them in order.

use crate::account::AccountState;
use crate::account::cold_row::MAX_HOLDS;
use crate::account::hold::{Hold, HoldKind, HoldMove};
use crate::account::row::{Row, Verdict, first_of};
use crate::account::states::Touch;
use crate::ids::AccountId;
use crate::money::date::Date;
use crate::record::entry::{Counting, Held};
use crate::rejection::Rejection;
use crate::shard::Shard;
use crate::shard::judging::net_at_first;
use crate::shard::round::{Part, ShardLeg};
use crate::transaction::effect::{Effect, EffectKind};

impl Shard {
    /// What holds back, on this side, a transaction that moves holds or is forced.
    pub(super) fn judge_action(&self, part: &Part, legs: &[ShardLeg], effects: &[Effect]) -> Verdict {
        let holds = effects.iter().map(|effect| self.judge_hold(effect)).fold(None, first_of);
        if holds.is_some_and(|(rejection, _)| rejection.group() < Rejection::AccountState.group()) {
            // What would be freed is not known, and nothing that comes later in the order could take precedence.
            return holds;
        }
        let mut verdict = holds;
        for (index, leg) in legs.iter().enumerate() {
            let row = &self.rows[leg.slot as usize];
            let effect = effects.iter().find(|effect| self.slot_of(effect.account) == leg.slot as usize);
            verdict = first_of(verdict, admits_leg(row, leg, part.forced, effect));
            if let Some(net) = net_at_first(legs, index).filter(|_| !part.forced) {
                let freed = effect.map_or(0, |effect| self.freed(effect));
                verdict = first_of(verdict, row.affords(net, freed, leg.step));
                let spends = effect.and_then(|effect| self.spending(effect));
                verdict = first_of(verdict, spends.and_then(|spends| spends.covered(row, net, leg.step)));
                if spends.is_none_or(|spends| !spends.waives_limits()) {
                    verdict = first_of(verdict, self.within(leg.slot as usize, net, part.date, leg.step));
                }
            }
        }
        for effect in effects {
            let slot = self.slot_of(effect.account);
            if !part.forced
                && !effect.seizes(self.hold(slot, effect))
                && !legs.iter().any(|leg| leg.slot as usize == slot)
            {
                verdict = first_of(verdict, self.rows[slot].affords(0, self.freed(effect), 0));
            }
        }
        verdict
    }

    /// What the hold itself and the states of its account say.
    fn judge_hold(&self, effect: &Effect) -> Verdict {
        let slot = self.slot_of(effect.account);
        let row = &self.rows[slot];
        match effect.on(self.hold(slot, effect)) {
            Err(rejection) => Some((rejection, 0)),
            Ok((hold, moved, amount)) => {
                let opens = moved == HoldMove::Frozen && self.open_holds(slot) >= MAX_HOLDS;
                let more = moved.signed(amount);
                let limit = opens || row.frozen.checked_add(more).is_none();
                let limit = limit.then_some((Rejection::LimitExceeded, 0));
                first_of(row.admits(effect.touch(&hold), 0), limit)
            }
        }
    }

    /// What an effect adds to what is available.
    fn freed(&self, effect: &Effect) -> i64 {
        let moved = effect.on(self.hold(self.slot_of(effect.account), effect));
        moved.map_or(0, |(_, moved, amount)| -moved.signed(amount))
    }

    /// How an effect spends its hold, if it does.
    fn spending(&self, effect: &Effect) -> Option<Spending> {
        let EffectKind::Consume { forced, .. } = effect.what else { return None };
        let slot = self.slot_of(effect.account);
        let judicial = self.hold(slot, effect)?.terms.kind == HoldKind::Judicial;
        let before = self.cold_row(slot).map_or(0, |cold_row| cold_row.held_before(effect.key));
        Some(Spending { judicial, forced, before })
    }

    fn hold(&self, slot: usize, effect: &Effect) -> Option<&Hold> {
        self.cold_row(slot)?.holds.get(&effect.key)
    }

    fn open_holds(&self, slot: usize) -> usize {
        self.cold_row(slot)
            .map_or(0, |cold_row| cold_row.holds.values().filter(|hold| hold.remaining > 0).count())
    }

    /// Books a transaction that moves holds: what frees, its legs, what freezes.
    pub(super) fn book_action(&mut self, part: &Part, legs: &[ShardLeg], effects: &[Effect]) {
        // A court's taking, and what is forced, is no transaction of the holder: his day limit is not used by it.
        let waived =
            effects.iter().filter(|effect| self.spending(effect).is_some_and(Spending::waives_limits));
        let waived: Vec<usize> = waived.map(|effect| self.slot_of(effect.account)).collect();
        effects
            .iter()
            .filter(|effect| effect.frees())
            .for_each(|effect| self.write_hold(Some(part.ordinal), effect, part.date));
        self.book_legs(part, legs, |leg| match waived.contains(&(leg.slot as usize)) {
            true => Counting::Nothing,
            false => part.counting,
        });
        effects
            .iter()
            .filter(|effect| !effect.frees())
            .for_each(|effect| self.write_hold(Some(part.ordinal), effect, part.date));
    }

    /// Lets a hold expire, if anything of it remains and its moment has come at this time; gives a moment that is yet to come.
    pub(super) fn expire(&mut self, effect: &Effect, date: Date, time_us: i64) -> Option<i64> {
        let hold = self.hold(self.slot_of(effect.account), effect).filter(|hold| hold.remaining > 0)?;
        let moment = hold.terms.expires_us?;
        if moment <= time_us {
            self.write_hold(None, effect, date);
            return None;
        }
        Some(moment)
    }

    fn write_hold(&mut self, transaction: Option<u32>, effect: &Effect, date: Date) {
        let slot = self.slot_of(effect.account);
        let at = self.next_position();
        let (hold, moved, amount) = effect
            .on(self.hold(slot, effect))
            .expect("a hold is moved only after it was judged, and pinned since");
        if amount == 0 {
            return;
        }
        let row = &self.rows[slot];
        let frozen_after = row.frozen + moved.signed(amount);
        let (account, previous) = (effect.account, row.last);
        let held = Held { account, previous, transaction, moved, amount, hold, frozen_after, date };
        held.write(&mut self.written.section);
        self.written.records += 1;
        self.rows[slot].hold(&held, at);
        self.keep_hold(slot, held.hold);
    }

    /// Keeps a hold as its last record has it.
    pub(super) fn keep_hold(&mut self, slot: usize, hold: Hold) {
        self.cold_row_mut(slot).keep(hold);
    }

    /// The holds of this shard's accounts of which something remains, by account and name; of one account all there are.
    #[must_use]
    pub fn holds(&self, of: Option<AccountId>) -> Vec<(AccountId, Hold)> {
        let rows = self.rows().filter(|(account, row)| of.map_or(row.frozen > 0, |of| of == *account));
        let holds = rows.flat_map(|(account, _)| {
            let cold_row = self.cold_row(self.slot_of(account)).into_iter();
            cold_row.flat_map(|cold_row| cold_row.holds.values()).map(move |hold| (account, hold.clone()))
        });
        holds.filter(|(_, hold)| of.is_some() || hold.remaining > 0).collect()
    }

    /// Every hold that may still be named or may still expire.
    pub fn all_holds(&self) -> impl Iterator<Item = (AccountId, &Hold)> {
        self.rows().flat_map(|(account, _)| {
            let cold_row = self.cold_row(self.slot_of(account)).into_iter();
            cold_row.flat_map(|cold_row| cold_row.holds.values()).map(move |hold| (account, hold))
        })
    }
}

/// How a hold is spent.
#[derive(Clone, Copy, Debug)]
struct Spending {
    judicial: bool,
    forced: bool,
    /// What the holds before it in line set aside.
    before: i128,
}

impl Spending {
    /// Whether the money is there: a hold sets aside what may be gone, by a forced reversal or because income was carried
    /// forward, and a court's may never have been there. It comes behind the holds before it and the withholding reserve,
    /// unless it is forced; then nothing bounds it but what remains of it, and a court's what the account has.
    fn covered(self, row: &Row, net: i128, step: u16) -> Verdict {
        let natural = row.normal().natural(net);
        if natural >= 0 || row.may_go_negative() || self.forced && !self.judicial {
            return None;
        }
        let set_aside = if self.forced { 0 } else { self.before + i128::from(row.withholding) };
        let left = row.normal().natural(row.balance) + natural + i128::from(row.overdraft_limit);
        (left < set_aside).then_some((Rejection::InsufficientFunds, step))
    }

    /// Whether the account's own limits say nothing to it: they are its holder's, not a court's.
    fn waives_limits(self) -> bool {
        self.judicial || self.forced
    }
}

/// What the states say to a leg beside a hold that is spent: the outgoing legs of the held account were judged as the
/// spending of it.
fn admits_leg(row: &Row, leg: &ShardLeg, forced: bool, effect: Option<&Effect>) -> Verdict {
    if forced {
        let closed = row.account_state == AccountState::Closed;
        return closed.then_some((Rejection::AccountState, leg.step));
    }
    let spends = effect.is_some_and(|effect| matches!(effect.what, EffectKind::Consume { .. }));
    let outgoing = row.normal().natural(leg.side.signed(leg.amount)) < 0;
    if spends && outgoing { None } else { row.admits(Touch::of_leg(leg.side, leg.amount), leg.step) }
}
