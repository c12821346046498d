//! The formats, and what each of them takes.

use serde::Deserialize;

/// A file that an accounting system takes vouchers in as.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Deserialize,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Format {
    /// SAP: the fields of `BAPI_ACC_DOCUMENT_POST`, a line for each item, as CSV.
    SapBapiCsv,
    /// The same as XLSX.
    SapBapiXlsx,
    /// SAP: the sheet of the Fiori app "Upload General Journal Entries".
    SapFioriXlsx,
    /// Kingdee K/3 (金蝶) 标准凭证引入, dBASE III in GBK.
    K3Dbf,
    /// Kingdee KIS: as K/3, with narrower fields and D and C for the sides.
    KisDbf,
    /// The columns of K/3 as XLSX.
    K3Xlsx,
    /// Kingdee Cloud Galaxy (金蝶云星空): a Save of `GL_VOUCHER` on each line, JSON.
    GalaxyJson,
    /// Yonyou U8 (用友) 总账工具: text in GBK with CRLF.
    U8Text,
    /// Yonyou U8 and NC: `ufinterface`, XML.
    UfXml,
    /// Yonyou NC Cloud: the body of `gl/voucher/insert`, JSON.
    NccJson,
    /// The tables 电子账簿, 记账凭证类型, 币种 and 记账凭证 of GB/T 24589.1 by the field list of 2010, XML. Not certified.
    Gbt24589Xml,
}

impl Format {
    /// Its name: `u8_text`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What its fields take.
    pub(crate) fn limits(self) -> Limits {
        let (lines, summary, subject, name, amount, places) = match self {
            Format::SapBapiCsv | Format::SapBapiXlsx => (999, 50, 10, 12, 24, 4),
            Format::SapFioriXlsx => (999, 50, 10, 12, 24, 2),
            Format::K3Dbf | Format::K3Xlsx => (9_999, 80, 40, 40, 14, 2),
            Format::KisDbf => (9_999, 60, 30, 40, 14, 2),
            Format::U8Text | Format::UfXml => (9_999, 60, 15, 20, 16, 2),
            Format::NccJson => (9_999, 200, 40, 20, 28, 8),
            Format::GalaxyJson => (9_999, 255, 40, 40, 28, 8),
            Format::Gbt24589Xml => (9_999, 300, 60, 60, 20, 2),
        };
        let is_gbk =
            matches!(self, Format::K3Dbf | Format::KisDbf | Format::K3Xlsx | Format::U8Text | Format::UfXml);
        Limits { lines, summary, subject, name, amount, places, is_gbk }
    }

    /// Whether it has vouchers of one side.
    pub(crate) fn takes_off_balance(self) -> bool {
        !matches!(self, Format::SapBapiCsv | Format::SapBapiXlsx | Format::SapFioriXlsx)
    }

    /// Whether settings may say which columns its table has.
    pub(crate) fn has_columns(self) -> bool {
        matches!(self, Format::U8Text | Format::K3Xlsx) || self.has_one_currency()
    }

    /// Whether settings may say which columns the voucher itself has.
    pub(crate) fn has_head(self) -> bool {
        self == Format::SapFioriXlsx
    }

    /// Whether a voucher has one currency, and the local one beside it.
    pub(crate) fn has_one_currency(self) -> bool {
        matches!(self, Format::SapBapiCsv | Format::SapBapiXlsx | Format::SapFioriXlsx)
    }

    /// Whether it can mark only a whole voucher as red.
    pub(crate) fn marks_red_as_a_whole(self) -> bool {
        matches!(self, Format::SapBapiCsv | Format::SapBapiXlsx)
    }

    /// Whether its cells are binary floating point, in which 15 digits are exact.
    pub(crate) fn is_sheet(self) -> bool {
        matches!(self, Format::SapBapiXlsx | Format::SapFioriXlsx | Format::K3Xlsx)
    }
}

/// What fields take: widths in characters, of GBK formats in bytes (a Chinese character has two).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The most lines of a voucher.
    pub(crate) lines: usize,
    pub(crate) summary: usize,
    pub(crate) subject: usize,
    /// Of the makers' names.
    pub(crate) name: usize,
    /// The characters of an amount, with point and minus.
    pub(crate) amount: usize,
    /// Decimal places of an amount.
    pub(crate) places: u32,
    pub(crate) is_gbk: bool,
}
