//! The days of accounts, from what each entry says of the balance before and after it.

use super::item::Day;
use crate::ledger::{AccountId, Date, EntityId, Posting};

/// The day that each account is in, and the days that are over and not given yet.
#[derive(Debug, Default)]
pub(super) struct Days {
    /// By account.
    current: Vec<Option<Day>>,
    /// By entity: accounts with a current day.
    moved: Vec<Vec<AccountId>>,
    /// Days that ended because the account moved on another date.
    over: Vec<(EntityId, Day)>,
}

impl Days {
    /// Takes an entry on an account of this entity, in the order of the account's chain. `place` is the account's.
    pub(super) fn take(&mut self, place: usize, entity: EntityId, posting: &Posting) {
        if place >= self.current.len() {
            self.current.resize(place + 1, None);
        }
        let (debit, credit) = posting.movement.turnover();
        let day = &mut self.current[place];
        match day {
            Some(day) if day.date == posting.date => {
                day.debit += debit;
                day.credit += credit;
                day.closing = posting.balance_after;
                return;
            }
            Some(ended) => self.over.push((entity, *ended)),
            None => moved_of(&mut self.moved, entity).push(posting.account),
        }
        *day = Some(Day {
            account: posting.account,
            date: posting.date,
            opening: posting.balance_after - posting.movement.signed(),
            debit,
            credit,
            closing: posting.balance_after,
        });
    }

    /// The days of an entity before `date`, by date and account; all of them without one.
    pub(super) fn end(&mut self, entity: EntityId, date: Option<Date>) -> Vec<Day> {
        let ends = |day: &Day| date.is_none_or(|date| day.date < date);
        let mut days: Vec<Day> =
            self.over.extract_if(.., |(of, day)| *of == entity && ends(day)).map(|(_, day)| day).collect();
        let current = &mut self.current;
        moved_of(&mut self.moved, entity).retain(|account| {
            let day = account.index().and_then(|place| current[place].take_if(|day| ends(day)));
            days.extend(day);
            day.is_none()
        });
        days.sort_unstable_by_key(|day| (day.date, day.account));
        days
    }
}

fn moved_of(moved: &mut Vec<Vec<AccountId>>, entity: EntityId) -> &mut Vec<AccountId> {
    let place = usize::from(entity.0);
    if place >= moved.len() {
        moved.resize_with(place + 1, Vec::new);
    }
    &mut moved[place]
}
