//! 金蝶云星空 (Kingdee Cloud Galaxy): bodies of a Save of `GL_VOUCHER`, one a line.

use std::collections::BTreeMap;
use std::io::{self, Write};

use longmen_ledger::Side;
use serde::Serialize;
use serde_json::value::RawValue;

use super::exact_number;
use super::target::Target;
use super::theirs::{TheirLine, Theirs};

/// What Galaxy knows a voucher by that came from outside.
const SOURCE_BILL: &str = "78050206-2fa6-40e3-b7c8-bd608146fa38";

#[derive(Serialize)]
struct Save<'a> {
    formid: &'static str,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    #[serde(rename = "IsVerifyBaseDataField")]
    is_verified: &'static str,
    #[serde(rename = "Model")]
    model: Model<'a>,
}

/// A thing by its number there.
#[derive(Serialize)]
struct Named<'a> {
    #[serde(rename = "FNumber")]
    number: &'a str,
}

#[derive(Serialize)]
struct Model<'a> {
    #[serde(rename = "FAccountBookID")]
    book: Named<'a>,
    #[serde(rename = "FACCBOOKORGID")]
    organisation: Named<'a>,
    #[serde(rename = "FDate")]
    date: String,
    #[serde(rename = "FBUSDATE")]
    business_date: String,
    #[serde(rename = "FYEAR")]
    year: i16,
    #[serde(rename = "FPERIOD")]
    period: u8,
    #[serde(rename = "FVOUCHERGROUPID")]
    group: Named<'a>,
    #[serde(rename = "FVOUCHERGROUPNO")]
    number: u32,
    #[serde(rename = "FATTACHMENTS")]
    attachments: u16,
    #[serde(rename = "FISADJUSTVOUCHER")]
    is_adjustment: bool,
    #[serde(rename = "FSystemID")]
    system: Named<'a>,
    #[serde(rename = "FSourceBillKey")]
    source_bill: Named<'a>,
    #[serde(rename = "FDocumentStatus")]
    status: &'a str,
    #[serde(rename = "FEntity")]
    lines: Vec<Entity<'a>>,
}

#[derive(Serialize)]
struct Entity<'a> {
    #[serde(rename = "FEXPLANATION")]
    explanation: &'a str,
    #[serde(rename = "FACCOUNTID")]
    account: Named<'a>,
    #[serde(rename = "FDetailID")]
    detail: BTreeMap<String, Named<'a>>,
    #[serde(rename = "FCURRENCYID")]
    currency: Named<'a>,
    #[serde(rename = "FEXCHANGERATETYPE")]
    rate_type: Named<'a>,
    #[serde(rename = "FEXCHANGERATE")]
    rate: Box<RawValue>,
    #[serde(rename = "FAMOUNTFOR")]
    amount: Box<RawValue>,
    #[serde(rename = "FDEBIT")]
    debit: Box<RawValue>,
    #[serde(rename = "FCREDIT")]
    credit: Box<RawValue>,
    #[serde(rename = "FBUSNO")]
    source_key: &'a str,
    #[serde(rename = "FEXPORTENTRYID")]
    entry: usize,
}

pub(super) fn write(target: &Target, vouchers: &[Theirs<'_>], out: &mut impl Write) -> io::Result<()> {
    for theirs in vouchers {
        let data = Data { is_verified: "true", model: model(target, theirs) };
        serde_json::to_writer(&mut *out, &Save { formid: "GL_VOUCHER", data })?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn model<'a>(target: &'a Target, theirs: &'a Theirs<'a>) -> Model<'a> {
    let draft = theirs.draft();
    let (year, period) = draft.period();
    let number = |number| Named { number };
    Model {
        book: number(theirs.entity),
        organisation: number(target.fixed("organisation", theirs.entity)),
        date: draft.posting_date.to_string(),
        business_date: draft.date.to_string(),
        year,
        period,
        group: number(theirs.word),
        number: theirs.voucher.number,
        attachments: draft.attachments,
        is_adjustment: false,
        system: number(target.fixed("system", "GL")),
        source_bill: number(target.fixed("source_bill", SOURCE_BILL)),
        status: target.fixed("document_status", "Z"),
        lines: theirs.lines.iter().enumerate().map(|(at, line)| entity(target, theirs, at, line)).collect(),
    }
}

fn entity<'a>(target: &'a Target, theirs: &'a Theirs<'a>, at: usize, line: &'a TheirLine<'a>) -> Entity<'a> {
    let detail = |(name, value): &(&str, &'a str)| (format!("FDETAILID__{name}"), Named { number: value });
    Entity {
        explanation: &line.line.summary,
        account: Named { number: line.subject },
        detail: line.aux.iter().map(detail).collect(),
        currency: Named { number: line.currency },
        rate_type: Named { number: target.fixed("rate_type", "HLTX01_SYS") },
        rate: exact_number(line.line.rate.normalize().to_string()),
        amount: exact_number(line.amount()),
        debit: exact_number(line.local_on(Side::Debit)),
        credit: exact_number(line.local_on(Side::Credit)),
        source_key: &theirs.source_key,
        entry: at + 1,
    }
}
