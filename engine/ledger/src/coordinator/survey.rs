//! The survey of a transaction: what its accounts say about it before any row is looked at.

use super::super::date::Date;
use super::super::ids::{AccountId, EntityId, ShardId};
use super::super::rejection::Rejection;
use super::super::row::Verdict;
use super::super::shard::shard_of;
use super::super::transaction::{Leg, balances_by};
use super::deeds::Plan;
use super::forming::card_of;
use super::{Card, Coordinator};

/// What the accounts of a transaction say, before any row is looked at.
pub(super) struct Survey {
    /// A question of shape that needs the accounts.
    pub(super) shape: Verdict,
    /// The first step whose account does not exist.
    pub(super) unknown: Option<u16>,
    pub(super) entity: EntityId,
    pub(super) date: Date,
    pub(super) one_date: bool,
    pub(super) hot: bool,
    pub(super) spans: bool,
    pub(super) shard: Option<ShardId>,
}

impl Coordinator {
    /// What the accounts of a transaction say about it.
    pub(super) fn survey(&self, found: &Option<Rejection>, legs: &[Leg], plan: Option<&Plan>) -> Survey {
        let mut survey = Survey {
            shape: None,
            unknown: None,
            entity: EntityId(0),
            date: Date::FIRST,
            one_date: true,
            hot: false,
            spans: false,
            shard: None,
        };
        let (mut off_balance, mut on_balance, mut mismatch) = (false, false, None);
        let mut first: Option<EntityId> = None;
        let mut one_entity = true;
        for leg in legs {
            let Some(card) = card_of(&self.cards, leg) else {
                survey.unknown = survey.unknown.or(Some(leg.step));
                continue;
            };
            off_balance |= card.off_balance;
            on_balance |= !card.off_balance;
            one_entity &= *first.get_or_insert(card.entity) == card.entity;
            if card.currency != leg.currency {
                mismatch = mismatch.or(Some((Rejection::CurrencyMismatch, leg.step)));
            }
            if card.gate().is_some() {
                survey.hot = true;
            } else {
                let shard = shard_of(leg.account, self.settings.shards);
                survey.spans |= *survey.shard.get_or_insert(shard) != shard;
            }
        }
        // Legs balance among themselves, whoever has the hold that is named beside them.
        let legs_of_one_entity = one_entity;
        for effect in plan.into_iter().flat_map(|plan| &plan.effects) {
            let Some(card) = self.card(effect.account) else {
                survey.unknown = survey.unknown.or(Some(0));
                continue;
            };
            one_entity &= *first.get_or_insert(card.entity) == card.entity;
            survey.hot |= card.gate().is_some();
            let shard = shard_of(effect.account, self.settings.shards);
            survey.spans |= *survey.shard.get_or_insert(shard) != shard;
        }
        let only_off_balance = off_balance && !on_balance && survey.unknown.is_none();
        let mixed = (on_balance && off_balance).then_some((Rejection::MixedOffBalance, 0));
        // What undoes or confirms has the legs of its original, which were judged when they came.
        let brought = plan.is_none_or(|plan| !plan.given);
        survey.shape = if legs.is_empty() || !brought {
            found.map(|rejection| (rejection, 0))
        } else {
            self.shape_of(*found, legs, only_off_balance, legs_of_one_entity).or(mixed).or(mismatch)
        };
        survey.shape = survey.shape.or(plan.and_then(|plan| plan.shape));
        let about = || self.card(plan?.about?).map(|card| card.entity);
        if let Some(entity) = first.or_else(about) {
            survey.entity = entity;
            survey.date = self.registry.date(entity);
            survey.one_date = one_entity || self.dates_agree(legs, survey.date);
        }
        survey
    }

    /// Balance and amounts: single entry off the balance sheet, else balance by currency and entity.
    fn shape_of(
        &self,
        found: Option<Rejection>,
        legs: &[Leg],
        only_off_balance: bool,
        one_entity: bool,
    ) -> Verdict {
        let entity_of = |leg: &Leg| card_of(&self.cards, leg).map(|card| (card.entity, leg.currency));
        let by_entity = || one_entity || balances_by(legs, entity_of);
        if !only_off_balance && (found == Some(Rejection::Unbalanced) || !by_entity()) {
            return Some((Rejection::Unbalanced, 0));
        }
        legs.iter().find(|leg| leg.amount.0 <= 0).map(|leg| (Rejection::InvalidAmount, leg.step))
    }

    pub(super) fn card(&self, account: AccountId) -> Option<Card> {
        self.cards.get(account.index()?).copied()
    }

    fn dates_agree(&self, legs: &[Leg], date: Date) -> bool {
        let mut dates = legs.iter().filter_map(|leg| card_of(&self.cards, leg));
        dates.all(|card| self.registry.date(card.entity) == date)
    }
}
