//! The columns that tables usually have. Releases differ: settings may have others.

use super::column::{Column, Field};
use super::dbf::dbf_fields;
use super::format::Format;
use super::target::Target;

/// 用友 U8 总账工具, one voucher line a row. What follows 项目 differs by version.
const U8: [(&str, &str, usize); 24] = [
    ("制单日期", "date", 10),
    ("凭证类别字", "word", 8),
    ("业务号", "number", 30),
    ("附单据数", "attachments", 3),
    ("摘要", "summary", 0),
    ("科目编码", "subject", 0),
    ("借方金额", "debit_local", 16),
    ("贷方金额", "credit_local", 16),
    ("数量", "#0", 0),
    ("外币", "foreign_amount", 16),
    ("汇率", "rate", 16),
    ("制单人", "maker", 0),
    ("结算方式", "", 0),
    ("票号", "", 0),
    ("发生日期", "", 0),
    ("部门", "aux:部门", 12),
    ("个人", "aux:个人", 20),
    ("客户", "aux:客户", 20),
    ("供应商", "aux:供应商", 20),
    ("业务员", "aux:业务员", 20),
    ("项目", "aux:项目", 20),
    ("", "", 0),
    ("", "", 0),
    ("", "", 0),
];

/// SAP BAPI_ACC_DOCUMENT_POST: BAPIACHE09, then the item of BAPIACGL09 with its amounts of BAPIACCR09 in document currency (00) and local one (10).
const BAPI: [(&str, &str, usize); 28] = [
    ("OBJ_TYPE", "=", 5),
    ("OBJ_KEY", "short_key", 20),
    ("OBJ_SYS", "=", 10),
    ("BUS_ACT", "=RFBU", 4),
    ("USERNAME", "maker", 12),
    ("HEADER_TXT", "header_text", 25),
    ("COMP_CODE", "entity", 4),
    ("DOC_DATE", "compact_book_date", 8),
    ("PSTNG_DATE", "compact_date", 8),
    ("FISC_YEAR", "year", 4),
    ("FIS_PERIOD", "two_digit_period", 2),
    ("DOC_TYPE", "=SA", 2),
    ("REF_DOC_NO", "reference", 16),
    ("NEG_POSTNG", "negative_mark", 1),
    ("ITEMNO_ACC", "line_number", 10),
    ("GL_ACCOUNT", "padded_subject", 10),
    ("ITEM_TEXT", "summary", 50),
    ("ALLOC_NMBR", "compact_book_date", 18),
    ("REF_KEY_3", "short_key", 20),
    ("COSTCENTER", "aux:COSTCENTER", 10),
    ("PROFIT_CTR", "aux:PROFIT_CTR", 10),
    ("TRADE_ID", "aux:TRADE_ID", 6),
    ("CURR_TYPE", "=00", 2),
    ("CURRENCY", "currency", 5),
    ("AMT_DOCCUR", "signed_amount", 24),
    ("CURR_TYPE_10", "=10", 2),
    ("CURRENCY_10", "local_currency", 5),
    ("AMT_DOCCUR_10", "signed_local", 24),
];

/// SAP Fiori, Upload General Journal Entries: the voucher.
const FIORI_HEAD: [(&str, &str, usize); 8] = [
    ("*Company Code (4)", "entity", 4),
    ("*Journal Entry Type (2)", "=SA", 2),
    ("*Journal Entry Date", "compact_book_date", 8),
    ("*Posting Date", "compact_date", 8),
    ("Fiscal Period (2)", "two_digit_period", 2),
    ("Document Header Text (25)", "header_text", 25),
    ("*Transaction Currency (5)", "currency", 5),
    ("Ledger Group (4)", "=", 4),
];

/// SAP Fiori, Upload General Journal Entries: its items.
const FIORI: [(&str, &str, usize); 11] = [
    ("Company Code (4)", "entity", 4),
    ("G/L Account (10)", "subject", 10),
    ("Item Text (50)", "summary", 50),
    ("Transaction Currency Debit", "debit_amount_or_empty", 0),
    ("Transaction Currency Credit", "credit_amount_or_empty", 0),
    ("Amount in Company Code Currency", "signed_local", 0),
    ("Tax Code", "", 0),
    ("Cost Center (10)", "aux:COSTCENTER", 10),
    ("Profit Center (10)", "aux:PROFIT_CTR", 10),
    ("Trading Partner (6)", "aux:TRADE_ID", 6),
    ("Assignment (18)", "compact_book_date", 18),
];

pub(super) fn columns(target: &Target) -> Vec<Column> {
    let usual = match target.format {
        Format::U8Text => of(&U8),
        Format::SapBapiCsv | Format::SapBapiXlsx => of(&BAPI),
        Format::SapFioriXlsx => of(&FIORI),
        Format::K3Dbf | Format::K3Xlsx | Format::KisDbf => {
            return dbf_fields(target.format).into_iter().map(|field| field.column).collect();
        }
        Format::GalaxyJson | Format::NccJson | Format::UfXml | Format::Gbt24589Xml => Vec::new(),
    };
    usual.into_iter().map(|column| with_fixed(column, target)).collect()
}

pub(super) fn head(target: &Target) -> Vec<Column> {
    let usual = if target.format == Format::SapFioriXlsx { of(&FIORI_HEAD) } else { Vec::new() };
    usual.into_iter().map(|column| with_fixed(column, target)).collect()
}

/// What the settings say stands in a column: `fixed.DOC_TYPE = "ZB"`.
fn with_fixed(column: Column, target: &Target) -> Column {
    match target.fixed.get(&column.title) {
        None => column,
        Some(text) => Column { field: Field::Fixed(text.clone()), ..column },
    }
}

fn of(columns: &[(&str, &str, usize)]) -> Vec<Column> {
    let column = |(title, field, width): &(&str, &str, usize)| {
        Column::new(title, field, (*width > 0).then_some(*width)).expect("a field that there is")
    };
    columns.iter().map(column).collect()
}
