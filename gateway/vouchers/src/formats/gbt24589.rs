//! GB/T 24589.1 财经信息技术 会计核算软件数据接口: the tables 电子账簿, 记账凭证类型, 币种 and 记账凭证, by the list of fields of 2010.
//!
//! Not certified: the text of the standard, its identifiers (`locID`) and its widths are not public, and the edition of 2024 is in force.

use std::collections::BTreeSet;
use std::io::{self, Write};

use encoding_rs::GB18030;
use longmen_ledger::Side;

use super::elements::Elements;
use super::target::Target;
use super::theirs::{TheirLine, Theirs};
use super::values::local_currency;

pub(super) fn write(target: &Target, vouchers: &[Theirs<'_>], out: &mut impl Write) -> io::Result<()> {
    let mut xml = Elements::begin("GB18030")?;
    xml.open("会计核算数据", &[])?;
    let books: BTreeSet<_> = vouchers
        .iter()
        .map(|theirs| (theirs.entity, local_currency(theirs, target), theirs.draft().period().0))
        .collect();
    for (entity, local, year) in books {
        xml.open("电子账簿", &[])?;
        xml.text("电子账簿编号", entity)?;
        xml.text("会计核算单位", target.fixed("会计核算单位", entity))?;
        xml.text("本位币", local)?;
        xml.text("会计年度", year.to_string())?;
        xml.text("结构分隔符", target.fixed("结构分隔符", "-"))?;
        xml.text("会计科目编号规则", target.fixed("会计科目编号规则", "4-2-2-2"))?;
        xml.close("电子账簿")?;
    }
    let words: BTreeSet<_> = vouchers.iter().map(|theirs| (theirs.word, &*theirs.draft().word)).collect();
    for (code, name) in words {
        named(&mut xml, "记账凭证类型", [("记账凭证类型编号", code), ("记账凭证类型名称", name)])?;
    }
    let lines = vouchers.iter().flat_map(|theirs| &theirs.lines);
    let currencies: BTreeSet<_> = lines.map(|line| (line.currency, line.line.currency.code())).collect();
    for (code, name) in currencies {
        named(&mut xml, "币种", [("币种编码", code), ("币种名称", name)])?;
    }
    for theirs in vouchers {
        for (at, line) in theirs.lines.iter().enumerate() {
            voucher_line(&mut xml, target, theirs, at, line)?;
        }
    }
    xml.close("会计核算数据")?;
    xml.end(GB18030, out)
}

fn named(xml: &mut Elements, table: &str, fields: [(&str, &str); 2]) -> io::Result<()> {
    xml.open(table, &[])?;
    for (name, text) in fields {
        xml.text(name, text)?;
    }
    xml.close(table)
}

/// A line of the table 记账凭证.
fn voucher_line(
    xml: &mut Elements,
    target: &Target,
    theirs: &Theirs<'_>,
    at: usize,
    line: &TheirLine<'_>,
) -> io::Result<()> {
    let draft = theirs.draft();
    let (year, period) = draft.period();
    xml.open("记账凭证", &[])?;
    xml.text("记账凭证日期", draft.posting_date.to_string().replace('-', ""))?;
    xml.text("会计年度", year.to_string())?;
    xml.text("会计期间号", period.to_string())?;
    xml.text("记账凭证类型编号", theirs.word)?;
    xml.text("记账凭证编号", theirs.voucher.number.to_string())?;
    xml.text("记账凭证行号", (at + 1).to_string())?;
    xml.text("记账凭证摘要", &line.line.summary)?;
    xml.text("科目编号", line.subject)?;
    for (at, (name, value)) in line.aux.iter().enumerate() {
        xml.text_with(&format!("辅助项{}编号", at + 1), &[("辅助项名称", name)], value)?;
    }
    xml.text("币种编码", line.currency)?;
    xml.text("计量单位", "")?;
    for (side, name) in [(Side::Debit, "借方"), (Side::Credit, "贷方")] {
        xml.text(&format!("{name}数量"), "0")?;
        xml.text(&format!("{name}原币金额"), line.amount_on(side))?;
        xml.text(&format!("{name}本币金额"), line.local_on(side))?;
    }
    xml.text("汇率类型编号", target.fixed("汇率类型编号", ""))?;
    xml.text("汇率", line.line.rate.normalize().to_string())?;
    xml.text("单价", "0")?;
    for nothing in ["结算方式编码", "票据类型", "票据号", "票据日期"] {
        xml.text(nothing, "")?;
    }
    xml.text("附件数", draft.attachments.to_string())?;
    xml.text("制单人", &target.people.maker)?;
    xml.text("审核人", &target.people.checker)?;
    xml.text("记账人", &target.people.poster)?;
    xml.text("记账标志", "0")?;
    xml.text("作废标志", "0")?;
    xml.text("凭证来源系统", &theirs.source_key)?;
    xml.close("记账凭证")
}
