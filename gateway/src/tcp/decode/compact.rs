//! Posts in the compact form: fixed little-endian fields, straight into a [`Batch`].

use longmen_client::MAX_STEP;
use longmen_engine::ledger::notes::{self, Note};
use longmen_engine::ledger::{
    AccountId, Amount, Batch, Currency, Date, Draft, Leg, MAX_BATCH, MAX_LEGS, MAX_NOTES, Rejection, Side,
    TransactionId,
};

use super::post::VISIBILITIES;
use crate::service::{Fault, Post};

const KIND_TRANSFERS: u8 = 1;
const KIND_TRANSACTIONS: u8 = 2;
const WANT_BALANCES: u8 = 1;
const HEADER: usize = 16;
const TRANSFER: usize = 40;
const TRANSACTION: usize = 24;
const LEG: usize = 24;
const NO_DATE: u32 = u32::MAX;

/// What all transactions of a compact post share.
struct CompactHeader {
    kind: u8,
    want_balances: bool,
    currency: u16,
    count: usize,
    time: u32,
}

/// Reads the body of a compact post.
pub(crate) fn read_compact_post(body: &[u8]) -> Result<Post, Fault> {
    let (header, rest) =
        body.split_first_chunk::<HEADER>().ok_or(Fault::new("has no room for its header"))?;
    let header = CompactHeader::read(header)?;
    let mut post = match header.kind {
        KIND_TRANSFERS => read_transfers(&header, rest)?,
        _ => read_transactions(&header, rest)?,
    };
    post.batch.want_balances = header.want_balances;
    Ok(post)
}

impl CompactHeader {
    fn read(header: &[u8; HEADER]) -> Result<CompactHeader, Fault> {
        let [kind, flags, ..] = *header;
        if kind != KIND_TRANSFERS && kind != KIND_TRANSACTIONS {
            return Err(Fault::new("of a kind that is not known"));
        }
        if flags & !WANT_BALANCES != 0 || u32::from_le_bytes(field(header, 12)) != 0 {
            return Err(Fault::new("has bits set that must be zero"));
        }
        let count = usize::try_from(u32::from_le_bytes(field(header, 4))).unwrap_or(usize::MAX);
        if count > MAX_BATCH {
            return Err(Fault::too_many("has more transactions than are allowed", count, MAX_BATCH));
        }
        Ok(CompactHeader {
            kind,
            want_balances: flags & WANT_BALANCES != 0,
            currency: u16::from_le_bytes(field(header, 2)),
            count,
            time: u32::from_le_bytes(field(header, 8)),
        })
    }
}

fn read_transfers(header: &CompactHeader, rest: &[u8]) -> Result<Post, Fault> {
    let (rows, tail) = rest.as_chunks::<TRANSFER>();
    if rows.len() != header.count || !tail.is_empty() {
        return Err(Fault::new("is not as long as its count says"));
    }
    let currency = Currency::from_numeric(header.currency).ok_or(Fault::new("names no currency"))?;
    let mut batch = Batch::default();
    batch.transactions.reserve_exact(header.count);
    batch.legs.reserve_exact(2 * header.count);
    for row in rows {
        push_transfer(&mut batch, header.time, currency, row);
    }
    Ok(Post { batch, ..Post::default() })
}

fn push_transfer(batch: &mut Batch, time: u32, currency: Currency, row: &[u8; TRANSFER]) {
    let draft = Draft { id: TransactionId(u128::from_le_bytes(field(row, 0))), time, ..Draft::default() };
    let written = u64::from_le_bytes(field(row, 32));
    let amount = i64::try_from(written).map(Amount);
    let leg = |step, account, side| Leg {
        account: AccountId(u64::from_le_bytes(account)),
        amount: amount.unwrap_or(Amount(0)),
        currency,
        step,
        side,
    };
    let legs = [leg(1, field(row, 16), Side::Debit), leg(2, field(row, 24), Side::Credit)];
    if amount.is_ok() {
        batch.push(draft, &legs, &[]);
    } else {
        batch.push_with_shape(draft, &legs, &[], Some(Rejection::InvalidAmount));
    }
}

fn read_transactions(header: &CompactHeader, mut rest: &[u8]) -> Result<Post, Fault> {
    if header.currency != 0 {
        return Err(Fault::new("has bits set that must be zero"));
    }
    if header.count > rest.len() / TRANSACTION {
        return Err(Fault::new("is not as long as its count says"));
    }
    let mut post = Post::default();
    post.batch.transactions.reserve_exact(header.count);
    let mut legs = Vec::new();
    for index in 0..header.count {
        let row = Row::split(&mut rest).ok_or_else(|| Fault::new("runs past the end").in_element(index))?;
        let mut draft = Draft { id: row.id, time: header.time, ..Draft::default() };
        legs.clear();
        match row.read(&mut draft, &mut legs) {
            Ok(()) => post.batch.push(draft, &legs, row.notes),
            Err(fault) => post.push_malformed(draft, fault),
        }
    }
    if rest.is_empty() { Ok(post) } else { Err(Fault::new("is longer than its count says")) }
}

/// The extent of one transaction; what is in it is not judged yet.
struct Row<'a> {
    id: TransactionId,
    value_date: u32,
    legs: &'a [[u8; LEG]],
    notes: &'a [u8],
    padding: &'a [u8],
}

impl<'a> Row<'a> {
    /// Takes the first transaction off `rest`; `None` when it runs past the end.
    fn split(rest: &mut &'a [u8]) -> Option<Row<'a>> {
        let (head, tail) = rest.split_first_chunk::<TRANSACTION>()?;
        let notes = usize::from(u16::from_le_bytes(field(head, 20)));
        let legs = usize::from(u16::from_le_bytes(field(head, 22)));
        let (legs, tail) = tail.split_at_checked(legs * LEG)?;
        let (padded, tail) = tail.split_at_checked(notes.next_multiple_of(8))?;
        let (notes, padding) = padded.split_at(notes);
        *rest = tail;
        Some(Row {
            id: TransactionId(u128::from_le_bytes(field(head, 0))),
            value_date: u32::from_le_bytes(field(head, 16)),
            legs: legs.as_chunks().0,
            notes,
            padding,
        })
    }

    fn read(&self, draft: &mut Draft, legs: &mut Vec<Leg>) -> Result<(), Fault> {
        if self.value_date != NO_DATE {
            let date = Date::from_days(self.value_date).ok_or(Fault::new("has a value date that is none"))?;
            draft.value_date = Some(date);
        }
        if self.legs.is_empty() || self.legs.len() > MAX_LEGS || self.notes.len() > MAX_NOTES {
            return Err(Fault::new("has no legs, or more legs or notes than are allowed"));
        }
        for (index, bytes) in self.legs.iter().enumerate() {
            legs.push(read_leg(bytes).map_err(|fault| fault.in_element(index).in_field("legs"))?);
        }
        if legs.windows(2).any(|pair| pair[0].step >= pair[1].step) {
            return Err(Fault::new("has steps that do not increase"));
        }
        check_notes(self.notes, self.padding)
    }
}

fn read_leg(bytes: &[u8; LEG]) -> Result<Leg, Fault> {
    let step = u16::from_le_bytes(field(bytes, 18));
    if !(1..=MAX_STEP).contains(&step) {
        return Err(Fault::new("has a step out of range"));
    }
    let side = match field(bytes, 20) {
        [0, 0, 0, 0] => Side::Debit,
        [1, 0, 0, 0] => Side::Credit,
        _ => return Err(Fault::new("is on neither side, or has bits set that must be zero")),
    };
    let currency = Currency::from_numeric(u16::from_le_bytes(field(bytes, 16)));
    Ok(Leg {
        account: AccountId(u64::from_le_bytes(field(bytes, 0))),
        amount: Amount(i64::from_le_bytes(field(bytes, 8))),
        currency: currency.ok_or(Fault::new("names no currency"))?,
        step,
        side,
    })
}

/// One way to write the same notes, so that the same transaction has the same content: tags increase, no text is
/// empty, padding is zero.
fn check_notes(bytes: &[u8], padding: &[u8]) -> Result<(), Fault> {
    let mut canonical = 0;
    let mut last: Option<Note> = None;
    for (note, text) in notes::read(bytes) {
        let invisible = note == Note::Visibility && !VISIBILITIES.contains(&text);
        if !note.is_given()
            || invisible
            || text.is_empty()
            || last.is_some_and(|last| last as u8 >= note as u8)
        {
            break;
        }
        last = Some(note);
        canonical += 3 + text.len();
    }
    if canonical != bytes.len() || padding.iter().any(|byte| *byte != 0) {
        return Err(Fault::new("has notes that are not well formed"));
    }
    Ok(())
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let (field, _) = bytes[at..].split_first_chunk().expect("fields lie inside their rows");
    *field
}
