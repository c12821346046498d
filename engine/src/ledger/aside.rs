//! What a shard keeps of an account beside its row: little that most accounts have, and no posting looks at unless the
//! row says so.
//!
//! Image, after the row's own in a snapshot where its flag says so, little endian: length u32 of all that follows, links
//! (number u64, near and far 16 bytes each), limit per transaction i64, limit per day i64 (the largest for none), count of
//! holds u32, then each hold as a held record of the log whose move is "frozen", or "expired".

use std::collections::BTreeMap;

use super::amount::Amount;
use super::bytes::{i64_at, u32_at, u64_at};
use super::date::Date;
use super::entry::{Entry, Held, LINK_EVERY, Links, position_at, put_position};
use super::hold::{Hold, HoldMove};
use super::ids::{AccountId, Position, TransactionKey};

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
pub(crate) struct Aside {
    pub(crate) links: Links,
    pub(crate) limits: Limits,
    pub(crate) holds: BTreeMap<TransactionKey, Hold>,
}

impl Default for Aside {
    fn default() -> Aside {
        Aside { links: Links::default(), limits: Limits::NONE, holds: BTreeMap::new() }
    }
}

impl Aside {
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
        for hold in self.holds.values() {
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
        let length = u32::try_from(out.len() - start - 4).expect("holds of an account are capped");
        out[start..start + 4].copy_from_slice(&length.to_le_bytes());
    }

    /// The sum of what remains of the holds, if it is a number.
    pub(crate) fn held(&self) -> Option<i64> {
        self.holds.values().try_fold(0_i64, |sum, hold| sum.checked_add(hold.remaining))
    }

    /// Reads the image at the start of `bytes` and gives its length.
    pub(crate) fn read_image(bytes: &[u8]) -> Option<(Aside, usize)> {
        let length = 4 + usize::try_from(u32_at(bytes, 0)?).ok()?;
        let bytes = bytes.get(..length)?;
        let number = u64_at(bytes, 4)?;
        if number > u64::MAX / LINK_EVERY {
            return None;
        }
        let mut aside = Aside {
            links: Links { number, near: position_at(bytes, 12)?, far: position_at(bytes, 28)? },
            limits: Limits { transaction: i64_at(bytes, 44)?, day: i64_at(bytes, 52)? },
            holds: BTreeMap::new(),
        };
        let mut at = FIXED;
        for _ in 0..u32_at(bytes, 60)? {
            let (Entry::Held(held), length) = Entry::read(bytes.get(at..)?)? else { return None };
            if held.hold.remaining < 0 || held.hold.amount < 0 {
                return None;
            }
            aside.holds.insert(held.hold.key, held.hold);
            at += length;
        }
        (at == length).then_some((aside, length))
    }
}

#[cfg(test)]
mod tests {
    use super::super::hold::{HoldKind, HoldTerms};
    use super::super::ids::{ClientId, TransactionId};
    use super::*;

    #[test]
    fn images_come_back_as_written() {
        let key = TransactionKey { client: ClientId(3), id: TransactionId(9) };
        let terms = HoldTerms { kind: HoldKind::Judicial, authority: "法院".into(), expires_us: Some(7) };
        let hold = Hold { key, terms, amount: 50, remaining: 20, expired: true };
        let near = Position { frame: 4, slot: 5, section: 6 };
        let aside = Aside {
            links: Links { number: 64, near, far: near },
            limits: Limits { transaction: 5, day: i64::MAX },
            holds: BTreeMap::from([(key, hold)]),
        };
        let mut bytes = Vec::new();
        aside.write_image(AccountId(1), &mut bytes);
        assert_eq!(Aside::read_image(&bytes), Some((aside, bytes.len())));
        for cut in 0..bytes.len() {
            assert_eq!(Aside::read_image(&bytes[..cut]), None);
        }
    }
}
