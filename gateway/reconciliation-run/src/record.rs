//! Rows and findings as bytes, in files that only the process which wrote them reads.
//!
//! Numbers are little-endian; a text has its length in front of it, 4 bytes.
//!
//! | | bytes |
//! | --- | --- |
//! | transaction | kind 1, state 1, currency 2, line 8, gross 8, fee 8, merchant's number, reference |
//! | candidate | side 1, whether it waits 1, since 4 and days 4 where it does, transaction |
//! | found | class 1, fate 1, which sides 1, whether it waits 1, days 4, explains 16, since 4 where it waits, a transaction a side |

use longmen_channel_files::RowKind;
use longmen_ledger::{Amount, Currency, Date};
use longmen_reconciliation::{BookState, Candidate, Class, Fate, Finding, Found, Side, Transaction};

/// What is written to a file and read again.
pub(crate) trait Record: Sized {
    /// Writes it behind what is there.
    fn write(&self, out: &mut Vec<u8>);

    /// Reads it from the front of `bytes`; `None` where they are no such record.
    fn read(bytes: &mut &[u8]) -> Option<Self>;
}

const BOOK: u8 = 1;
const FILE: u8 = 2;

impl Record for Transaction {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend([self.kind as u8, self.state as u8]);
        out.extend(self.currency.numeric().to_le_bytes());
        out.extend(self.line.to_le_bytes());
        out.extend(self.gross.0.to_le_bytes());
        out.extend(self.fee.0.to_le_bytes());
        write_text(out, &self.merchant_number);
        write_text(out, &self.reference);
    }

    fn read(bytes: &mut &[u8]) -> Option<Transaction> {
        let [kind, state] = take(bytes)?;
        Some(Transaction {
            kind: RowKind::from_repr(kind)?,
            state: BookState::from_repr(state)?,
            currency: Currency::from_numeric(u16::from_le_bytes(take(bytes)?))?,
            line: u64::from_le_bytes(take(bytes)?),
            gross: Amount(i64::from_le_bytes(take(bytes)?)),
            fee: Amount(i64::from_le_bytes(take(bytes)?)),
            merchant_number: read_text(bytes)?,
            reference: read_text(bytes)?,
        })
    }
}

impl Record for Candidate {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend([self.side as u8, u8::from(self.since.is_some())]);
        if let Some((since, days)) = self.since {
            out.extend(since.days().to_le_bytes());
            out.extend(days.to_le_bytes());
        }
        self.transaction.write(out);
    }

    fn read(bytes: &mut &[u8]) -> Option<Candidate> {
        let [side, waits] = take(bytes)?;
        let since = match waits {
            0 => None,
            1 => Some((read_date(bytes)?, u32::from_le_bytes(take(bytes)?))),
            _ => return None,
        };
        Some(Candidate { side: Side::from_repr(side)?, since, transaction: Transaction::read(bytes)? })
    }
}

impl Record for Found {
    fn write(&self, out: &mut Vec<u8>) {
        let Finding { class, fate, book, file, days, explains } = &self.finding;
        let sides = book.as_ref().map_or(0, |_| BOOK) | file.as_ref().map_or(0, |_| FILE);
        out.extend([*class as u8, *fate as u8, sides, u8::from(self.since.is_some())]);
        out.extend(days.to_le_bytes());
        out.extend(explains.to_le_bytes());
        self.since.iter().for_each(|since| out.extend(since.days().to_le_bytes()));
        book.iter().chain(file).for_each(|transaction| transaction.write(out));
    }

    fn read(bytes: &mut &[u8]) -> Option<Found> {
        let [class, fate, sides, waits] = take(bytes)?;
        let (class, fate) = (Class::from_repr(class)?, Fate::from_repr(fate)?);
        let (days, explains) = (u32::from_le_bytes(take(bytes)?), i128::from_le_bytes(take(bytes)?));
        let since = match waits {
            0 => None,
            1 => Some(read_date(bytes)?),
            _ => return None,
        };
        let book = if sides & BOOK == 0 { None } else { Some(Transaction::read(bytes)?) };
        let file = if sides & FILE == 0 { None } else { Some(Transaction::read(bytes)?) };
        Some(Found { finding: Finding { class, fate, book, file, days, explains }, since })
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}

fn read_date(bytes: &mut &[u8]) -> Option<Date> {
    Date::from_days(u32::from_le_bytes(take(bytes)?))
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    let length = u32::try_from(text.len()).expect("no cell of a file has 4 GB");
    out.extend(length.to_le_bytes());
    out.extend(text.as_bytes());
}

fn read_text(bytes: &mut &[u8]) -> Option<Box<str>> {
    let length = usize::try_from(u32::from_le_bytes(take(bytes)?)).ok()?;
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    std::str::from_utf8(text).ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transaction(number: &str) -> Transaction {
        Transaction {
            kind: RowKind::Other,
            merchant_number: number.into(),
            reference: "流水 42".into(),
            line: u64::MAX,
            gross: Amount(i64::MIN),
            fee: Amount(-1),
            currency: Currency::from_code("JPY").unwrap(),
            state: BookState::Failed,
        }
    }

    /// Every record comes back as it was, and no beginning of one is taken for a record.
    #[track_caller]
    fn check<R: Record + PartialEq + std::fmt::Debug>(record: &R) {
        let mut bytes = Vec::new();
        record.write(&mut bytes);
        for length in 0..bytes.len() {
            assert_eq!(R::read(&mut &bytes[..length]), None, "{length} bytes of {record:?}");
        }
        bytes.extend(b"more");
        let mut rest = bytes.as_slice();
        assert_eq!(R::read(&mut rest).as_ref(), Some(record));
        assert_eq!(rest, b"more");
    }

    #[test]
    fn records_come_back_as_they_were() {
        check(&transaction(""));
        for (side, since) in [(Side::Book, None), (Side::File, Some((Date::LAST, 3)))] {
            check(&Candidate { side, since, transaction: transaction("P001") });
        }
        for (book, file) in [(true, false), (false, true), (true, true)] {
            let (book, file) = (book.then(|| transaction("P002")), file.then(|| transaction("P002")));
            let (class, fate) = (Class::DuplicateInBook, Fate::Open);
            let finding = Finding { class, fate, book, file, days: 2, explains: i128::MIN };
            check(&Found { finding: finding.clone(), since: None });
            check(&Found { finding, since: Some(Date::FIRST) });
        }
    }

    #[test]
    fn bytes_that_are_no_record_are_none() {
        let mut bytes = Vec::new();
        Candidate { side: Side::Book, since: None, transaction: transaction("P001") }.write(&mut bytes);
        for (place, byte) in [(0, 2), (1, 2), (2, 8), (3, 3), (5, 0xFF), (34, 0xFF)] {
            let mut wrong = bytes.clone();
            wrong[place] = byte;
            assert_eq!(Candidate::read(&mut &wrong[..]), None, "byte {place}");
        }
    }
}
