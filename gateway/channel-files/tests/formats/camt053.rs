//! camt.053: what is taken of a statement, and every way in which one is refused.

use longmen_channel_files::{Expected, MoneyFormat, MoneyLine, MoneyStatement, Refusal, RefusalCode};
use longmen_ledger::{Amount, Currency};

use crate::reading::{check, date, money};

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";
const ACCOUNT: &str = "<Acct><Id><Othr><Id>6222001</Id></Othr></Id><Ccy>CNY</Ccy></Acct>";

/// A statement, line by line: the account is on line 4, the opening balance on line 5, and entries begin on line 7.
fn document(namespace: &str, account: &str, opening: &str, closing: &str, entries: &[String]) -> String {
    let entries = entries.join("\n");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"{namespace}\"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr>\n\
         <Stmt><Id>S1</Id><ElctrncSeqNb>171</ElctrncSeqNb>\n\
         {account}\n{opening}\n{closing}\n{entries}\n</Stmt></BkToCstmrStmt></Document>\n"
    )
}

/// One of entries, in version 08, from 100.00.
fn statement(closing: &str, entries: &[String]) -> String {
    document(NAMESPACE, ACCOUNT, &balance("OPBD", "100.00"), &balance("CLBD", closing), entries)
}

fn balance(code: &str, amount: &str) -> String {
    let (amount, sign) = amount.strip_prefix('-').map_or((amount, "CRDT"), |amount| (amount, "DBIT"));
    format!(
        "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"CNY\">{amount}</Amt>\
         <CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>2024-06-19</Dt></Dt></Bal>"
    )
}

/// An entry, in version 08, with whatever stands behind its dates.
fn entry(amount: &str, sign: &str, more: &str) -> String {
    format!(
        "<Ntry><NtryRef>E</NtryRef><Amt Ccy=\"CNY\">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>\
         <Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2024-06-19</Dt></BookgDt>{more}</Ntry>"
    )
}

fn details(inner: &str) -> String {
    format!("<NtryDtls>{inner}</NtryDtls>")
}

fn transaction(amount: &str) -> String {
    format!("<TxDtls><Refs><EndToEndId>P{amount}</EndToEndId></Refs><Amt Ccy=\"CNY\">{amount}</Amt></TxDtls>")
}

fn read_as(
    document: impl AsRef<[u8]>,
    expected: &Expected,
) -> Result<(MoneyStatement, Vec<MoneyLine>), Refusal> {
    money(MoneyFormat::Camt053, document, expected)
}

fn read(document: impl AsRef<[u8]>) -> Result<(MoneyStatement, Vec<MoneyLine>), Refusal> {
    read_as(document, &Expected::default())
}

#[track_caller]
fn refused(
    document: impl AsRef<[u8]>,
    code: RefusalCode,
    line: impl Into<Option<u64>>,
    column: &str,
) -> Refusal {
    let refusal = read(document).unwrap_err();
    check(&refusal, code, line, column);
    refusal
}

/// Three entries of version 08: money that came, a booking time of its own, and a direct debit that was given back.
fn full() -> String {
    let received = entry(
        "219.67",
        "CRDT",
        "<ValDt><Dt>2024-06-20</Dt></ValDt><AcctSvcrRef>BK1</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly>\
         <Cd>RCDT</Cd><SubFmlyCd>OTHR</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs>\
         <EndToEndId>TP1</EndToEndId></Refs><Amt Ccy=\"CNY\">219.67</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
         <RltdPties><Dbtr><Pty><Nm>A &amp; B</Nm></Pty></Dbtr><Cdtr><Pty><Nm>us</Nm></Pty></Cdtr></RltdPties>\
         <RmtInf><Ustrd>one</Ustrd><Ustrd>t&#119;o</Ustrd></RmtInf></TxDtls></NtryDtls>",
    );
    let paid =
        entry("20", "DBIT", "<BkTxCd><Prtry><Cd>FEE</Cd></Prtry></BkTxCd><AddtlNtryInf>fee</AddtlNtryInf>")
            .replace("<BookgDt><Dt>2024-06-19</Dt>", "<BookgDt><DtTm>2024-06-19T23:10:00.5+08:00</DtTm>");
    let returned = entry(
        "10.00",
        "CRDT",
        "<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><RltdPties><Dbtr><Nm>us</Nm></Dbtr>\
         <Cdtr><Nm>C</Nm></Cdtr></RltdPties></TxDtls></NtryDtls>",
    )
    .replace("</CdtDbtInd><Sts>", "</CdtDbtInd><RvslInd>true</RvslInd><Sts>");
    statement("309.67", &[received, paid, returned])
}

#[test]
fn every_field_is_taken() {
    let (statement, lines) = read(full()).unwrap();
    let expected = MoneyStatement {
        account: Some("6222001".into()),
        currency: Currency::from_code("CNY").unwrap(),
        dates: Some((date("2024-06-19"), date("2024-06-19"))),
        opening: Some(10_000),
        closing: Some(30_967),
        number: Some("171".into()),
        incoming: (2, 22_967),
        outgoing: (1, 2_000),
    };
    assert_eq!(statement, expected);
    let first = MoneyLine {
        line: 7,
        amount: Amount(21_967),
        booked: date("2024-06-19"),
        time: None,
        value_date: Some(date("2024-06-20")),
        number: "BK1".into(),
        merchant_number: "TP1".into(),
        kind: "PMNT/RCDT".into(),
        remark: "one two A & B".into(),
        balance: None,
    };
    assert_eq!(lines[0], first);
    let of = |line: &MoneyLine| {
        let texts = [&line.number, &line.merchant_number, &line.kind, &line.remark].map(ToString::to_string);
        (line.line, line.amount.0, texts)
    };
    let texts = |texts: [&str; 4]| texts.map(ToOwned::to_owned);
    assert_eq!(of(&lines[1]), (8, -2_000, texts(["E", "", "FEE", "fee"])));
    assert_eq!(lines[1].time.unwrap().to_string(), "2024-06-19T23:10:00");
    // The reversal of a debit has its money come in, from who was paid by the debit.
    assert_eq!(of(&lines[2]), (9, 1_000, texts(["E", "", "", "C"])));
}

#[test]
fn versions_and_prefixes_are_read_alike() {
    let second = full()
        .replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>")
        .replace("<Pty><Nm>", "<Nm>")
        .replace("</Nm></Pty>", "</Nm>")
        .replace("<Amt Ccy=\"CNY\">219.67</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties>", "<RltdPties>");
    let prefixed = |text: &str| {
        let text = text.replace("</", "\u{1}").replace('<', "<c:").replace('\u{1}', "</c:");
        text.replace("<c:?xml", "<?xml").replace("xmlns=", "xmlns:c=")
    };
    let wanted = read(full()).unwrap();
    for (name, text) in [
        ("02", second.replace("001.08", "001.02")),
        ("13", full().replace("001.08", "001.13")),
        ("prefix", prefixed(&full())),
        ("mark of byte order", format!("\u{feff}{}", full())),
        ("comment", full().replace("<Id>S1</Id>", "<!-- a > b --><Id>S1</Id><?pi?>")),
        ("character data", full().replace("A &amp; B", "<![CDATA[A & B]]>")),
        ("blanks", full().replace("100.00</Amt>", " 100.00\t</Amt >")),
        ("opening of the day before", full().replace("OPBD", "PRCD")),
        ("number of a court", full().replace("ElctrncSeqNb", "LglSeqNb")),
        (
            "first page is the last",
            full().replace("<ElctrncSeqNb>", &format!("{}<ElctrncSeqNb>", pages("1", "true"))),
        ),
        (
            "an extension",
            full().replace("</Stmt>", "<SplmtryData><Envlp><Ntry/></Envlp></SplmtryData></Stmt>"),
        ),
    ] {
        assert_eq!(read(&text), Ok(wanted.clone()), "{name}");
    }
    let iban = full().replace("<Othr><Id>6222001</Id></Othr>", "<IBAN>DE02100100100006820101</IBAN>");
    assert_eq!(read(iban).unwrap().0.account.as_deref(), Some("DE02100100100006820101"));
}

fn pages(number: &str, is_last: &str) -> String {
    format!("<StmtPgntn><PgNb>{number}</PgNb><LastPgInd>{is_last}</LastPgInd></StmtPgntn>")
}

#[test]
fn what_moves_the_balance() {
    let pending = |code: &str| entry("7.00", "CRDT", "").replace("BOOK", code);
    let reversal =
        |sign| entry("5.00", sign, "").replace("</CdtDbtInd>", "</CdtDbtInd><RvslInd>true</RvslInd>");
    let batch = |amount, parts: &[&str]| {
        entry(amount, "DBIT", &details(&parts.iter().copied().map(transaction).collect::<String>()))
    };
    let back =
        batch("3.00", &["5.00", "2.00"]).replace("2.00</Amt>", "2.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>");
    let in_v2 = batch("3.00", &["1.00", "2.00"]).replace(
        "<Amt Ccy=\"CNY\">1.00</Amt>",
        "<AmtDtls><TxAmt><Amt Ccy=\"CNY\">1.00</Amt></TxAmt></AmtDtls>",
    );
    let silent = batch("3.00", &["1.00", "2.00"]).replace("<Amt Ccy=\"CNY\">1.00</Amt>", "");
    let foreign = batch("3.00", &["1.00", "9.00"]).replace("CNY\">9.00", "USD\">9.00");
    let charged = batch("3.00", &["1.00", "1.50"])
        .replace("</TxDtls>", "<Chrgs><Amt Ccy=\"CNY\">0.25</Amt></Chrgs></TxDtls>");
    for (name, closing, entries, amounts) in [
        ("nothing", "100.00", vec![], vec![]),
        ("pending", "100.00", vec![pending("PDNG"), pending("INFO"), pending("FUTR")], vec![]),
        ("pending in another currency", "100.00", vec![pending("PDNG").replace("CNY", "USD")], vec![]),
        ("reversal of a debit", "105.00", vec![reversal("CRDT")], vec![500]),
        ("reversal of a credit", "95.00", vec![reversal("DBIT")], vec![-500]),
        ("overdrawn", "-20.00", vec![entry("120", "DBIT", "")], vec![-12_000]),
        ("batch", "97.00", vec![batch("3.00", &["1.00", "2.00"])], vec![-300]),
        ("batch with a return", "97.00", vec![back], vec![-300]),
        ("batch of version 02", "97.00", vec![in_v2], vec![-300]),
        ("batch that does not say all", "97.00", vec![silent], vec![-300]),
        ("batch in two currencies", "97.00", vec![foreign], vec![-300]),
        ("batch with charges", "97.00", vec![charged], vec![-300]),
    ] {
        let (told, lines) =
            read(statement(closing, &entries)).map_err(|refusal| format!("{name}: {refusal}")).unwrap();
        assert_eq!(lines.iter().map(|line| line.amount.0).collect::<Vec<_>>(), amounts, "{name}");
        assert_eq!(told.currency.print(told.closing.unwrap()), closing, "{name}");
        assert!(lines.iter().all(|line| line.merchant_number.is_empty()), "{name}");
        assert_eq!(told.dates, Some((date("2024-06-19"), date("2024-06-19"))), "{name}");
    }
    let one = read(statement("97.00", &[batch("3.00", &["3.00"])])).unwrap().1;
    assert_eq!(&*one[0].merchant_number, "P3.00");
}

#[test]
fn what_is_expected_is_held_to() {
    let expected = |merchant: &str, day: &str| Expected {
        merchant: Some(merchant.into()),
        date: Some(date(day)),
        sha1: None,
    };
    assert!(read_as(full(), &expected("6222001", "2024-06-19")).is_ok());
    let refusal = |text: &str, merchant, day| {
        let refusal = read_as(text, &expected(merchant, day)).unwrap_err();
        (refusal.code, refusal.line.unwrap(), refusal.column.unwrap_or_default().to_string())
    };
    let account = "Acct/Id/Othr/Id".to_owned();
    assert_eq!(refusal(&full(), "6222002", "2024-06-19"), (RefusalCode::WrongMerchant, 4, account));
    assert_eq!(refusal(&full(), "6222001", "2024-06-18"), (RefusalCode::WrongDate, 7, String::new()));
    let empty = statement("100.00", &[]);
    assert_eq!(refusal(&empty, "6222001", "2024-06-18"), (RefusalCode::WrongDate, 6, "CLBD".to_owned()));
}

#[test]
fn wrong_statements_are_refused() {
    use RefusalCode::{BadBalance, BadControlTotal, BadRow, Truncated, UnknownHeader};
    let good = full();
    let batch = entry("3.00", "DBIT", &details(&(transaction("1.00") + &transaction("2.01"))));
    let second = "</Stmt><Stmt><Id>S2</Id></Stmt>";
    let page = |number, is_last| {
        good.replace("<ElctrncSeqNb>", &format!("{}<ElctrncSeqNb>", pages(number, is_last)))
    };
    let deep = format!("{}{}", "<a>".repeat(40), "</a>".repeat(40));
    #[rustfmt::skip]
    let cases: Vec<(String, RefusalCode, u64, &str)> = vec![
        (good.replace("309.67", "309.68"), BadBalance, 6, "CLBD"),
        (good.replace("100.00", "100.01"), BadBalance, 6, "CLBD"),
        (good.replace("CLBD", "CLAV"), BadBalance, 3, "CLBD"),
        (good.replace("OPBD", "ITBD"), BadBalance, 3, "OPBD"),
        (good.replace("<Cd>CLBD</Cd></CdOrPrtry>", "<Cd>CLBD</Cd></CdOrPrtry><SubTp><Cd>INTM</Cd></SubTp>"), BadBalance, 3, "CLBD"),
        (good.replace("<Ntry>", &format!("{}<Ntry>", balance("PRCD", "99.00"))), BadBalance, 7, "PRCD"),
        (good.replacen("<Ntry>", &format!("{}<Ntry>", balance("CLBD", "1.00"))  , 1), BadRow, 7, "CLBD"),
        (good.replace("</Stmt>", &format!("{}</Stmt>", balance("CLBD", "1.00"))), BadRow, 10, "Bal"),
        (good.replace("\"CNY\">100.00", "\"USD\">100.00"), BadRow, 5, "OPBD"),
        (good.replace("\"CNY\">309.67", "\"USD\">309.67"), BadRow, 6, "CLBD"),
        (good.replace("\"CNY\">219.67", "\"USD\">219.67"), BadRow, 7, "Amt"),
        (good.replace("\"CNY\">20<", "\"XYZ\">20<"), BadRow, 8, "Amt"),
        (good.replace("\"CNY\">20<", "\"CNY\">20.001<"), BadRow, 8, "Amt"),
        (good.replace("\"CNY\">20<", "\"CNY\">-20<"), BadRow, 8, "Amt"),
        (good.replace("\"CNY\">20<", "\"CNY\">20,00<"), BadRow, 8, "Amt"),
        (good.replace("<Ccy>CNY</Ccy>", "<Ccy>RMB</Ccy>"), BadRow, 4, "Acct/Ccy"),
        (good.replace(ACCOUNT, "<Acct/>"), BadRow, 3, "Acct/Id"),
        (good.replace("<CdtDbtInd>DBIT", "<CdtDbtInd>DEBT"), BadRow, 8, "CdtDbtInd"),
        (good.replace("<RvslInd>true", "<RvslInd>yes"), BadRow, 9, "RvslInd"),
        (good.replace("<Sts><Cd>BOOK</Cd></Sts>", ""), BadRow, 7, "Sts"),
        (good.replace("<BookgDt><Dt>2024-06-19</Dt></BookgDt>", ""), BadRow, 7, "BookgDt"),
        (good.replace("<BookgDt><Dt>2024-06-19", "<BookgDt><Dt>2024-06-31"), BadRow, 7, "BookgDt/Dt"),
        (good.replace("T23:10:00.5+08:00", "T23:10"), BadRow, 8, "BookgDt/DtTm"),
        (good.replace("<Dt>2024-06-20</Dt>", "<Dt>20240620</Dt>"), BadRow, 7, "ValDt/Dt"),
        (good.replace("<AcctSvcrRef>BK1</AcctSvcrRef>", "<AcctSvcrRef>1</AcctSvcrRef><AcctSvcrRef>2</AcctSvcrRef>"), BadRow, 7, "AcctSvcrRef"),
        (statement("97.00", &[batch]), BadControlTotal, 7, "Amt"),
        (good.replace("</Stmt>", second), BadRow, 10, "Stmt"),
        (page("2", "true"), BadRow, 3, "Stmt/StmtPgntn"),
        (page("1", "false"), BadRow, 3, "Stmt/StmtPgntn"),
        (good.replace("</MsgId>", "</MsgId><MsgPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></MsgPgntn>"), BadRow, 2, "GrpHdr/MsgPgntn"),
        (good.replace("camt.053.001.08", "camt.052.001.08"), UnknownHeader, 2, "xmlns"),
        (good.replace("camt.053.001.08", "camt.053.001.01"), UnknownHeader, 2, "xmlns"),
        (good.replace("camt.053.001.08", "camt.053.001.14"), UnknownHeader, 2, "xmlns"),
        (good.replace("camt.053.001.08", "camt.053.001.8"), UnknownHeader, 2, "xmlns"),
        (good.replace(" xmlns=", " xmlns:a="), UnknownHeader, 2, "xmlns"),
        (good.replace("BkToCstmrStmt", "BkToCstmrAcctRpt"), UnknownHeader, 2, "Document"),
        (":20:1\n:25:2\n".to_owned(), UnknownHeader, 1, ""),
        (good.replace("<Stmt>", "<Stmts>").replace("</Stmt>", "</Stmts>"), BadRow, 11, "Stmt"),
        (good.replace("</Document>", "</Document><Document/>"), BadRow, 10, ""),
        (good.replace("</Document>", "</Document>x"), BadRow, 10, ""),
        (good.replace("</Stmt>", "</Smt>"), BadRow, 10, ""),
        (good.replace("<Id>S1</Id>", "<Id>S1<x/></Id>"), BadRow, 3, ""),
        (good.replace("<Id>S1</Id>", "<Id><x/>S1</Id>"), BadRow, 3, ""),
        (good.replace("<Id>S1</Id>", &deep), BadRow, 3, ""),
        (good.replace("<Id>S1</Id>", &format!("<Id>{}</Id>", "1".repeat(300_000))), BadRow, 3, ""),
        (good.replace("<Id>S1</Id>", &format!("<Id a=\"{}\"/>", "1".repeat(300_000))), BadRow, 3, ""),
        (good.replace("<Id>S1</Id>", &format!("<Id>{}</Id>", "1<!---->".repeat(70_000))), BadRow, 3, ""),
        (good.replace("A &amp; B", "A &lol; B"), BadRow, 7, ""),
        (good.replace("A &amp; B", "A & B"), BadRow, 7, ""),
        (String::new(), Truncated, 1, ""),
    ];
    for (text, code, line, column) in cases {
        assert_ne!(text, good);
        refused(text, code, line, column);
    }
}

#[test]
fn entities_are_never_expanded() {
    let bomb =
        "<!DOCTYPE lolz [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>\n<Document";
    refused(full().replace("<Document", bomb), RefusalCode::BadRow, 2, "");
    let file = "<!DOCTYPE a [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>\n<Document";
    refused(full().replace("<Document", file), RefusalCode::BadRow, 2, "");
    refused(full().replace("<Document", "<!DOCTYPE a>\n<Document"), RefusalCode::BadRow, 2, "");
}

#[test]
fn only_utf8_is_read() {
    refused(full().replace("UTF-8", "GBK"), RefusalCode::BadEncoding, 1, "encoding");
    let (gbk, _, _) = encoding_rs::GBK.encode("财付通");
    let mut bytes = full().replace("<Id>S1</Id>", "<Id>?</Id>").into_bytes();
    let at = bytes.iter().rposition(|byte| *byte == b'?').unwrap();
    bytes.splice(at..=at, gbk.iter().copied());
    refused(bytes, RefusalCode::BadEncoding, 3, "");
}

#[test]
fn none_is_taken_that_was_cut_off() {
    let whole = full();
    let wanted = read(&whole).unwrap();
    let end = whole.trim_end().len();
    for at in 0..whole.len() {
        let cut = read(&whole.as_bytes()[..at]);
        match at < end {
            true => assert_eq!(cut.unwrap_err().code, RefusalCode::Truncated, "at {at}"),
            false => assert_eq!(cut.as_ref(), Ok(&wanted), "at {at}"),
        }
    }
}

#[test]
fn many_entries_are_one_statement() {
    let entries = vec![entry("0.01", "CRDT", ""); 20_000];
    let (told, lines) = read(statement("300.00", &entries)).unwrap();
    assert_eq!((told.incoming, lines.len()), ((20_000, 20_000), 20_000));
    assert_eq!(lines[19_999].line, 20_006);
}
