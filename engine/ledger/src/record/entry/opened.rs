//! Opened (kind 2), at least 56 bytes:
//!
//! | offset | bytes | field |
//! | --- | --- | --- |
//! | 1 | 1 | flags: 1 may go negative, 2 hot, 4 has a credit limit, 8 normal side is credit |
//! | 2 | 1 | owner |
//! | 4 | 4 | length of the record |
//! | 8 | 8 | account |
//! | 16 | 4 | subject |
//! | 20 | 2 | entity |
//! | 22 | 2 | currency, ISO 4217 numeric |
//! | 24 | 8 | overdraft limit |
//! | 32 | 8 | credit limit |
//! | 40 | 2 + 2 | length of account number, length of account type |
//! | 44 | 4 | line of the general ledger |
//! | 48 | 2 | balancing unit, 65535 off the balance sheet |
//! | 50 | 2 | zero |
//! | 52 | | account number, account type, zeros |

use crate::account::Owner;
use crate::ids::{AccountId, EntityId, LineId, SubjectId, UnitId};
use crate::money::amount::{Amount, Side};
use crate::money::currency::Currency;
use crate::record::bytes::{i64_at, pad_to_slot, put, u8_at, u16_at, u32_at, u64_at};
use crate::record::entry::field::text_length;

pub(super) const OPENED: u8 = 2;
const FIXED: usize = 52;
/// Bytes of the shortest opened record.
pub(crate) const OPENED_LEAST: usize = FIXED.next_multiple_of(8);
const NO_UNIT: u16 = u16::MAX;

/// An account as it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenedEntry<'a> {
    /// Its id.
    pub account: AccountId,
    pub entity: EntityId,
    pub subject: SubjectId,
    pub currency: Currency,
    /// Who owns it.
    pub owner: Owner,
    /// The account number.
    pub number: &'a str,
    /// The account type.
    pub kind: &'a str,
    /// Whether it may go below zero without limit.
    pub may_go_negative: bool,
    /// Whether a batching actor posts to it.
    pub hot: bool,
    /// How far it may go below zero.
    pub overdraft_limit: Amount,
    /// The cap on its natural balance.
    pub credit_limit: Option<Amount>,
    /// Where it counts in the general ledger.
    pub placement: Placement,
}

/// Where a new account counts in the general ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The line of the general ledger.
    pub line: LineId,
    /// The balancing unit; `None` off the balance sheet.
    pub unit: Option<UnitId>,
    /// The subject's normal side.
    pub normal: Side,
}

impl OpenedEntry<'_> {
    /// Appends the entry.
    pub fn write(&self, out: &mut Vec<u8>) {
        let length = (FIXED + self.number.len() + self.kind.len()).next_multiple_of(8);
        let flags = u8::from(self.may_go_negative)
            | u8::from(self.hot) << 1
            | u8::from(self.credit_limit.is_some()) << 2
            | u8::from(self.placement.normal == Side::Credit) << 3;
        let mut fixed = [0; FIXED];
        fixed[0] = OPENED;
        fixed[1] = flags;
        fixed[2] = self.owner as u8;
        put(&mut fixed, 4, text_length::<u32>(length).to_le_bytes());
        put(&mut fixed, 8, self.account.0.to_le_bytes());
        put(&mut fixed, 16, self.subject.0.to_le_bytes());
        put(&mut fixed, 20, self.entity.0.to_le_bytes());
        put(&mut fixed, 22, self.currency.numeric().to_le_bytes());
        put(&mut fixed, 24, self.overdraft_limit.0.to_le_bytes());
        put(&mut fixed, 32, self.credit_limit.map_or(0, |limit| limit.0).to_le_bytes());
        put(&mut fixed, 40, text_length::<u16>(self.number.len()).to_le_bytes());
        put(&mut fixed, 42, text_length::<u16>(self.kind.len()).to_le_bytes());
        put(&mut fixed, 44, self.placement.line.0.to_le_bytes());
        put(&mut fixed, 48, self.placement.unit.map_or(NO_UNIT, |unit| unit.0).to_le_bytes());
        out.extend_from_slice(&fixed);
        out.extend_from_slice(self.number.as_bytes());
        out.extend_from_slice(self.kind.as_bytes());
        pad_to_slot(out);
    }

    /// The length of the record at the start of `bytes`.
    pub(super) fn length(bytes: &[u8]) -> Option<usize> {
        usize::try_from(u32_at(bytes, 4)?).ok().filter(|length| *length >= OPENED_LEAST)
    }

    pub(super) fn read(bytes: &[u8]) -> Option<(OpenedEntry<'_>, usize)> {
        let length = OpenedEntry::length(bytes)?;
        let bytes = bytes.get(..length)?;
        let flags = u8_at(bytes, 1)?;
        let number_end = FIXED + usize::from(u16_at(bytes, 40)?);
        let kind_end = number_end + usize::from(u16_at(bytes, 42)?);
        let unit = u16_at(bytes, 48)?;
        let placement = Placement {
            line: LineId(u32_at(bytes, 44)?),
            unit: (unit != NO_UNIT).then_some(UnitId(unit)),
            normal: if flags & 8 == 0 { Side::Debit } else { Side::Credit },
        };
        let entry = OpenedEntry {
            account: AccountId(u64_at(bytes, 8)?),
            entity: EntityId(u16_at(bytes, 20)?),
            subject: SubjectId(u32_at(bytes, 16)?),
            currency: Currency::from_numeric(u16_at(bytes, 22)?)?,
            owner: Owner::from_number(u8_at(bytes, 2)?)?,
            number: std::str::from_utf8(bytes.get(FIXED..number_end)?).ok()?,
            kind: std::str::from_utf8(bytes.get(number_end..kind_end)?).ok()?,
            may_go_negative: flags & 1 != 0,
            hot: flags & 2 != 0,
            overdraft_limit: Amount(i64_at(bytes, 24)?),
            credit_limit: (flags & 4 != 0).then_some(Amount(i64_at(bytes, 32)?)),
            placement,
        };
        (kind_end.next_multiple_of(8) == length).then_some((entry, length))
    }
}
