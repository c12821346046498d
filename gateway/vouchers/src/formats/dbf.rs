//! 金蝶 K/3 and KIS 标准凭证引入: dBASE III in GBK.
//!
//! Written here: a file of a fixed date and of exact decimals, where the library for it has the day's date and floating point.

use std::io::{self, Write};

use encoding_rs::GBK;

use super::column::Column;
use super::format::Format;
use super::target::Target;
use super::theirs::Theirs;
use super::values::{Value, values};

/// A field of a DBF file.
#[derive(Clone, Debug)]
pub(crate) struct DbfField {
    pub(crate) column: Column,
    /// C text, N number, D date, L yes or no.
    pub(crate) kind: u8,
    pub(crate) width: u8,
    pub(crate) places: u8,
}

/// Header of a file without a memo file, its length in bytes before the fields, and of each field.
pub(crate) const VERSION: u8 = 3;
pub(crate) const HEAD: usize = 32;
pub(crate) const END_OF_HEAD: u8 = 0x0d;
const END_OF_FILE: u8 = 0x1a;
/// 2000-01-01, so that the same vouchers give the same bytes.
const ALWAYS: [u8; 3] = [100, 1, 1];

/// Name, type, width, places, what stands in it.
type Row = (&'static str, u8, u8, u8, &'static str);

const BEFORE_AUX: [Row; 8] = [
    ("FDATE", b'D', 8, 0, "date"),
    ("FTRANSDATE", b'D', 8, 0, "book_date"),
    ("FPERIOD", b'N', 3, 0, "period"),
    ("FGROUP", b'C', 10, 0, "word"),
    ("FNUM", b'N', 10, 0, "number"),
    ("FENTRYID", b'N', 5, 0, "line_index"),
    ("FEXP", b'C', 80, 0, "summary"),
    ("FACCTID", b'C', 40, 0, "subject"),
];

const AFTER_AUX: [Row; 27] = [
    ("FTRANSID", b'C', 80, 0, "source"),
    ("FCYID", b'C', 10, 0, "currency"),
    ("FEXCHRATE", b'N', 19, 10, "rate"),
    ("FDC", b'C', 1, 0, "side_digit"),
    ("FFCYAMT", b'N', 14, 2, "amount"),
    ("FQTY", b'N', 14, 2, "#0"),
    ("FPRICE", b'N', 14, 2, "#0"),
    ("FDEBIT", b'N', 14, 2, "debit_local"),
    ("FCREDIT", b'N', 14, 2, "credit_local"),
    ("FSETTLCODE", b'C', 10, 0, ""),
    ("FSETTLENO", b'C', 30, 0, ""),
    ("FPREPARE", b'C', 40, 0, "maker"),
    ("FPAY", b'C', 40, 0, ""),
    ("FCASH", b'C', 40, 0, "cashier"),
    ("FPOSTER", b'C', 40, 0, "poster"),
    ("FCHECKER", b'C', 40, 0, "checker"),
    ("FATTCHMENT", b'N', 5, 0, "attachments"),
    ("FPOSTED", b'L', 1, 0, "=F"),
    ("FMODULE", b'C', 10, 0, ""),
    ("FDELETED", b'L', 1, 0, "=F"),
    ("FSERIALNO", b'N', 10, 0, "number"),
    ("FUNITNAME", b'C', 10, 0, ""),
    ("FREFERENCE", b'C', 80, 0, "source_key"),
    ("FCASHFLOW", b'N', 10, 0, "#0"),
    // Behind what K/3 reads by name; readers pass over what they do not know.
    ("FYEAR", b'N', 4, 0, "year"),
    ("FENTITY", b'C', 20, 0, "entity"),
    ("FHEADTEXT", b'C', 40, 0, "header_text"),
];

/// The fields of a file: those of K/3, or the narrower ones of KIS.
pub(crate) fn dbf_fields(format: Format) -> Vec<DbfField> {
    let mut fields: Vec<DbfField> = BEFORE_AUX.iter().map(|row| field(*row)).collect();
    for (stem, what) in [("FCLSNAME", "aux_name"), ("FOBJID", "aux_value"), ("FOBJNAME", "aux_value")] {
        fields.extend((1..=8).map(|nth| text_field(&format!("{stem}{nth}"), 80, &format!("{what}:{nth}"))));
    }
    fields.extend(AFTER_AUX.iter().map(|row| field(*row)));
    if format == Format::KisDbf {
        for (name, width, what) in
            [("FEXP", 60, "summary"), ("FACCTID", 30, "subject"), ("FDC", 1, "side_letter")]
        {
            let place = fields.iter().position(|field| &*field.column.title == name).expect("a field of K/3");
            fields[place] = text_field(name, width, what);
        }
    }
    fields
}

fn field((name, kind, width, places, what): Row) -> DbfField {
    let own_width = (kind == b'C').then_some(width.into());
    let column = Column::new(name, what, own_width).expect("a field that there is");
    DbfField { column, kind, width, places }
}

fn text_field(name: &str, width: u8, what: &str) -> DbfField {
    let column = Column::new(name, what, Some(width.into())).expect("a field that there is");
    DbfField { column, kind: b'C', width, places: 0 }
}

pub(super) fn write(target: &Target, vouchers: &[Theirs<'_>], out: &mut impl Write) -> io::Result<()> {
    let fields = dbf_fields(target.format);
    let records: usize = vouchers.iter().map(|theirs| theirs.lines.len()).sum();
    write_head(&fields, records, out)?;
    let columns: Vec<Column> = fields.iter().map(|field| field.column.clone()).collect();
    for theirs in vouchers {
        for line in 0..theirs.lines.len() {
            out.write_all(b" ")?;
            for (field, value) in fields.iter().zip(values(&columns, theirs, line, target)) {
                out.write_all(&cell(field, &value)?)?;
            }
        }
    }
    out.write_all(&[END_OF_FILE])
}

fn write_head(fields: &[DbfField], records: usize, out: &mut impl Write) -> io::Result<()> {
    let too_large = |_| io::Error::new(io::ErrorKind::FileTooLarge, "too many records for a DBF file");
    let record = 1 + fields.iter().map(|field| usize::from(field.width)).sum::<usize>();
    let mut head = [0; HEAD];
    head[0] = VERSION;
    head[1..4].copy_from_slice(&ALWAYS);
    head[4..8].copy_from_slice(&u32::try_from(records).map_err(too_large)?.to_le_bytes());
    let length = HEAD + fields.len() * HEAD + 1;
    head[8..10].copy_from_slice(&u16::try_from(length).map_err(too_large)?.to_le_bytes());
    head[10..12].copy_from_slice(&u16::try_from(record).map_err(too_large)?.to_le_bytes());
    // The code page of simplified Chinese Windows.
    head[29] = 0x4d;
    out.write_all(&head)?;
    for field in fields {
        let mut at = [0; HEAD];
        at[..field.column.title.len()].copy_from_slice(field.column.title.as_bytes());
        (at[11], at[16], at[17]) = (field.kind, field.width, field.places);
        out.write_all(&at)?;
    }
    out.write_all(&[END_OF_HEAD])
}

/// A cell, as wide as its field: texts to the left, numbers to the right.
fn cell(field: &DbfField, value: &Value) -> io::Result<Vec<u8>> {
    let width = usize::from(field.width);
    let text = match field.kind {
        b'D' => value.text().replace('-', ""),
        b'N' => format!("{:>width$}", with_places(value.text(), field.places.into())),
        _ => value.text().to_owned(),
    };
    let mut bytes = GBK.encode(&text).0.into_owned();
    if bytes.len() > width {
        let reason = format!("{text} does not fit {}", field.column.title);
        return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
    }
    bytes.resize(width, b' ');
    Ok(bytes)
}

/// A decimal number with exactly so many places; it has no more that count.
fn with_places(number: &str, places: usize) -> String {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if places == 0 { whole.to_owned() } else { format!("{whole}.{fraction:0<places$.places$}") }
}
