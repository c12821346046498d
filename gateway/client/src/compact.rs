//! The compact form of `post`: fixed little-endian fields, for batches at full speed.
//!
//! Both kinds of request start with 16 bytes:
//!
//! | offset | bytes | field |
//! | --- | --- | --- |
//! | 0 | 1 | kind: 1 transfers, 2 transactions |
//! | 1 | 1 | flags: bit 0 asks for balances |
//! | 2 | 2 | currency of all transfers, ISO 4217 numeric; 0 for transactions |
//! | 4 | 4 | how many follow |
//! | 8 | 4 | the client's own time, seconds since 1970; 0: none |
//! | 12 | 4 | zero |

use crate::account::Side;

pub(crate) const KIND_TRANSFERS: u8 = 1;
pub(crate) const KIND_TRANSACTIONS: u8 = 2;
const WANT_BALANCES: u8 = 1;
const HAS_BALANCES: u16 = 1;
const REPEATED: u16 = 0x8000;
const RESULT: usize = 16;
const BALANCE: usize = 32;

/// What all transactions of a compact request share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompactSettings {
    /// Whether the answer carries the balance after each leg.
    pub want_balances: bool,
    /// When the client sent them first, in seconds since 1970; 0: not told, see [`Transaction::time`](crate::Transaction).
    pub time: u32,
}

/// A transfer: one debit leg (step 1) and one credit leg (step 2) of the same amount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transfer {
    /// The client's id for it.
    pub id: u128,
    /// The account debited.
    pub debit: u64,
    /// The account credited.
    pub credit: u64,
    /// Minor units; above zero.
    pub amount: u64,
}

impl Transfer {
    fn to_bytes(self) -> [u8; 40] {
        let mut bytes = [0; 40];
        bytes[..16].copy_from_slice(&self.id.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.debit.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.credit.to_le_bytes());
        bytes[32..].copy_from_slice(&self.amount.to_le_bytes());
        bytes
    }
}

/// What a note of a transaction is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Note {
    /// The transaction type, a label such as `top_up`.
    Kind = 1,
    /// The client's own reference.
    Reference = 2,
    /// Free tags.
    Tags = 3,
    /// Who did it.
    Operator = 4,
    /// The approval it rests on.
    Approval = 5,
    /// Why.
    Reason = 6,
    /// Who may see it in statements: `customer`, `operations` or `internal`.
    Visibility = 7,
    /// The other party, or its reference.
    Counterparty = 8,
}

/// One leg of a [`CompactTransaction`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompactLeg {
    pub account: u64,
    /// Minor units; above zero.
    pub amount: i64,
    /// The currency, ISO 4217 numeric.
    pub currency: u16,
    /// Increasing within a transaction, from 1 to [`crate::MAX_STEP`].
    pub step: u16,
    /// Debit or credit.
    pub side: Side,
}

impl CompactLeg {
    fn to_bytes(self) -> [u8; 24] {
        let mut bytes = [0; 24];
        bytes[..8].copy_from_slice(&self.account.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.amount.to_le_bytes());
        bytes[16..18].copy_from_slice(&self.currency.to_le_bytes());
        bytes[18..20].copy_from_slice(&self.step.to_le_bytes());
        bytes[20] = u8::from(self.side == Side::Credit);
        bytes
    }
}

/// A transaction of any shape in the compact form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompactTransaction<'a> {
    /// The client's id for it.
    pub id: u128,
    /// The value date in days since 1970, where it differs from the accounting date.
    pub value_date: Option<u32>,
    /// Its legs, at most [`crate::MAX_LEGS`].
    pub legs: &'a [CompactLeg],
    /// Its notes, at most [`crate::MAX_NOTES`] bytes; empty texts are left out.
    pub notes: &'a [(Note, &'a str)],
}

/// Appends the body of a post of transfers. `currency` is ISO 4217 numeric (CNY is 156).
///
/// ```
/// use longmen_client::{CompactSettings, Transfer, write_transfers};
/// let mut body = Vec::new();
/// write_transfers(&mut body, CompactSettings::default(), 156, &[Transfer { id: 7, debit: 1, credit: 2, amount: 500 }]);
/// assert_eq!(body.len(), 16 + 40);
/// ```
///
/// # Panics
/// If there are more transfers than a `u32` counts.
pub fn write_transfers(out: &mut Vec<u8>, settings: CompactSettings, currency: u16, transfers: &[Transfer]) {
    out.reserve(16 + 40 * transfers.len());
    write_header(out, KIND_TRANSFERS, settings, currency, transfers.len());
    for transfer in transfers {
        out.extend_from_slice(&transfer.to_bytes());
    }
}

/// Appends the body of a post of transactions of any shape.
///
/// # Panics
/// If there are more transactions than a `u32` counts, or a transaction has more than 65,535 legs or bytes of notes:
/// the node takes far fewer.
pub fn write_transactions(
    out: &mut Vec<u8>,
    settings: CompactSettings,
    transactions: &[CompactTransaction<'_>],
) {
    write_header(out, KIND_TRANSACTIONS, settings, 0, transactions.len());
    for transaction in transactions {
        write_transaction(out, transaction);
    }
}

fn write_header(out: &mut Vec<u8>, kind: u8, settings: CompactSettings, currency: u16, count: usize) {
    let count = u32::try_from(count).expect("a batch has far fewer than 2^32 transactions");
    let mut bytes = [0; 16];
    bytes[0] = kind;
    bytes[1] = if settings.want_balances { WANT_BALANCES } else { 0 };
    bytes[2..4].copy_from_slice(&currency.to_le_bytes());
    bytes[4..8].copy_from_slice(&count.to_le_bytes());
    bytes[8..12].copy_from_slice(&settings.time.to_le_bytes());
    out.extend_from_slice(&bytes);
}

fn write_transaction(out: &mut Vec<u8>, transaction: &CompactTransaction<'_>) {
    let texts = || transaction.notes.iter().filter(|(_, text)| !text.is_empty());
    let notes: usize = texts().map(|(_, text)| 3 + text.len()).sum();
    out.extend_from_slice(&transaction.id.to_le_bytes());
    out.extend_from_slice(&transaction.value_date.unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(&count16(notes).to_le_bytes());
    out.extend_from_slice(&count16(transaction.legs.len()).to_le_bytes());
    for leg in transaction.legs {
        out.extend_from_slice(&leg.to_bytes());
    }
    for (note, text) in texts() {
        out.push(*note as u8);
        out.extend_from_slice(&count16(text.len()).to_le_bytes());
        out.extend_from_slice(text.as_bytes());
    }
    out.resize(out.len() + notes.next_multiple_of(8) - notes, 0);
}

fn count16(count: usize) -> u16 {
    u16::try_from(count).expect("legs and notes of a transaction are capped far below 2^16")
}

/// A compact answer whose lengths do not fit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the node sent a compact answer whose lengths do not fit together")]
pub struct BadCompactAnswer;

/// A compact answer, read in place.
///
/// | offset | bytes | field |
/// | --- | --- | --- |
/// | 0 | 2 | status: 0 ok, else the number of the rejection of the whole request |
/// | 2 | 2 | flags: bit 0 says that balances follow the results |
/// | 4 | 4 | how many results follow |
///
/// A result is 16 bytes: frame u64, ordinal u32, rejection u16 (0: posted), step u16 with bit 15 for "repeated".
/// Balances are: u32 count, u32 zero, and 32 bytes each: transaction u32, step u16, u16 zero, account u64, balance
/// i128 (natural).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompactAnswer<'a> {
    status: u16,
    results: &'a [[u8; RESULT]],
    balances: &'a [[u8; BALANCE]],
}

/// The result of one transaction in a [`CompactAnswer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompactResult {
    /// The frame of the log that holds its record; 0 where none was written.
    pub frame: u64,
    /// The ordinal of its record among the frame's transactions.
    pub ordinal: u32,
    /// 0: posted, else the number of the rejection ([`crate::REJECTIONS`], counted from 1).
    pub rejection: u16,
    /// The step of the leg that the rejection speaks of; 0 where it speaks of none.
    pub step: u16,
    /// Whether this is the first result of the id, given again.
    pub repeated: bool,
}

/// A balance in a [`CompactAnswer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompactBalance {
    /// Index of the transaction in its request.
    pub transaction: u32,
    /// The leg.
    pub step: u16,
    pub account: u64,
    /// The natural balance after the leg.
    pub balance: i128,
}

impl<'a> CompactAnswer<'a> {
    /// Reads the body of a compact answer without copying it.
    ///
    /// # Errors
    /// [`BadCompactAnswer`], when the body is shorter or longer than its counts say.
    pub fn read(body: &'a [u8]) -> Result<CompactAnswer<'a>, BadCompactAnswer> {
        let (&[s0, s1, f0, f1, count @ ..], rest) = body.split_first_chunk::<8>().ok_or(BadCompactAnswer)?;
        let (results, rest) = rows::<RESULT>(rest, u32::from_le_bytes(count))?;
        let (balances, rest) = if u16::from_le_bytes([f0, f1]) & HAS_BALANCES == 0 {
            (&[][..], rest)
        } else {
            let (&[b0, b1, b2, b3, ..], rest) = rest.split_first_chunk::<8>().ok_or(BadCompactAnswer)?;
            rows::<BALANCE>(rest, u32::from_le_bytes([b0, b1, b2, b3]))?
        };
        if !rest.is_empty() {
            return Err(BadCompactAnswer);
        }
        Ok(CompactAnswer { status: u16::from_le_bytes([s0, s1]), results, balances })
    }

    /// 0: ok; else the number of the rejection of the whole request.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The results, in the order of the request.
    pub fn results(&self) -> impl ExactSizeIterator<Item = CompactResult> + 'a {
        self.results.iter().map(read_result)
    }

    /// The balances after each leg of what was posted, where they were asked for.
    pub fn balances(&self) -> impl ExactSizeIterator<Item = CompactBalance> + 'a {
        self.balances.iter().map(read_balance)
    }
}

fn rows<const N: usize>(bytes: &[u8], count: u32) -> Result<(&[[u8; N]], &[u8]), BadCompactAnswer> {
    let count = usize::try_from(count).map_err(|_| BadCompactAnswer)?;
    let (rows, _) = bytes.as_chunks::<N>();
    let rows = rows.get(..count).ok_or(BadCompactAnswer)?;
    Ok((rows, &bytes[count * N..]))
}

fn read_result(bytes: &[u8; RESULT]) -> CompactResult {
    let step = u16::from_le_bytes(field(bytes, 14));
    CompactResult {
        frame: u64::from_le_bytes(field(bytes, 0)),
        ordinal: u32::from_le_bytes(field(bytes, 8)),
        rejection: u16::from_le_bytes(field(bytes, 12)),
        step: step & !REPEATED,
        repeated: step & REPEATED != 0,
    }
}

fn read_balance(bytes: &[u8; BALANCE]) -> CompactBalance {
    CompactBalance {
        transaction: u32::from_le_bytes(field(bytes, 0)),
        step: u16::from_le_bytes(field(bytes, 4)),
        account: u64::from_le_bytes(field(bytes, 8)),
        balance: i128::from_le_bytes(field(bytes, 16)),
    }
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let (field, _) = bytes[at..].split_first_chunk().expect("fields lie inside their rows");
    *field
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transactions_are_padded_to_eight_bytes() {
        #[track_caller]
        fn check(text: &str, expect: usize) {
            let leg = CompactLeg { account: 1, amount: 2, currency: 156, step: 1, side: Side::Credit };
            let notes = [(Note::Kind, text)];
            let one = CompactTransaction { id: 9, value_date: None, legs: &[leg, leg], notes: &notes };
            let mut body = Vec::new();
            write_transactions(&mut body, CompactSettings::default(), &[one]);
            assert_eq!(body.len(), 16 + 24 + 48 + expect, "{text:?}");
        }
        check("", 0);
        check("a", 8);
        check("abcde", 8);
        check("abcdef", 16);
    }

    #[test]
    fn answers_are_read_in_place_or_refused() {
        let mut body = vec![0, 0, 1, 0, 1, 0, 0, 0];
        body.extend([3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 21, 0, 2, 0x80]);
        body.extend([1, 0, 0, 0, 0, 0, 0, 0]);
        body.extend([5, 0, 0, 0, 6, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0]);
        body.extend((-8_i128).to_le_bytes());
        let answer = CompactAnswer::read(&body).unwrap();
        let result = CompactResult { frame: 3, ordinal: 4, rejection: 21, step: 2, repeated: true };
        assert_eq!(answer.results().collect::<Vec<_>>(), [result]);
        let balance = CompactBalance { transaction: 5, step: 6, account: 7, balance: -8 };
        assert_eq!(answer.balances().collect::<Vec<_>>(), [balance]);
        for cut in 0..body.len() {
            assert_eq!(CompactAnswer::read(&body[..cut]), Err(BadCompactAnswer), "{cut}");
        }
        body.push(0);
        assert_eq!(CompactAnswer::read(&body), Err(BadCompactAnswer));
        assert_eq!(CompactAnswer::read(&[0, 0, 0, 0, 255, 255, 255, 255]), Err(BadCompactAnswer));
    }
}
