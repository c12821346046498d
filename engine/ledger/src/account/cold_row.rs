//! What a shard keeps of an account beside its row: little that most accounts have, and no posting looks at unless the
//! row says so.
//!
//! Image, after the row's own in a snapshot where its flag says so, little endian: length u32 of all that follows, links
//! (number u64, near and far 16 bytes each), limit per transaction i64, limit per day i64 (the largest for none), count of
//! holds u32, then each hold as a held record of the log whose move is "frozen", or "expired": first those of which something
//! remains, in their order, then the others; then, where there are limits, what was used of the day's (24 bytes: date u32, 4
//! zero bytes, used i128), which older ledgers did not write; also where limits were taken off on that date.

use std::collections::BTreeMap;

use crate::account::day_use::{DAY_USE, DayUse};
use crate::account::hold::{Hold, HoldMove};
use crate::account::row::Verdict;
use crate::ids::{AccountId, Position, TransactionKey};
use crate::money::amount::Amount;
use crate::money::date::Date;
use crate::record::bytes::{i64_at, u32_at, u64_at};
use crate::record::entry::field::{position_at, put_position};
use crate::record::entry::{Entry, Held, LINK_EVERY, Links};
use crate::rejection::Rejection;

/// The most holds of one account. Where there are so many, those of which nothing remains are forgotten.
pub const MAX_HOLDS: usize = 1_024;

/// Bytes of an image before its holds, with its length.
const FIXED: usize = 4 + 8 + 16 + 16 + 8 + 8 + 4;

/// Limits of an account, in minor units; `i64::MAX` for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) transaction: i64,
    pub(crate) day: i64,
}

impl Limits {
    pub(crate) const NONE: Limits = Limits { transaction: i64::MAX, day: i64::MAX };

    pub(crate) fn new(transaction: Option<Amount>, day: Option<Amount>) -> Limits {
        let limit = |limit: Option<Amount>| limit.map_or(i64::MAX, |limit| limit.0);
        Limits { transaction: limit(transaction), day: limit(day) }
    }

    pub(crate) fn transaction(self) -> Option<Amount> {
        (self.transaction != i64::MAX).then_some(Amount(self.transaction))
    }

    pub(crate) fn day(self) -> Option<Amount> {
        (self.day != i64::MAX).then_some(Amount(self.day))
    }
}

/// What is kept beside a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ColdRow {
    pub(crate) links: Links,
    pub(crate) limits: Limits,
    /// What was used of the day limit, while there are limits, and until the end of the date on which they were taken off.
    pub(crate) day_use: DayUse,
    pub(crate) holds: BTreeMap<TransactionKey, Hold>,
    /// The holds of which something remains, in the order in which they began to hold: where the money does not do for all
    /// of them, the earlier ones have it (轮候).
    line: Vec<TransactionKey>,
}

impl Default for ColdRow {
    fn default() -> ColdRow {
        ColdRow {
            links: Links::default(),
            limits: Limits::NONE,
            day_use: DayUse::default(),
            holds: BTreeMap::new(),
            line: Vec::new(),
        }
    }
}

impl ColdRow {
    pub(crate) fn write_image(&self, account: AccountId, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&[0; FIXED]);
        let fixed = &mut out[start..];
        fixed[4..12].copy_from_slice(&self.links.number.to_le_bytes());
        put_position(fixed, 12, self.links.near);
        put_position(fixed, 28, self.links.far);
        fixed[44..52].copy_from_slice(&self.limits.transaction.to_le_bytes());
        fixed[52..60].copy_from_slice(&self.limits.day.to_le_bytes());
        let holds = u32::try_from(self.holds.len()).expect("holds of an account are capped");
        fixed[60..64].copy_from_slice(&holds.to_le_bytes());
        let stands = |key: &&TransactionKey| self.holds[*key].remaining > 0;
        let spent = self.holds.keys().filter(|key| !stands(key));
        for key in self.line.iter().chain(spent) {
            let hold = &self.holds[key];
            let moved = if hold.expired { HoldMove::Expired } else { HoldMove::Frozen };
            Held {
                account,
                previous: Position::NONE,
                transaction: None,
                moved,
                amount: 0,
                hold: hold.clone(),
                frozen_after: 0,
                date: Date::FIRST,
            }
            .write(out);
        }
        if self.limits != Limits::NONE || self.day_use != DayUse::default() {
            self.day_use.write_image(out);
        }
        let length = u32::try_from(out.len() - start - 4).expect("holds of an account are capped");
        out[start..start + 4].copy_from_slice(&length.to_le_bytes());
    }

    /// What the limits per transaction and day say to a net movement (debit-positive) on a date: a debit takes from the
    /// holder. What it takes is what it will have used.
    pub(crate) fn within(&self, net: i128, date: Date, step: u16) -> Verdict {
        if net <= 0 {
            return None;
        }
        let Limits { transaction, day } = self.limits;
        if transaction != i64::MAX && net > i128::from(transaction) {
            return Some((Rejection::LimitExceeded, step));
        }
        let exceeded = day != i64::MAX && self.day_use.on(date) + net > i128::from(day);
        exceeded.then_some((Rejection::DayLimitExceeded, step))
    }

    /// Takes new limits on a date. `begun` is what counts as used where nobody counted until now: no less than what was when
    /// somebody did.
    pub(crate) fn keep_limits(&mut self, limits: Limits, date: Date, begun: Option<DayUse>) {
        if let Some(begun) = begun {
            self.day_use = begun.or_more(&self.day_use);
        }
        self.limits = limits;
        if limits == Limits::NONE {
            self.day_use.last_until(date);
        }
    }

    /// Keeps a hold as its last record has it.
    pub(crate) fn keep(&mut self, hold: Hold) {
        if self.holds.len() >= MAX_HOLDS && !self.holds.contains_key(&hold.key) {
            self.holds.retain(|_, hold| hold.remaining > 0);
        }
        let held = self.holds.get(&hold.key).is_some_and(|before| before.remaining > 0);
        match (held, hold.remaining > 0) {
            (false, true) => self.line.push(hold.key),
            (true, false) => self.line.retain(|key| *key != hold.key),
            _ => {}
        }
        self.holds.insert(hold.key, hold);
    }

    /// What remains of the holds that stand in line before this one.
    pub(crate) fn held_before(&self, key: TransactionKey) -> i128 {
        let before = self.line.iter().take_while(|other| **other != key);
        before.map(|other| i128::from(self.holds[other].remaining)).sum()
    }

    /// The sum of what remains of the holds, if it is a number.
    pub(crate) fn held(&self) -> Option<i64> {
        self.holds.values().try_fold(0_i64, |sum, hold| sum.checked_add(hold.remaining))
    }

    /// Reads the image at the start of `bytes`, which may be of an older ledger that did not keep what was used, and gives
    /// its length. `usual` is what was used then.
    pub(crate) fn read_image(bytes: &[u8], usual: DayUse) -> Option<(ColdRow, usize)> {
        let length = 4 + usize::try_from(u32_at(bytes, 0)?).ok()?;
        let bytes = bytes.get(..length)?;
        let number = u64_at(bytes, 4)?;
        if number > u64::MAX / LINK_EVERY {
            return None;
        }
        let mut cold = ColdRow {
            links: Links { number, near: position_at(bytes, 12)?, far: position_at(bytes, 28)? },
            limits: Limits { transaction: i64_at(bytes, 44)?, day: i64_at(bytes, 52)? },
            day_use: usual,
            holds: BTreeMap::new(),
            line: Vec::new(),
        };
        let mut at = FIXED;
        for _ in 0..u32_at(bytes, 60)? {
            let (Entry::Held(held), length) = Entry::read(bytes.get(at..)?)? else { return None };
            if held.hold.remaining < 0 || held.hold.amount < 0 {
                return None;
            }
            if cold.holds.contains_key(&held.hold.key) {
                return None;
            }
            cold.keep(held.hold);
            at += length;
        }
        let rest = bytes.get(at..)?;
        match (cold.limits == Limits::NONE, rest.len()) {
            (_, DAY_USE) => cold.day_use = DayUse::read_image(rest)?,
            (true, 0) => cold.day_use = DayUse::default(),
            (false, 0) => {}
            _ => return None,
        }
        Some((cold, length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::hold::{HoldKind, HoldTerms};
    use crate::ids::{ClientId, TransactionId};

    #[test]
    fn images_come_back_as_written() {
        let key = TransactionKey { client: ClientId(3), id: TransactionId(9) };
        let (authority, text_id) = ("法院".into(), "案-7".into());
        let terms = HoldTerms { kind: HoldKind::Judicial, authority, expires_us: Some(7), text_id };
        let hold = Hold { key, terms, amount: 50, remaining: 20, expired: true };
        let near = Position { frame: 4, slot: 5, section: 6 };
        let mut cold = ColdRow {
            links: Links { number: 64, near, far: near },
            limits: Limits { transaction: 5, day: i64::MAX },
            day_use: DayUse::from_turnover(Date::FIRST, 70),
            ..ColdRow::default()
        };
        // In the order in which they came, and not by name; what is spent has no place.
        let named = |id| TransactionKey { id: TransactionId(id), ..key };
        for (id, remaining) in [(9, 20), (3, 0), (7, 30), (2, 5)] {
            cold.keep(Hold { key: named(id), remaining, ..hold.clone() });
        }
        let before = |cold: &ColdRow| [9, 7, 2].map(|id| cold.held_before(named(id)));
        assert_eq!(before(&cold), [0, 20, 50]);
        let mut bytes = Vec::new();
        cold.write_image(AccountId(1), &mut bytes);
        assert_eq!(ColdRow::read_image(&bytes, DayUse::default()), Some((cold.clone(), bytes.len())));
        for cut in 0..bytes.len() {
            assert_eq!(ColdRow::read_image(&bytes[..cut], DayUse::default()), None);
        }
        // As an older ledger wrote it.
        bytes.truncate(bytes.len() - DAY_USE);
        let length = u32::try_from(bytes.len() - 4).unwrap();
        bytes[..4].copy_from_slice(&length.to_le_bytes());
        assert_eq!(ColdRow::read_image(&bytes, cold.day_use), Some((cold.clone(), bytes.len())));
        // Spent and held again, it stands last.
        cold.keep(Hold { key, remaining: 0, ..hold.clone() });
        assert_eq!(before(&cold)[1..], [0, 30]);
        cold.keep(Hold { key, remaining: 1, ..hold });
        assert_eq!(before(&cold), [35, 0, 30]);
    }
}
