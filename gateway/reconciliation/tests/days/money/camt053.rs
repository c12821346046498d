//! A camt.053 of version 08.

use std::fmt::Write;

use longmen_ledger::Date;

use super::weeks::{Line, Statement};
use crate::channel_days::yuan;

pub(super) fn statement(one: &Statement) -> String {
    let Statement { date, number, opening, lines } = one;
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>\
         <GrpHdr><MsgId>M{number}</MsgId></GrpHdr>\n<Stmt><Id>S{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>\
         <Acct><Id><Othr><Id>6222001</Id></Othr></Id><Ccy>CNY</Ccy></Acct>\n{}\n{}\n",
        balance("OPBD", *opening, *date),
        balance("CLBD", one.closing(), *date)
    );
    lines.iter().for_each(|line| entry(&mut text, *date, line));
    text + "</Stmt></BkToCstmrStmt></Document>\n"
}

fn balance(code: &str, amount: i64, date: Date) -> String {
    format!(
        "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{}<Dt><Dt>{date}</Dt></Dt></Bal>",
        signed(amount)
    )
}

fn signed(amount: i64) -> String {
    let sign = if amount < 0 { "DBIT" } else { "CRDT" };
    format!("<Amt Ccy=\"CNY\">{}</Amt><CdtDbtInd>{sign}</CdtDbtInd>", yuan(amount.abs()))
}

fn entry(text: &mut String, date: Date, line: &Line) {
    let Line { number, amount, reference, remark } = line;
    let reference = if reference.is_empty() { "NOTPROVIDED" } else { reference };
    let remittance = match remark.as_str() {
        "" => String::new(),
        remark => format!("<RmtInf><Ustrd>{remark}</Ustrd></RmtInf>"),
    };
    let amount = signed(*amount);
    writeln!(
        text,
        "<Ntry>{amount}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{date}</Dt></BookgDt><AcctSvcrRef>{number}</AcctSvcrRef>\
         <NtryDtls><TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs>{amount}{remittance}</TxDtls></NtryDtls></Ntry>"
    )
    .unwrap();
}
