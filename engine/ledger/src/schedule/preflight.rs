//! The preflight of a transaction: what its accounts say about it before any row is looked at.

use crate::account::row::Verdict;
use crate::actions::plan::Plan;
use crate::batch::{Batch, Transaction};
use crate::ids::{EntityId, ShardId};
use crate::money::date::Date;
use crate::rejection::Rejection;
use crate::schedule::Coordinator;
use crate::schedule::booking::is_judged;
use crate::shard::places::shard_of;
use crate::state::descriptor::LegKinds;
use crate::transaction::leg::{Leg, balances_by};

/// What the accounts of a transaction say, before any row is looked at.
pub(super) struct Preflight {
    /// A question of shape that needs the accounts.
    pub(super) shape: Verdict,
    /// The first step whose account does not exist.
    pub(super) unknown: Option<u16>,
    pub(super) entity: EntityId,
    /// Whether all accounts are of that one.
    pub(super) one_entity: bool,
    pub(super) date: Date,
    pub(super) one_date: bool,
    pub(super) hot: bool,
    pub(super) spans: bool,
    pub(super) shard: Option<ShardId>,
}

impl Coordinator {
    /// What the accounts of a transaction say about it.
    pub(super) fn preflight(
        &self,
        batch: &Batch,
        transaction: &Transaction,
        plan: Option<&Plan>,
    ) -> Preflight {
        let (found, legs) = (transaction.shape, batch.legs(transaction));
        let mut preflight = Preflight {
            shape: None,
            unknown: None,
            entity: EntityId(0),
            one_entity: false,
            date: Date::FIRST,
            one_date: true,
            hot: false,
            spans: false,
            shard: None,
        };
        let (mut kinds, mut mismatch) = (LegKinds::NONE, None);
        let mut first: Option<EntityId> = None;
        let mut one_entity = true;
        for leg in legs {
            let Some(descriptor) = self.state.books.descriptor(leg.account) else {
                preflight.unknown = preflight.unknown.or(Some(leg.step));
                continue;
            };
            kinds |= descriptor.kind;
            one_entity &= *first.get_or_insert(descriptor.entity) == descriptor.entity;
            if descriptor.currency != leg.currency {
                mismatch = mismatch.or(Some((Rejection::CurrencyMismatch, leg.step)));
            }
            if descriptor.gate().is_some() {
                preflight.hot = true;
            } else {
                let shard = shard_of(leg.account, self.state.settings.shards);
                preflight.spans |= *preflight.shard.get_or_insert(shard) != shard;
            }
        }
        // Legs balance among themselves, whoever has the hold that is named beside them.
        let legs_of_one_entity = one_entity;
        for effect in plan.into_iter().flat_map(|plan| &plan.effects) {
            let Some(descriptor) = self.state.books.descriptor(effect.account) else {
                preflight.unknown = preflight.unknown.or(Some(0));
                continue;
            };
            one_entity &= *first.get_or_insert(descriptor.entity) == descriptor.entity;
            preflight.hot |= descriptor.gate().is_some();
            let shard = shard_of(effect.account, self.state.settings.shards);
            preflight.spans |= *preflight.shard.get_or_insert(shard) != shard;
        }
        let only_off_balance = kinds == LegKinds::OFF_BALANCE && preflight.unknown.is_none();
        let mixed = kinds.is_mixed().then_some((Rejection::MixedOffBalance, 0));
        // What undoes or confirms has the legs of its original, which were judged when they came.
        let brought = plan.is_none_or(|plan| !plan.given);
        preflight.shape = if legs.is_empty() || !brought {
            found.map(|rejection| (rejection, 0))
        } else {
            self.shape_of(found, legs, only_off_balance, legs_of_one_entity).or(mixed).or(mismatch)
        };
        preflight.shape = preflight.shape.or(plan.and_then(|plan| plan.shape));
        if kinds.has(LegKinds::MEMO) || self.state.books.catalog.has_booking_modes() {
            let is_whole = is_judged(brought) && !legs.is_empty() && preflight.unknown.is_none();
            let refused = || if is_whole { self.refuse_booking(batch, transaction) } else { None };
            preflight.shape = preflight.shape.or_else(refused);
        }
        let about = || self.state.books.descriptor(plan?.about?).map(|descriptor| descriptor.entity);
        if let Some(entity) = first.or_else(about) {
            preflight.entity = entity;
            preflight.one_entity = one_entity && preflight.unknown.is_none();
            preflight.date = self.state.books.catalog.date(entity);
            preflight.one_date = one_entity || self.dates_agree(legs, preflight.date);
        } else {
            // It is refused, and has no entity whose date it could have.
            preflight.date = Date::of_time_us(self.state.output.frame.time_us);
        }
        preflight
    }

    /// Balance and amounts: single entry off the balance sheet, else balance by currency and entity.
    #[inline(always)]
    fn shape_of(
        &self,
        found: Option<Rejection>,
        legs: &[Leg],
        only_off_balance: bool,
        one_entity: bool,
    ) -> Verdict {
        let entity_of = |leg: &Leg| {
            self.state.books.descriptor(leg.account).map(|descriptor| (descriptor.entity, leg.currency))
        };
        let by_entity = || one_entity || balances_by(legs, entity_of);
        if !only_off_balance && (found == Some(Rejection::Unbalanced) || !by_entity()) {
            return Some((Rejection::Unbalanced, 0));
        }
        legs.iter().find(|leg| leg.amount.0 <= 0).map(|leg| (Rejection::InvalidAmount, leg.step))
    }

    fn dates_agree(&self, legs: &[Leg], date: Date) -> bool {
        let mut dates = legs.iter().filter_map(|leg| self.state.books.descriptor(leg.account));
        dates.all(|descriptor| self.state.books.catalog.date(descriptor.entity) == date)
    }
}
