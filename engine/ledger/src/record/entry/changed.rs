//! Changed (kind 3), at least 96 bytes: the attributes of a row after a change, and who changed it (登记簿).
//!
//! | offset | bytes | field |
//! | --- | --- | --- |
//! | 1 | 1 | flags: 1 hot, 4 has a credit limit |
//! | 2 | 1 + 1 | account state, payment state |
//! | 4 | 4 | length of the record |
//! | 8 | 8 | account |
//! | 16 | 8 + 4 + 2 | previous entry: frame, slot, section |
//! | 30 | 2 | length of the notes |
//! | 32 | 8 | overdraft limit |
//! | 40 | 8 | credit limit |
//! | 48 | 8 | frozen |
//! | 56 | 8 | withholding reserve |
//! | 64 | 8 | limit per transaction, the largest for none |
//! | 72 | 8 | limit per day, the largest for none |
//! | 80 | 4 | client that asked, 0 for the ledger itself |
//! | 84 | 4 | accounting date |
//! | 88 | 8 | zero |
//! | 96 | | notes (operator, approval, reason), zeros |

use crate::account::{AccountState, PaymentState};
use crate::ids::{AccountId, ClientId, Position};
use crate::money::amount::Amount;
use crate::money::date::Date;
use crate::record::bytes::{i64_at, pad_to_slot, put, u8_at, u16_at, u32_at, u64_at};
use crate::record::entry::field::{position_at, put_position, text_length};

pub(super) const CHANGED: u8 = 3;
const FIXED: usize = 96;

/// The attributes of a row after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed<'a> {
    pub account: AccountId,
    /// The account's record before this one.
    pub previous: Position,
    pub account_state: AccountState,
    pub payment_state: PaymentState,
    /// Whether a batching actor posts to it.
    pub hot: bool,
    /// How far it may go below zero.
    pub overdraft_limit: Amount,
    /// The cap on its natural balance.
    pub credit_limit: Option<Amount>,
    /// The sum of open holds.
    pub frozen: i64,
    /// The withholding reserve (代扣备用金).
    pub withholding: i64,
    /// The most that one transaction may take out, if there is such a limit.
    pub transaction_limit: Option<Amount>,
    /// The most that the transactions of one accounting date may take out, if there is such a limit.
    pub day_limit: Option<Amount>,
    /// Who asked; 0: the ledger itself.
    pub client: ClientId,
    /// The accounting date.
    pub date: Date,
    /// Operator, approval, reason, in the form of [`crate::notes`].
    pub notes: &'a [u8],
}

impl Changed<'_> {
    /// Appends the record.
    pub fn write(&self, out: &mut Vec<u8>) {
        let length = (FIXED + self.notes.len()).next_multiple_of(8);
        let limit = |limit: Option<Amount>| limit.map_or(i64::MAX, |limit| limit.0).to_le_bytes();
        let mut bytes = [0; FIXED];
        bytes[0] = CHANGED;
        bytes[1] = u8::from(self.hot) | u8::from(self.credit_limit.is_some()) << 2;
        bytes[2] = self.account_state as u8;
        bytes[3] = self.payment_state as u8;
        put(&mut bytes, 4, text_length::<u32>(length).to_le_bytes());
        put(&mut bytes, 8, self.account.0.to_le_bytes());
        put_position(&mut bytes, 16, self.previous);
        put(&mut bytes, 30, text_length::<u16>(self.notes.len()).to_le_bytes());
        put(&mut bytes, 32, self.overdraft_limit.0.to_le_bytes());
        put(&mut bytes, 40, self.credit_limit.map_or(0, |limit| limit.0).to_le_bytes());
        put(&mut bytes, 48, self.frozen.to_le_bytes());
        put(&mut bytes, 56, self.withholding.to_le_bytes());
        put(&mut bytes, 64, limit(self.transaction_limit));
        put(&mut bytes, 72, limit(self.day_limit));
        put(&mut bytes, 80, self.client.0.to_le_bytes());
        put(&mut bytes, 84, self.date.days().to_le_bytes());
        out.extend_from_slice(&bytes);
        out.extend_from_slice(self.notes);
        pad_to_slot(out);
    }

    /// Reads the record at the start of `bytes` and gives its length; `None` where there is none.
    pub(super) fn read(bytes: &[u8]) -> Option<(Changed<'_>, usize)> {
        let length = usize::try_from(u32_at(bytes, 4)?).ok()?;
        let bytes = bytes.get(..length)?;
        let flags = u8_at(bytes, 1)?;
        let end = FIXED + usize::from(u16_at(bytes, 30)?);
        let limit = |limit: i64| (limit != i64::MAX).then_some(Amount(limit));
        let changed = Changed {
            account: AccountId(u64_at(bytes, 8)?),
            previous: position_at(bytes, 16)?,
            account_state: AccountState::from_number(u8_at(bytes, 2)?)?,
            payment_state: PaymentState::from_number(u8_at(bytes, 3)?)?,
            hot: flags & 1 != 0,
            overdraft_limit: Amount(i64_at(bytes, 32)?),
            credit_limit: (flags & 4 != 0).then_some(Amount(i64_at(bytes, 40)?)),
            frozen: i64_at(bytes, 48)?,
            withholding: i64_at(bytes, 56)?,
            transaction_limit: limit(i64_at(bytes, 64)?),
            day_limit: limit(i64_at(bytes, 72)?),
            client: ClientId(u32_at(bytes, 80)?),
            date: Date::from_days(u32_at(bytes, 84)?)?,
            notes: bytes.get(FIXED..end)?,
        };
        (end.next_multiple_of(8) == length).then_some((changed, length))
    }
}
