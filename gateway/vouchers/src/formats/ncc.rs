//! 用友 NC Cloud: bodies of `gl/voucher/insert`, one a line.

use std::io::{self, Write};

use longmen_ledger::Side;
use serde::Serialize;
use serde_json::value::RawValue;

use super::exact_number;
use super::target::Target;
use super::theirs::{TheirLine, Theirs};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Insert<'a> {
    accbook_code: &'a str,
    prepareddate: String,
    year: String,
    period: String,
    vouchertype: &'a str,
    num: u32,
    prepared: &'a str,
    attachment: u16,
    explanation: &'a str,
    /// What both sides know it by.
    free1: &'a str,
    detail: Vec<Detail<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail<'a> {
    detailindex: usize,
    unit_code: &'a str,
    explanation: &'a str,
    account_code: &'a str,
    currtype_code: &'a str,
    /// In the line's currency, on its side.
    debitamount: Box<RawValue>,
    creditamount: Box<RawValue>,
    localdebitamount: Box<RawValue>,
    localcreditamount: Box<RawValue>,
    excrate2: Box<RawValue>,
    busidate: String,
    ass: Vec<Ass<'a>>,
}

/// A further term of a line (辅助核算).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ass<'a> {
    check_type_code: &'a str,
    check_value_code: &'a str,
}

pub(super) fn write(target: &Target, vouchers: &[Theirs<'_>], out: &mut impl Write) -> io::Result<()> {
    for theirs in vouchers {
        serde_json::to_writer(&mut *out, &insert(target, theirs))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn insert<'a>(target: &'a Target, theirs: &'a Theirs<'a>) -> Insert<'a> {
    let draft = theirs.draft();
    let (year, period) = draft.period();
    let unit = target.fixed("unit", theirs.entity);
    let detail = |(at, line): (usize, &'a TheirLine<'a>)| detail(unit, theirs, at, line);
    Insert {
        accbook_code: theirs.entity,
        prepareddate: draft.posting_date.to_string(),
        year: year.to_string(),
        period: format!("{period:02}"),
        vouchertype: theirs.word,
        num: theirs.voucher.number,
        prepared: &target.people.maker,
        attachment: draft.attachments,
        explanation: &draft.header_text,
        free1: &theirs.source_key,
        detail: theirs.lines.iter().enumerate().map(detail).collect(),
    }
}

fn detail<'a>(unit: &'a str, theirs: &Theirs<'a>, at: usize, line: &'a TheirLine<'a>) -> Detail<'a> {
    let ass =
        |&(check_type_code, check_value_code): &(&'a str, &'a str)| Ass { check_type_code, check_value_code };
    Detail {
        detailindex: at + 1,
        unit_code: unit,
        explanation: &line.line.summary,
        account_code: line.subject,
        currtype_code: line.currency,
        debitamount: exact_number(line.amount_on(Side::Debit)),
        creditamount: exact_number(line.amount_on(Side::Credit)),
        localdebitamount: exact_number(line.local_on(Side::Debit)),
        localcreditamount: exact_number(line.local_on(Side::Credit)),
        excrate2: exact_number(line.line.rate.normalize().to_string()),
        busidate: theirs.draft().date.to_string(),
        ass: line.aux.iter().map(ass).collect(),
    }
}
