//! The record of a transaction in the log: a head of fixed width, and a tail where it has notes or legs on hot
//! accounts.
//!
//! Head, 56 bytes, little endian; the heads of a frame stand side by side in its `heads` section, so an ordinal is
//! a place.
//!
//! | offset | bytes | field |
//! | --- | --- | --- |
//! | 0 | 16 | transaction id |
//! | 16 | 4 | client |
//! | 20 | 2 | entity |
//! | 22 | 2 | outcome: 0 posted, 65535 cancelled before it was seen, 65534 tried, else the number of the rejection |
//! | 24 | 8 | content digest |
//! | 32 | 4 | accounting date, days since 1970 |
//! | 36 | 4 | value date |
//! | 40 | 4 | the client's own time, seconds since 1970 |
//! | 44 | 2 | count of legs in the lower 12 bits, number of the action ([`ActionCode`]) in the upper 4 |
//! | 46 | 2 | step that a refusal speaks of, else 0 |
//! | 48 | 4 | offset of the tail in the `tails` section |
//! | 52 | 4 | length of the tail, 0 for none |
//!
//! A tail is: u16 length of notes, u16 count of kept legs, u16 1 if it names another transaction, 2 zero bytes; the
//! kept legs, 24 bytes each (account u64, amount i64, step u16, side u8, 5 zero bytes): of a try all its legs, else those
//! on hot accounts; the name, 40 bytes (flags u32: 1 forced, 2 blue, 4 by way of clearing; client u32; id u128; frame u64; ordinal u32; 4 zero
//! bytes); the notes, and behind them the texts of ids ([`crate::notes`]); zeros to a multiple of 8.

use crate::ids::{AccountId, ClientId, EntityId, RecordPlace, TransactionId, TransactionKey};
use crate::money::amount::{Amount, Side};
use crate::money::date::Date;
use crate::record::bytes::{array, i64_at, pad_to_slot, put, u8_at, u16_at, u32_at, u64_at, u128_at};
use crate::rejection::Rejection;
use crate::transaction::action_code::ActionCode;
use crate::transaction::leg::Leg;
use crate::transaction::named::Named;

/// Bytes of a head.
pub const HEAD_BYTES: usize = 56;
const TAIL_HEADER: usize = 8;
const HOT_LEG: usize = 24;
const NAMED: usize = 40;
const CANCELLED: u16 = u16::MAX;
const TRIED: u16 = u16::MAX - 1;
const LEGS: u16 = 0xfff;

/// What became of a transaction id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It is done: its legs, if it has any, are in the books.
    Posted,
    /// A try (TCC): what it takes is held, its legs wait for a confirm.
    Tried,
    /// Refused by a business rule.
    Refused(Rejection),
    /// Cancelled before it was ever seen (空回滚).
    Cancelled,
}

impl Outcome {
    #[inline]
    pub(crate) fn number(self) -> u16 {
        match self {
            Outcome::Posted => 0,
            Outcome::Tried => TRIED,
            Outcome::Refused(rejection) => rejection.number(),
            Outcome::Cancelled => CANCELLED,
        }
    }

    #[inline]
    pub(crate) fn from_number(number: u16) -> Option<Outcome> {
        match number {
            0 => Some(Outcome::Posted),
            CANCELLED => Some(Outcome::Cancelled),
            TRIED => Some(Outcome::Tried),
            other => Rejection::from_number(other).map(Outcome::Refused),
        }
    }
}

/// The head of a transaction's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The client's id for it.
    pub id: TransactionId,
    pub client: ClientId,
    /// The entity of its first account.
    pub entity: EntityId,
    /// What became of it.
    pub outcome: Outcome,
    /// The digest of its content.
    pub content: u64,
    pub accounting_date: Date,
    /// The value date; the accounting date where the client gave none.
    pub value_date: Date,
    /// The client's own time, in seconds since 1970.
    pub time: u32,
    /// What it does.
    pub action: ActionCode,
    /// How many legs it has.
    pub legs: u16,
    /// The step that a refusal speaks of, else 0.
    pub step: u16,
    /// Offset and length of its tail in the tails section.
    pub tail: (u32, u32),
}

impl Head {
    /// Appends the head.
    #[inline]
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut bytes = [0; HEAD_BYTES];
        put(&mut bytes, 0, self.id.0.to_le_bytes());
        put(&mut bytes, 16, self.client.0.to_le_bytes());
        put(&mut bytes, 20, self.entity.0.to_le_bytes());
        put(&mut bytes, 22, self.outcome.number().to_le_bytes());
        put(&mut bytes, 24, self.content.to_le_bytes());
        put(&mut bytes, 32, self.accounting_date.days().to_le_bytes());
        put(&mut bytes, 36, self.value_date.days().to_le_bytes());
        put(&mut bytes, 40, self.time.to_le_bytes());
        assert!(self.legs <= LEGS, "legs of a transaction are capped");
        put(&mut bytes, 44, (self.legs | u16::from(self.action as u8) << 12).to_le_bytes());
        put(&mut bytes, 46, self.step.to_le_bytes());
        put(&mut bytes, 48, self.tail.0.to_le_bytes());
        put(&mut bytes, 52, self.tail.1.to_le_bytes());
        out.extend_from_slice(&bytes);
    }

    /// Reads the head with this ordinal from a heads section; `None` if there is none or it says what no ledger
    /// writes.
    #[must_use]
    #[inline]
    pub fn read(heads: &[u8], ordinal: u32) -> Option<Head> {
        let start = usize::try_from(ordinal).ok()?.checked_mul(HEAD_BYTES)?;
        let bytes: &[u8] = &array::<HEAD_BYTES>(heads, start)?;
        Some(Head {
            id: TransactionId(u128_at(bytes, 0)?),
            client: ClientId(u32_at(bytes, 16)?),
            entity: EntityId(u16_at(bytes, 20)?),
            outcome: Outcome::from_number(u16_at(bytes, 22)?)?,
            content: u64_at(bytes, 24)?,
            accounting_date: Date::from_days(u32_at(bytes, 32)?)?,
            value_date: Date::from_days(u32_at(bytes, 36)?)?,
            time: u32_at(bytes, 40)?,
            action: ActionCode::from_number(u16_at(bytes, 44)? >> 12)?,
            legs: u16_at(bytes, 44)? & LEGS,
            step: u16_at(bytes, 46)?,
            tail: (u32_at(bytes, 48)?, u32_at(bytes, 52)?),
        })
    }
}

/// A leg on a hot account, as its transaction's record keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HotLeg {
    /// The hot account.
    pub account: AccountId,
    /// Minor units.
    pub amount: Amount,
    /// The leg's step.
    pub step: u16,
    /// Debit or credit.
    pub side: Side,
}

/// The tail of a transaction's record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tail<'a> {
    /// Of a try all its legs, else the legs on hot accounts, in step order.
    pub hot_legs: Vec<HotLeg>,
    /// The transaction that it names, if any.
    pub named: Option<Named>,
    /// The notes and the texts of ids, in the form of [`crate::notes`].
    pub notes: &'a [u8],
}

/// Appends a tail and gives its place; writes nothing where there is nothing to say. The notes come in two parts: the client's,
/// and the node's. `kept` knows its length.
#[inline]
pub(crate) fn write_tail<'l>(
    out: &mut Vec<u8>,
    (given, acting): (&[u8], &[u8]),
    named: Option<&Named>,
    kept: impl Iterator<Item = &'l Leg>,
) -> (u32, u32) {
    let (count, _) = kept.size_hint();
    let notes = given.len() + acting.len();
    if notes == 0 && count == 0 && named.is_none() {
        return (0, 0);
    }
    let start = out.len();
    out.reserve(TAIL_HEADER + count * HOT_LEG + NAMED + notes.next_multiple_of(8));
    let counts = [length16(notes), length16(count), u16::from(named.is_some()), 0];
    out.extend_from_slice(counts.map(u16::to_le_bytes).as_flattened());
    for leg in kept {
        let step_and_side = u64::from(leg.step) | u64::from(leg.side == Side::Credit) << 16;
        let words = [leg.account.0, leg.amount.0.cast_unsigned(), step_and_side];
        out.extend_from_slice(words.map(u64::to_le_bytes).as_flattened());
    }
    assert_eq!(out.len(), start + TAIL_HEADER + count * HOT_LEG, "as many legs are kept as are counted");
    if let Some(named) = named {
        write_named(out, named);
    }
    if notes > 0 {
        out.extend_from_slice(given);
        out.extend_from_slice(acting);
        pad_to_slot(out);
    }
    (length32(start), length32(out.len() - start))
}

#[inline(never)]
fn write_named(out: &mut Vec<u8>, named: &Named) {
    let mut bytes = [0; NAMED];
    bytes[0] = u8::from(named.forced) | u8::from(named.blue) << 1 | u8::from(named.clearing) << 2;
    put(&mut bytes, 4, named.key.client.0.to_le_bytes());
    put(&mut bytes, 8, named.key.id.0.to_le_bytes());
    put(&mut bytes, 24, named.place.frame.to_le_bytes());
    put(&mut bytes, 32, named.place.ordinal.to_le_bytes());
    out.extend_from_slice(&bytes);
}

fn read_named(bytes: &[u8]) -> Option<Named> {
    let flags = u8_at(bytes, 0)?;
    Some(Named {
        key: TransactionKey { client: ClientId(u32_at(bytes, 4)?), id: TransactionId(u128_at(bytes, 8)?) },
        place: RecordPlace { frame: u64_at(bytes, 24)?, ordinal: u32_at(bytes, 32)? },
        forced: flags & 1 != 0,
        blue: flags & 2 != 0,
        clearing: flags & 4 != 0,
    })
}

/// Reads the tail of a head; `None` where the bytes are not a tail.
#[must_use]
pub fn read_tail<'a>(head: &Head, tails: &'a [u8]) -> Option<Tail<'a>> {
    if head.tail.1 == 0 {
        return Some(Tail::default());
    }
    let start = usize::try_from(head.tail.0).ok()?;
    let bytes = tails.get(start..start.checked_add(usize::try_from(head.tail.1).ok()?)?)?;
    let notes = usize::from(u16_at(bytes, 0)?);
    let legs = usize::from(u16_at(bytes, 2)?);
    let legs_end = TAIL_HEADER + legs * HOT_LEG;
    let hot_legs =
        bytes.get(TAIL_HEADER..legs_end)?.chunks_exact(HOT_LEG).map(read_hot_leg).collect::<Option<_>>()?;
    let (named, named_end) = match u8_at(bytes, 4)? {
        0 => (None, legs_end),
        _ => (Some(read_named(bytes.get(legs_end..legs_end + NAMED)?)?), legs_end + NAMED),
    };
    Some(Tail { hot_legs, named, notes: bytes.get(named_end..named_end + notes)? })
}

/// The notes in the tail of a head, without the rest of it; `None` where the bytes are not a tail.
#[must_use]
pub fn notes_at<'a>(head: &Head, tails: &'a [u8]) -> Option<&'a [u8]> {
    if head.tail.1 == 0 {
        return Some(&[]);
    }
    let start = usize::try_from(head.tail.0).ok()?;
    let bytes = tails.get(start..start.checked_add(usize::try_from(head.tail.1).ok()?)?)?;
    let notes = usize::from(u16_at(bytes, 0)?);
    let legs_end = TAIL_HEADER + usize::from(u16_at(bytes, 2)?) * HOT_LEG;
    let begin = if u8_at(bytes, 4)? == 0 { legs_end } else { legs_end + NAMED };
    bytes.get(begin..begin + notes)
}

fn read_hot_leg(bytes: &[u8]) -> Option<HotLeg> {
    Some(HotLeg {
        account: AccountId(u64_at(bytes, 0)?),
        amount: Amount(i64_at(bytes, 8)?),
        step: u16_at(bytes, 16)?,
        side: if u8_at(bytes, 18)? == 0 { Side::Debit } else { Side::Credit },
    })
}

fn length16(len: usize) -> u16 {
    u16::try_from(len).expect("notes and legs of a transaction are capped below 2^16")
}

fn length32(len: usize) -> u32 {
    u32::try_from(len).expect("a frame is capped far below 2^32 bytes")
}
