//! Held (kind 4), at least 96 bytes: a hold as it is after a move of it.
//!
//! | offset | bytes | field |
//! | --- | --- | --- |
//! | 1 | 1 | move: 1 frozen, 2 released, 3 consumed, 4 restored, 5 expired, 6 raised |
//! | 2 | 2 | length of the record |
//! | 4 | 4 | ordinal of the transaction in the frame; 4294967295 for an expiry |
//! | 8 | 8 | account |
//! | 16 | 8 + 4 + 2 | previous entry: frame, slot, section |
//! | 30 | 1 + 1 | kind of the hold; length of the authority |
//! | 32 | 16 + 4 | name of the hold: transaction id, client |
//! | 52 | 4 | accounting date |
//! | 56 | 8 | amount moved |
//! | 64 | 8 | amount frozen, at first and by raises |
//! | 72 | 8 | remaining after |
//! | 80 | 8 | expiry, microseconds since 1970; the largest for none |
//! | 88 | 8 | sum of the account's open holds after |
//! | 96 | | authority; where the hold was named by a text, the text's length (2 bytes) and the text; zeros |

use crate::account::hold::{Hold, HoldKind, HoldMove, HoldTerms};
use crate::ids::{AccountId, ClientId, Position, TransactionId, TransactionKey};
use crate::money::date::Date;
use crate::record::bytes::{i64_at, pad_to_slot, put, u8_at, u16_at, u32_at, u64_at, u128_at};
use crate::record::entry::field::{position_at, put_position, text_length};

pub(super) const HELD: u8 = 4;
const FIXED: usize = 96;
const NO_TRANSACTION: u32 = u32::MAX;

/// A hold after a move of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub account: AccountId,
    /// The account's record before this one.
    pub previous: Position,
    /// The ordinal in the frame of the transaction that moved it; `None`: it expired.
    pub transaction: Option<u32>,
    /// What became of it.
    pub moved: HoldMove,
    /// By how much, in minor units.
    pub amount: i64,
    /// The hold after.
    pub hold: Hold,
    /// The sum of the account's open holds after.
    pub frozen_after: i64,
    /// The accounting date.
    pub date: Date,
}

impl Held {
    /// Appends the record.
    pub fn write(&self, out: &mut Vec<u8>) {
        let (hold, terms) = (&self.hold, &self.hold.terms);
        let text_id = if terms.text_id.is_empty() { 0 } else { 2 + terms.text_id.len() };
        let length = (FIXED + terms.authority.len() + text_id).next_multiple_of(8);
        let mut fixed = [0; FIXED];
        fixed[0] = HELD;
        fixed[1] = self.moved as u8;
        put(&mut fixed, 2, text_length::<u16>(length).to_le_bytes());
        put(&mut fixed, 4, self.transaction.unwrap_or(NO_TRANSACTION).to_le_bytes());
        put(&mut fixed, 8, self.account.0.to_le_bytes());
        put_position(&mut fixed, 16, self.previous);
        fixed[30] = terms.kind as u8;
        fixed[31] = text_length(terms.authority.len());
        put(&mut fixed, 32, hold.key.id.0.to_le_bytes());
        put(&mut fixed, 48, hold.key.client.0.to_le_bytes());
        put(&mut fixed, 52, self.date.days().to_le_bytes());
        put(&mut fixed, 56, self.amount.to_le_bytes());
        put(&mut fixed, 64, hold.amount.to_le_bytes());
        put(&mut fixed, 72, hold.remaining.to_le_bytes());
        put(&mut fixed, 80, terms.expires_us.unwrap_or(i64::MAX).to_le_bytes());
        put(&mut fixed, 88, self.frozen_after.to_le_bytes());
        out.extend_from_slice(&fixed);
        out.extend_from_slice(terms.authority.as_bytes());
        if text_id > 0 {
            out.extend_from_slice(&text_length::<u16>(terms.text_id.len()).to_le_bytes());
            out.extend_from_slice(terms.text_id.as_bytes());
        }
        pad_to_slot(out);
    }

    /// Reads the record at the start of `bytes` and gives its length; `None` where there is none.
    pub(super) fn read(bytes: &[u8]) -> Option<(Held, usize)> {
        let length = usize::from(u16_at(bytes, 2)?);
        let bytes = bytes.get(..length)?;
        let moved = HoldMove::from_number(u8_at(bytes, 1)?)?;
        let authority_end = FIXED + usize::from(u8_at(bytes, 31)?);
        // Zeros up to the slot read as no text.
        let (text_start, text_length) = match u16_at(bytes, authority_end) {
            None | Some(0) => (authority_end, 0),
            Some(length) => (authority_end + 2, usize::from(length)),
        };
        let end = text_start + text_length;
        let transaction = u32_at(bytes, 4)?;
        let expires_us = i64_at(bytes, 80)?;
        let terms = HoldTerms {
            kind: HoldKind::from_number(u8_at(bytes, 30)?)?,
            authority: std::str::from_utf8(bytes.get(FIXED..authority_end)?).ok()?.into(),
            expires_us: (expires_us != i64::MAX).then_some(expires_us),
            text_id: std::str::from_utf8(bytes.get(text_start..end)?).ok()?.into(),
        };
        let key =
            TransactionKey { client: ClientId(u32_at(bytes, 48)?), id: TransactionId(u128_at(bytes, 32)?) };
        let expired = moved == HoldMove::Expired;
        let hold =
            Hold { key, terms, amount: minor_units(bytes, 64)?, remaining: minor_units(bytes, 72)?, expired };
        let held = Held {
            account: AccountId(u64_at(bytes, 8)?),
            previous: position_at(bytes, 16)?,
            transaction: (transaction != NO_TRANSACTION).then_some(transaction),
            moved,
            amount: minor_units(bytes, 56)?,
            hold,
            frozen_after: minor_units(bytes, 88)?,
            date: Date::from_days(u32_at(bytes, 52)?)?,
        };
        (end.next_multiple_of(8) == length).then_some((held, length))
    }
}

/// The least number there is has no counterpart above zero, and is no amount.
fn minor_units(bytes: &[u8], at: usize) -> Option<i64> {
    i64_at(bytes, at).filter(|amount| *amount != i64::MIN)
}
