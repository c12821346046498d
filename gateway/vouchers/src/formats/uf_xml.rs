//! 用友 U8 and NC: `ufinterface` of vouchers, XML in UTF-8.

use std::io::{self, Write};

use encoding_rs::UTF_8;
use longmen_ledger::Side;

use super::elements::Elements;
use super::target::Target;
use super::theirs::{TheirLine, Theirs};

pub(super) fn write(target: &Target, vouchers: &[Theirs<'_>], out: &mut impl Write) -> io::Result<()> {
    let mut xml = Elements::begin("UTF-8")?;
    let attributes = [
        ("roottag", "voucher"),
        ("billtype", "gl"),
        ("docid", ""),
        ("receiver", target.fixed("receiver", "u8")),
        ("sender", target.fixed("sender", "longmen")),
        ("proc", "add"),
        ("codeexchanged", "N"),
    ];
    xml.open("ufinterface", &attributes)?;
    for theirs in vouchers {
        xml.open("voucher", &[("id", &theirs.source_key)])?;
        head(&mut xml, target, theirs)?;
        xml.open("voucher_body", &[])?;
        for (at, line) in theirs.lines.iter().enumerate() {
            entry(&mut xml, theirs, at, line)?;
        }
        xml.close("voucher_body")?;
        xml.close("voucher")?;
    }
    xml.close("ufinterface")?;
    xml.end(UTF_8, out)
}

fn head(xml: &mut Elements, target: &Target, theirs: &Theirs<'_>) -> io::Result<()> {
    let draft = theirs.draft();
    let (year, period) = draft.period();
    xml.open("voucher_head", &[])?;
    xml.text("company", theirs.entity)?;
    xml.text("voucher_type", theirs.word)?;
    xml.text("fiscal_year", year.to_string())?;
    xml.text("accounting_period", period.to_string())?;
    xml.text("voucher_id", theirs.voucher.number.to_string())?;
    xml.text("attachment_number", draft.attachments.to_string())?;
    xml.text("date", draft.posting_date.to_string())?;
    xml.text("enter", &target.people.maker)?;
    xml.text("cashier", &target.people.cashier)?;
    xml.text("signature", "")?;
    xml.text("checker", &target.people.checker)?;
    // With reserve2 it is what U8 knows a voucher by that it has already.
    xml.text("voucher_making_system", target.fixed("voucher_making_system", "CDM"))?;
    xml.text("memo1", &draft.header_text)?;
    xml.text("memo2", "")?;
    xml.text("reserve1", "")?;
    xml.text("reserve2", &theirs.source_key)?;
    xml.close("voucher_head")
}

fn entry(xml: &mut Elements, theirs: &Theirs<'_>, at: usize, line: &TheirLine<'_>) -> io::Result<()> {
    let rate = line.line.rate.normalize().to_string();
    xml.open("entry", &[])?;
    xml.text("entry_id", (at + 1).to_string())?;
    xml.text("account_code", line.subject)?;
    xml.text("abstract", &line.line.summary)?;
    xml.text("settlement", "")?;
    xml.text("document_id", "")?;
    xml.text("document_date", "")?;
    xml.text("currency", line.currency)?;
    xml.text("unit_price", "0")?;
    xml.text("exchange_rate1", rate)?;
    xml.text("exchange_rate2", "0")?;
    for (side, name) in [(Side::Debit, "debit"), (Side::Credit, "credit")] {
        xml.text(&format!("{name}_quantity"), "0")?;
        xml.text(&format!("primary_{name}_amount"), line.amount_on(side))?;
        xml.text(&format!("secondary_{name}_amount"), "0")?;
        xml.text(&format!("natural_{name}_currency"), line.local_on(side))?;
    }
    xml.text("bill_type", "")?;
    xml.text("bill_id", line.first_source())?;
    xml.text("bill_date", theirs.draft().date.to_string())?;
    if !line.aux.is_empty() {
        xml.open("auxiliary_accounting", &[])?;
        for (name, value) in &line.aux {
            xml.text_with("item", &[("name", name)], value)?;
        }
        xml.close("auxiliary_accounting")?;
    }
    xml.close("entry")
}
