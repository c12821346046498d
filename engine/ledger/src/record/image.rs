//! Images of rows and lines: what a snapshot keeps of the books. Everything else in it is written with the codecs of
//! the log. Volatile reservations are never part of an image.
//!
//! Row, 120 bytes, little endian: account u64, balance i128, debit turnover i128, credit turnover i128, last record
//! (frame u64, slot u32, section u16, 2 zero bytes), frozen i64, withholding i64, overdraft limit i64, credit limit i64
//! (the largest for none), day u32, line u32, subject u32, account state u8, payment state u8, flags u8 (1 normal side
//! credit, 2 may go negative, 4 hot, 8 limited, 16 its limits were taken off on the date that is counted, 128 what is kept beside the row follows), postings since the last link u8.
//!
//! Line, 64 bytes: line u32, unit u16 (65535 for none), 2 zero bytes, balance i128, debit turnover i128, credit turnover
//! i128, day u32, 4 zero bytes.

use crate::account::cold_row::ColdRow;
use crate::account::day_use::DayUse;
use crate::account::row::Row;
use crate::account::{AccountState, PaymentState};
use crate::chart::line::Line;
use crate::ids::{AccountId, LineId, Position, SubjectId, UnitId};
use crate::money::date::Date;
use crate::record::bytes::{array, i64_at, i128_at, put, u8_at, u16_at, u32_at, u64_at};

/// Bytes of a row's image.
pub const ROW_IMAGE: usize = 120;
/// Bytes of a line's image.
pub const LINE_IMAGE: usize = 64;
const NO_UNIT: u16 = u16::MAX;
const HAS_COLD_ROW: u8 = 128;
/// No balance comes near: it takes 2^37 legs of the largest amount. Of numbers below it there may be as many rows as memory
/// has room for, and their sum is a number still.
const MOST: u128 = 1 << 100;

/// The image of a row as it was read, with what is kept beside it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RowImage {
    pub(crate) account: AccountId,
    pub(crate) row: Row,
    pub(crate) cold: Option<ColdRow>,
    /// Bytes of all of it.
    pub(crate) length: usize,
}

impl RowImage {
    /// Reads the image at the start of `bytes`; `None` where there is none of an open account.
    pub(crate) fn read(bytes: &[u8]) -> Option<RowImage> {
        let (account, row, has_cold_row) = Row::read_image(bytes)?;
        if account == AccountId::NONE || row.last.frame == 0 {
            return None;
        }
        let (cold, length) = match has_cold_row {
            true => {
                let usual = DayUse::from_turnover(row.day, row.turnover.0);
                let (cold, length) = ColdRow::read_image(bytes.get(ROW_IMAGE..)?, usual)?;
                (Some(cold), ROW_IMAGE + length)
            }
            false => (None, ROW_IMAGE),
        };
        Some(RowImage { account, row, cold, length })
    }
}

/// Balance and turnovers, unless they are numbers that no amounts come to.
fn sums_at(bytes: &[u8]) -> Option<(i128, (i128, i128))> {
    let sum = |at| i128_at(bytes, at).filter(|sum| sum.unsigned_abs() < MOST);
    Some((sum(8)?, (sum(24)?, sum(40)?)))
}

impl Row {
    /// Appends the row's image, which says whether that of what is kept beside it follows.
    pub(crate) fn write_image(&self, account: AccountId, cold: bool, out: &mut Vec<u8>) {
        let mut bytes = [0; ROW_IMAGE];
        put(&mut bytes, 0, account.0.to_le_bytes());
        put(&mut bytes, 8, self.balance.to_le_bytes());
        put(&mut bytes, 24, self.turnover.0.to_le_bytes());
        put(&mut bytes, 40, self.turnover.1.to_le_bytes());
        put(&mut bytes, 56, self.last.frame.to_le_bytes());
        put(&mut bytes, 64, self.last.slot.to_le_bytes());
        put(&mut bytes, 68, self.last.section.to_le_bytes());
        put(&mut bytes, 72, self.frozen.to_le_bytes());
        put(&mut bytes, 80, self.withholding.to_le_bytes());
        put(&mut bytes, 88, self.overdraft_limit.to_le_bytes());
        put(&mut bytes, 96, self.credit_limit.to_le_bytes());
        put(&mut bytes, 104, self.day.days().to_le_bytes());
        put(&mut bytes, 108, self.line.0.to_le_bytes());
        put(&mut bytes, 112, self.subject.0.to_le_bytes());
        bytes[116] = self.account_state as u8;
        bytes[117] = self.payment_state as u8;
        bytes[118] = self.flags | if cold { HAS_COLD_ROW } else { 0 };
        bytes[119] = self.since_link;
        out.extend_from_slice(&bytes);
    }

    /// Reads a row's image, and whether another one follows; `None` where the bytes are none.
    fn read_image(bytes: &[u8]) -> Option<(AccountId, Row, bool)> {
        let bytes: &[u8] = &array::<ROW_IMAGE>(bytes, 0)?;
        let last =
            Position { frame: u64_at(bytes, 56)?, slot: u32_at(bytes, 64)?, section: u16_at(bytes, 68)? };
        let (balance, turnover) = sums_at(bytes)?;
        let row = Row {
            balance,
            turnover,
            last,
            frozen: i64_at(bytes, 72)?,
            withholding: i64_at(bytes, 80)?,
            overdraft_limit: i64_at(bytes, 88)?,
            credit_limit: i64_at(bytes, 96)?,
            reserved: 0,
            day: Date::from_days(u32_at(bytes, 104)?)?,
            line: LineId(u32_at(bytes, 108)?),
            subject: SubjectId(u32_at(bytes, 112)?),
            account_state: AccountState::from_number(u8_at(bytes, 116)?)?,
            payment_state: PaymentState::from_number(u8_at(bytes, 117)?)?,
            flags: u8_at(bytes, 118)? & !HAS_COLD_ROW,
            since_link: u8_at(bytes, 119)?,
        };
        Some((AccountId(u64_at(bytes, 0)?), row, u8_at(bytes, 118)? & HAS_COLD_ROW != 0))
    }
}

impl Line {
    /// Appends the line's image.
    pub fn write_image(&self, id: LineId, out: &mut Vec<u8>) {
        let mut bytes = [0; LINE_IMAGE];
        put(&mut bytes, 0, id.0.to_le_bytes());
        put(&mut bytes, 4, self.unit.map_or(NO_UNIT, |unit| unit.0).to_le_bytes());
        put(&mut bytes, 8, self.balance.to_le_bytes());
        put(&mut bytes, 24, self.turnover.0.to_le_bytes());
        put(&mut bytes, 40, self.turnover.1.to_le_bytes());
        put(&mut bytes, 56, self.day.days().to_le_bytes());
        out.extend_from_slice(&bytes);
    }

    /// Reads a line's image; `None` where the bytes are none.
    #[must_use]
    pub fn read_image(bytes: &[u8]) -> Option<(LineId, Line)> {
        let bytes: &[u8] = &array::<LINE_IMAGE>(bytes, 0)?;
        let unit = u16_at(bytes, 4)?;
        let (balance, turnover) = sums_at(bytes)?;
        let line = Line {
            balance,
            turnover,
            day: Date::from_days(u32_at(bytes, 56)?)?,
            unit: (unit != NO_UNIT).then_some(UnitId(unit)),
        };
        Some((LineId(u32_at(bytes, 0)?), line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_come_back_as_written() {
        let row = Row {
            balance: -(1 << 90),
            turnover: (5, 1 << 80),
            last: Position { frame: 9, slot: 8, section: 7 },
            frozen: 6,
            withholding: 5,
            overdraft_limit: 4,
            credit_limit: i64::MAX,
            reserved: 3,
            day: Date::from_days(17_652).unwrap(),
            line: LineId(2),
            subject: SubjectId(1),
            account_state: AccountState::JudicialFreeze,
            payment_state: PaymentState::PaysOnly,
            flags: 15,
            since_link: 255,
        };
        let mut bytes = Vec::new();
        row.write_image(AccountId(77), true, &mut bytes);
        assert_eq!(Row::read_image(&bytes), Some((AccountId(77), Row { reserved: 0, ..row }, true)));
        assert_eq!(Row::read_image(&bytes[1..]), None);
        let line = Line { balance: 3, turnover: (2, 1), day: Date::FIRST, unit: Some(UnitId(4)) };
        let mut bytes = Vec::new();
        line.write_image(LineId(5), &mut bytes);
        assert_eq!(Line::read_image(&bytes), Some((LineId(5), line)));
    }
}
