//! A DBF file of 金蝶 K/3 or KIS read again.

use std::collections::HashMap;

use encoding_rs::GBK;
use longmen_ledger::Currency;

use super::{At, ReadError, ReadLine};
use crate::formats::{END_OF_HEAD, HEAD, VERSION};

/// A field's place in a record.
type Places = HashMap<String, (usize, usize)>;

/// Reads a DBF file that has the fields of K/3 or KIS, in any order.
///
/// # Errors
/// [`ReadError`].
pub fn read_dbf(bytes: &[u8], local: Currency) -> Result<Vec<ReadLine>, ReadError> {
    let cut = || At(0).fault("file", "ends before its end");
    let head: &[u8; HEAD] = bytes.first_chunk().ok_or_else(cut)?;
    if head[0] != VERSION {
        return Err(At(0).fault("file", "is no dBASE III without a memo file"));
    }
    let two = |at: usize| usize::from(u16::from_le_bytes([head[at], head[at + 1]]));
    let records = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
    let (begin, record) = (two(8), two(10));
    let places = places(bytes.get(HEAD..begin).ok_or_else(cut)?).ok_or_else(cut)?;
    let end = places.values().map(|(_, end)| *end).max();
    if end != Some(record) {
        return Err(At(0).fault("file", "its fields are not as long as its records"));
    }
    let length = usize::try_from(records).ok().and_then(|records| records.checked_mul(record));
    let end = length.and_then(|length| length.checked_add(begin)).ok_or_else(cut)?;
    let rows = bytes.get(begin..end).ok_or_else(cut)?;
    let rows = rows.chunks_exact(record).enumerate();
    rows.map(|(index, row)| read_record(At(index + 1), row, &places, local)).collect()
}

/// Where each field begins and ends in a record, whose first byte says whether it is deleted.
fn places(fields: &[u8]) -> Option<Places> {
    let mut places = Places::new();
    let mut begin = 1;
    for field in fields.strip_suffix(&[END_OF_HEAD])?.chunks(HEAD) {
        let name = field.get(..11)?.split(|byte| *byte == 0).next()?;
        let end = begin + usize::from(*field.get(16)?);
        places.insert(String::from_utf8(name.to_vec()).ok()?, (begin, end));
        begin = end;
    }
    Some(places)
}

fn read_record(at: At, row: &[u8], places: &Places, local: Currency) -> Result<ReadLine, ReadError> {
    if row[0] != b' ' {
        return Err(at.fault("record", "is deleted"));
    }
    let text = |name: &'static str| {
        let (begin, end) = *places.get(name).ok_or_else(|| at.fault(name, "is not there"))?;
        let text = GBK.decode_without_bom_handling_and_without_replacement(&row[begin..end]);
        text.map(|text| text.trim().to_owned()).ok_or_else(|| at.fault(name, "is no text in GBK"))
    };
    let date = text("FDATE")?;
    let dashed = match (date.get(..4), date.get(4..6), date.get(6..)) {
        (Some(year), Some(month), Some(day)) => format!("{year}-{month}-{day}"),
        _ => date,
    };
    let (side, amount) = at.side(local, &text("FDEBIT")?, &text("FCREDIT")?)?;
    Ok(ReadLine {
        date: at.date("FDATE", &dashed)?,
        word: text("FGROUP")?.into(),
        number: at.number("FNUM", &text("FNUM")?)?,
        attachments: at.number("FATTCHMENT", &text("FATTCHMENT")?)?,
        subject: text("FACCTID")?.into(),
        summary: text("FEXP")?.into(),
        side,
        local: amount,
        source_key: Some(text("FREFERENCE")?.into()),
    })
}
