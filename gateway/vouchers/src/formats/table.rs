//! Tables as text.

use std::io::{self, Write};

use encoding_rs::GBK;

use super::columns_of;
use super::target::Target;
use super::theirs::Theirs;
use super::values::values;

/// The line that a file of U8's 总账工具 begins with.
pub(crate) const U8_HEAD: &str = "填制凭证,V800";

/// 用友 U8 总账工具: GBK, CRLF, no quotes, so that commas and quotes in texts become blanks.
pub(super) fn write_u8_text(
    target: &Target,
    vouchers: &[Theirs<'_>],
    out: &mut impl Write,
) -> io::Result<()> {
    let columns = columns_of(target);
    let mut write_line = |line: &str| {
        // Every character was held to GBK.
        out.write_all(&GBK.encode(line).0)?;
        out.write_all(b"\r\n")
    };
    write_line(target.fixed("first_line", U8_HEAD))?;
    for theirs in vouchers {
        for line in 0..theirs.lines.len() {
            let cells = values(&columns, theirs, line, target);
            let cells: Vec<String> = cells.map(|value| value.text().replace([',', '"'], " ")).collect();
            write_line(&cells.join(","))?;
        }
    }
    Ok(())
}

/// A CSV file with a header, UTF-8.
pub(super) fn write_csv(target: &Target, vouchers: &[Theirs<'_>], out: &mut impl Write) -> io::Result<()> {
    let columns = columns_of(target);
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(columns.iter().map(|column| &*column.title))?;
    for theirs in vouchers {
        for line in 0..theirs.lines.len() {
            let cells: Vec<_> = values(&columns, theirs, line, target).collect();
            writer.write_record(cells.iter().map(|value| value.text()))?;
        }
    }
    writer.flush()
}
