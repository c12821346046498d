//! Vouchers written as a file.

use std::io::{self, Write};

use super::fits::check;
use super::format::Format;
use super::target::Target;
use super::theirs::Theirs;
use super::{columns_of, dbf, galaxy, gbt24589, head_of, ncc, sheet, table, uf_xml};
use crate::made::draft::Draft;
use crate::numbers::Numbers;
use crate::refusal::Refusal;
use crate::voucher::Voucher;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The accounting system would not take it. Nothing was written.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Half a file may be there.
    #[error("cannot write the file")]
    Io(#[from] io::Error),
}

impl Target {
    /// Whether the accounting system would take vouchers, as far as can be told here. To be asked before numbers are drawn: then no number belongs to
    /// what cannot be written.
    ///
    /// # Errors
    /// [`Refusal`], of the first that it would not take.
    pub fn check(&self, drafts: &[Draft]) -> Result<(), Refusal> {
        // The fields that numbers stand in take any that a month has.
        let (_, vouchers) = Numbers::default().draw(drafts.to_vec()).expect("a month has numbers for them");
        self.theirs(&vouchers).map(drop)
    }

    /// Writes vouchers as a file. The same vouchers and settings give the same bytes.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn write(&self, vouchers: &[Voucher], out: &mut impl Write) -> Result<(), WriteError> {
        let theirs = self.theirs(vouchers)?;
        match self.format {
            Format::U8Text => table::write_u8_text(self, &theirs, out)?,
            Format::SapBapiCsv => table::write_csv(self, &theirs, out)?,
            Format::SapBapiXlsx | Format::K3Xlsx => sheet::write_lines(self, &theirs, out)?,
            Format::SapFioriXlsx => sheet::write_vouchers(self, &theirs, out)?,
            Format::K3Dbf | Format::KisDbf => dbf::write(self, &theirs, out)?,
            Format::GalaxyJson => galaxy::write(self, &theirs, out)?,
            Format::NccJson => ncc::write(self, &theirs, out)?,
            Format::UfXml => uf_xml::write(self, &theirs, out)?,
            Format::Gbt24589Xml => gbt24589::write(self, &theirs, out)?,
        }
        Ok(())
    }

    fn theirs<'a>(&'a self, vouchers: &'a [Voucher]) -> Result<Vec<Theirs<'a>>, Refusal> {
        let theirs = vouchers.iter().map(|voucher| Theirs::of(voucher, self));
        let theirs = theirs.collect::<Result<Vec<_>, _>>()?;
        let columns = [head_of(self), columns_of(self)].concat();
        theirs.iter().try_for_each(|voucher| check(voucher, self, &columns))?;
        Ok(theirs)
    }
}
