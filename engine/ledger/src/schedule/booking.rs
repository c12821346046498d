//! Whether a transaction has the sides that the booking mode of its type asks for.

use crate::account::row::Verdict;
use crate::batch::{Batch, Transaction};
use crate::chart::booking_mode::BookingMode;
use crate::ids::EntityId;
use crate::money::amount::Side;
use crate::money::currency::Currency;
use crate::rejection::Rejection;
use crate::schedule::Coordinator;
use crate::state::books::Books;
use crate::state::descriptor::LegKinds;
use crate::transaction::action_code::ActionCode;
use crate::transaction::leg::Leg;
use crate::transaction::notes;

impl Coordinator {
    /// Judges the legs that a transaction brings, whose accounts are all there, in each entity by itself. A refund gives back
    /// on the accounts of its original, whose sides were judged when it came: today's mode says nothing about it.
    #[cold]
    pub(super) fn refuse_booking(&self, batch: &Batch, transaction: &Transaction) -> Verdict {
        let (books, legs) = (&self.state.books, batch.legs(transaction));
        let by_mode = batch.action_code(transaction) != ActionCode::Refund;
        let kind = notes::kind_of(batch.notes(transaction));
        let mut judged: Vec<EntityId> = Vec::new();
        for entity in legs.iter().filter_map(|leg| books.descriptor(leg.account)).map(|found| found.entity) {
            if judged.contains(&entity) {
                continue;
            }
            judged.push(entity);
            let sides = Sides::of(entity, legs, books);
            let mode = books.catalog.booking_mode(entity, kind, books.catalog.date(entity));
            if let Some(rejection) = sides.refuse(mode, by_mode) {
                return Some((rejection, 0));
            }
        }
        None
    }
}

/// Whether today's mode judges the legs of a transaction: those that it brings. What undoes or confirms has the legs of its
/// original, which were judged when they came.
pub(super) fn is_judged(brought: bool) -> bool {
    fail_point!("ModeOfToday", |_| true);
    brought
}

/// The legs of a transaction in the books of one entity.
struct Sides {
    kinds: LegKinds,
    /// What is debited to memo accounts less what is credited to others, by currency. As debits equal credits, it is also what
    /// is debited to others less what is credited to memo accounts, negated.
    apart: Vec<(Currency, i128)>,
}

impl Sides {
    fn of(entity: EntityId, legs: &[Leg], books: &Books) -> Sides {
        let mut sides = Sides { kinds: LegKinds::NONE, apart: Vec::new() };
        for leg in legs {
            let Some(found) = books.descriptor(leg.account).filter(|found| found.entity == entity) else {
                continue;
            };
            sides.kinds |= found.kind;
            let amount = i128::from(leg.amount.0);
            let signed = match (found.kind, leg.side) {
                (LegKinds::MEMO, Side::Debit) => amount,
                (LegKinds::ON_BALANCE, Side::Credit) => -amount,
                _ => continue,
            };
            match sides.apart.iter_mut().find(|(currency, _)| *currency == leg.currency) {
                Some((_, sum)) => *sum += signed,
                None => sides.apart.push((leg.currency, signed)),
            }
        }
        sides
    }

    fn refuse(&self, mode: BookingMode, by_mode: bool) -> Option<Rejection> {
        if self.kinds == LegKinds::MEMO {
            return Some(Rejection::MemoAlone);
        }
        // What is off the balance sheet has one side in every mode.
        if !by_mode || self.kinds == LegKinds::OFF_BALANCE {
            return None;
        }
        let has_memo = self.kinds.has(LegKinds::MEMO);
        let fits = match mode {
            BookingMode::Double => !has_memo,
            BookingMode::SingleDouble => has_memo,
            BookingMode::Single => has_memo && self.apart.iter().all(|(_, sum)| *sum == 0),
        };
        (!fits).then_some(Rejection::BookingMode)
    }
}
