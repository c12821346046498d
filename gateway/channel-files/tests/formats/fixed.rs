//! Lines of fixed fields by a profile: what is taken, and every way in which a file is refused.

use encoding_rs::GB18030;
use longmen_channel_files::{
    AnyProfile, Expected, MoneyLine, Profile, Received, Refusal, RefusalCode, RowKind, RowState,
    StatementRow, TradeProfile,
};
use longmen_ledger::Currency;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::reading::{self, date, trade_profile, trade_table};

/// Names, in GB18030, with everything that a profile can say of lines of fixed fields.
const DAY: &str = r#"
rows = "transactions"
layout = "fixed"
encoding = "gb18030"
length = 67
blanks = true
fields = [["号", 6], ["时间", 10], ["类", 2], ["金额", 12], ["费", 9], ["码", 2], ["商户", 8], ["备注", 11]]
minor = true
skip = 1
footer = { begins = "合计" }
currency = { fixed = "CNY" }
date = { column = "时间", format = "%m%d%H%M%S", year = "expected", before = 1 }
time = { column = "时间", format = "%m%d%H%M%S" }
amount = { column = "金额", direction = "类", in = ["01"], out = ["04"] }
fees = [{ signed = "费", in = ["C"], out = ["D"] }]

[columns]
merchant_number = ["号", "时间"]
number = "号"
order = "备注"
merchant = "商户"

[kinds]
column = "类"
words = { "01" = "pay", "04" = "refund" }
ignored = ["99"]

[states]
column = "码"
words = { "00" = "success", "05" = "failed" }
"#;

const WIDTHS: [usize; 8] = [6, 10, 2, 12, 9, 2, 8, 11];

fn gbk(text: &str) -> Vec<u8> {
    let (bytes, _, is_lossy) = GB18030.encode(text);
    assert!(!is_lossy);
    bytes.into_owned()
}

/// A line of fields, filled up with blanks, and with blanks between them.
fn line(widths: &[usize], fields: &[&str]) -> Vec<u8> {
    assert_eq!(widths.len(), fields.len());
    let fields = widths.iter().zip(fields).map(|(width, text)| {
        let mut bytes = gbk(text);
        assert!(bytes.len() <= *width, "{text}");
        bytes.resize(*width, b' ');
        bytes
    });
    fields.collect::<Vec<_>>().join(&b' ')
}

const PAY: [&str; 8] = ["000001", "0618100000", "01", "000000010000", "D00000060", "00", "M1", "北京红茶店"];
const REFUND: [&str; 8] = ["000002", "0617230500", "04", "000000004000", "C00000024", "00", "M1", "000001"];
const FAILED: [&str; 8] = ["000003", "0618110000", "01", "000000000500", "", "05", "M1", ""];
const PASSED_OVER: [&str; 8] = ["", "", "99", "x", "", "", "M2", ""];

/// A payment with one field changed.
fn with(field: usize, text: &str) -> Vec<u8> {
    let mut fields = PAY;
    fields[field] = text;
    line(&WIDTHS, &fields)
}

/// A file of these lines, between its head and its footer.
fn file(lines: &[Vec<u8>]) -> Vec<u8> {
    let mut all = vec![gbk("银联")];
    all.extend_from_slice(lines);
    all.push(gbk(" 合计 3"));
    all.iter().flat_map(|line| [line.as_slice(), b"\r\n"].concat()).collect()
}

fn day() -> Vec<u8> {
    file(&[PAY, PASSED_OVER, REFUND, FAILED].map(|fields| line(&WIDTHS, &fields)))
}

fn of(text: &str) -> Expected {
    Expected { date: Some(date(text)), ..Expected::default() }
}

fn read(file: impl AsRef<[u8]>) -> Result<(Received, Vec<StatementRow>), Refusal> {
    trade_table(&trade_profile(DAY), file, &of("2024-06-18"))
}

#[test]
fn a_day_is_read_field_by_field() {
    let (received, rows) = read(day()).unwrap();
    let cny = Currency::from_code("CNY").unwrap();
    assert_eq!((received.rows, received.unmoved, received.merchant.as_deref()), (3, 1, Some("M1")));
    assert_eq!((received.date, received.net(cny)), (Some(date("2024-06-18")), 10_000 - 60 - 4_000 + 24));
    let wanted = StatementRow {
        line: 2,
        kind: RowKind::Pay,
        state: RowState::Success,
        merchant_number: "000001|0618100000".into(),
        order: "北京红茶店".into(),
        channel_number: "000001".into(),
        gross: longmen_ledger::Amount(10_000),
        fee: longmen_ledger::Amount(60),
        currency: cny,
        time: Some("2024-06-18T10:00:00".parse().unwrap()),
        settle_date: None,
    };
    assert_eq!(rows[0], wanted);
    let told = |row: &StatementRow| (row.line, row.kind, row.state, row.gross.0, row.fee.0);
    assert_eq!(told(&rows[1]), (4, RowKind::Refund, RowState::Success, -4_000, -24));
    assert_eq!(rows[1].time, Some("2024-06-17T23:05:00".parse().unwrap()));
    assert_eq!(told(&rows[2]), (5, RowKind::Pay, RowState::Failed, 500, 0));
    // Behind the footer nothing is looked at, and its length is nobody's business.
    let long = [&day()[..], b"notes, and whatever else\n"].concat();
    assert_eq!(read(long).unwrap().0, received);
    let gzip = reading::gzip(&day());
    assert_eq!(read(gzip).unwrap().0, received);
}

#[test]
fn wrong_lines_are_refused_with_their_place() {
    use RefusalCode::{BadEncoding, BadRow, DuplicateRow, WrongDate, WrongMerchant};
    let good = line(&WIDTHS, &PAY);
    let changed = |at: usize, to: &[u8]| {
        let mut bytes = good.clone();
        bytes.splice(at..at + to.len(), to.iter().copied());
        bytes
    };
    #[rustfmt::skip]
    let cases = [
        ("too short", good[..66].to_vec(), BadRow, ""),
        ("too long", [&good[..], b" "].concat(), BadRow, ""),
        ("empty", Vec::new(), BadRow, ""),
        ("no blank behind the first", changed(6, b"0"), BadRow, "号"),
        ("no blank before the last", changed(55, b"x"), BadRow, "商户"),
        ("half a sign at a border", changed(66, b"\xB1"), BadEncoding, "备注"),
        ("no GB18030 in what nobody needs", changed(57, b"\xFF\xFF"), BadEncoding, "备注"),
        ("the day before the day before", with(1, "0616100000"), WrongDate, "时间"),
        ("the day after", with(1, "0619000000"), WrongDate, "时间"),
        ("no such day", with(1, "0631100000"), BadRow, "时间"),
        ("no such month", with(1, "1318100000"), BadRow, "时间"),
        ("no such hour", with(1, "0618240000"), BadRow, "时间"),
        ("a short time", with(1, "061810000"), BadRow, "时间"),
        ("no time", with(1, ""), BadRow, "时间"),
        ("a letter in it", with(1, "06181000x0"), BadRow, "时间"),
        ("an unknown kind", with(2, "02"), BadRow, "类"),
        ("no kind", with(2, ""), BadRow, "类"),
        ("a decimal", with(3, "100.00"), BadRow, "金额"),
        ("no amount", with(3, ""), BadRow, "金额"),
        ("a sign", with(3, "C00000010000"), BadRow, "金额"),
        ("a minus", with(3, "-00000010000"), BadRow, "金额"),
        ("a blank amid digits", with(3, "00000 010000"), BadRow, "金额"),
        ("a digit of another script", with(3, "００"), BadRow, "金额"),
        ("a fee without a sign", with(4, "000000060"), BadRow, "费"),
        ("a fee of a sign only", with(4, "D"), BadRow, "费"),
        ("a fee with a minus", with(4, "D-0000060"), BadRow, "费"),
        ("a fee of another sign", with(4, "X00000060"), BadRow, "费"),
        ("an unknown state", with(5, "06"), BadRow, "码"),
        ("another merchant", with(6, "M2"), WrongMerchant, "商户"),
        ("no merchant", with(6, ""), BadRow, "商户"),
        ("a key with what joins keys", with(0, "0|0001"), BadRow, "号"),
        ("the same again", good.clone(), DuplicateRow, ""),
    ];
    for (name, bytes, code, column) in cases {
        let refusal = read(file(&[good.clone(), bytes, line(&WIDTHS, &REFUND)])).unwrap_err();
        let found = (refusal.code, refusal.line, refusal.column.as_deref().unwrap_or_default());
        assert_eq!(found, (code, Some(3), column), "{name}: {refusal}");
    }
    // The same key again with another kind is another row.
    let mut other = REFUND;
    other[..2].copy_from_slice(&PAY[..2]);
    assert_eq!(read(file(&[good, line(&WIDTHS, &other)])).unwrap().0.rows, 2);
}

/// With a footer every cut is told; without one a file that is cut behind a line is a shorter file.
#[test]
fn what_is_cut_off_is_refused() {
    let whole = day();
    let footer = whole.len() - gbk(" 合计 3\r\n").len();
    for at in 0..whole.len() {
        match read(&whole[..at]) {
            Ok(read) => assert!(at >= footer + 5 && read.0.rows == 3, "at {at}"),
            Err(refusal) => {
                assert!(at < footer + 5, "at {at}: {refusal}");
                assert_eq!(refusal.code, RefusalCode::Truncated, "at {at}: {refusal}");
            }
        }
    }
    let toml = DAY.replace("footer = { begins = \"合计\" }\n", "").replace("skip = 1\n", "");
    let lines = [PAY, REFUND].map(|fields| [line(&WIDTHS, &fields), b"\n".to_vec()].concat()).concat();
    for at in 0..lines.len() {
        let read = trade_table(&trade_profile(&toml), &lines[..at], &of("2024-06-18"));
        match at % 68 {
            0 | 67 => assert_eq!(read.unwrap().0.rows, u64::try_from(at.div_ceil(68)).unwrap(), "at {at}"),
            _ => assert_eq!(read.unwrap_err().code, RefusalCode::Truncated, "at {at}"),
        }
    }
}

#[test]
fn a_date_without_a_year_is_one_that_the_file_may_have() {
    let of_days = |before: u32| trade_profile(&DAY.replace("before = 1", &format!("before = {before}")));
    #[rustfmt::skip]
    let cases = [
        ("2024-12-31", 1, "1231235959", Some("2024-12-31")),
        ("2024-12-31", 1, "1230000000", Some("2024-12-30")),
        ("2025-01-01", 1, "1231230000", Some("2024-12-31")),
        ("2025-01-01", 1, "0101000000", Some("2025-01-01")),
        ("2025-01-01", 0, "1231230000", None),
        ("2024-12-31", 1, "0101000000", None),
        ("2024-03-01", 1, "0229120000", Some("2024-02-29")),
        ("2025-03-01", 1, "0229120000", None),
        ("2025-03-01", 1, "0228120000", Some("2025-02-28")),
        ("2025-02-27", 364, "0229120000", Some("2024-02-29")),
        ("2024-06-18", 180, "1231120000", Some("2023-12-31")),
        ("2024-06-18", 180, "0619120000", None),
        ("2024-06-18", 364, "0619120000", None),
        ("2024-06-18", 364, "0620120000", Some("2023-06-20")),
        ("1970-01-01", 1, "1231120000", None),
    ];
    for (expected, before, time, wanted) in cases {
        let read = trade_table(&of_days(before), file(&[with(1, time)]), &of(expected));
        match wanted {
            Some(day) => {
                let (received, rows) = read.unwrap();
                assert_eq!(received.date, Some(date(expected)));
                assert_eq!(rows[0].time.unwrap().date().to_string(), day, "{time} of {expected}");
            }
            None => assert_eq!(read.unwrap_err().code, RefusalCode::WrongDate, "{time} of {expected}"),
        }
    }
    let refusal = trade_table(&of_days(1), day(), &Expected::default()).unwrap_err();
    assert_eq!((refusal.code, refusal.line), (RefusalCode::WrongDate, None));
}

/// Rows of transactions may be of any layout.
#[test]
fn transactions_stand_in_tables_as_well() {
    let toml = r#"
rows = "transactions"
layout = "delimited"
currency = { column = "ccy", words = { "元" = "CNY" } }
date = { column = "date", format = "%Y-%m-%d" }
amount = { signed = "amount" }
fees = [{ signed = "fee" }, { incoming = "back", outgoing = "more" }]
columns = { merchant_number = "no" }
"#;
    let table =
        "date,no,amount,fee,back,more,ccy\n2024-06-18,1,5,-0.03,,0.01,元\n2024-06-18,2,-1,0.01,,,USD\n";
    let (received, rows) = trade_table(&trade_profile(toml), table, &Expected::default()).unwrap();
    assert_eq!((received.rows, received.date), (2, Some(date("2024-06-18"))));
    let told: Vec<_> =
        rows.iter().map(|row| (row.gross.0, row.fee.0, row.kind, row.currency.code(), &*row.order)).collect();
    assert_eq!(told, [(500, 4, RowKind::Other, "CNY", "1"), (-100, -1, RowKind::Other, "USD", "2")]);
    let largest = "-92233720368547758.07";
    for (from, to, code, line, column) in [
        ("2024-06-18,2", "2024-06-17,2", RefusalCode::WrongDate, 3, "date"),
        ("2024-06-18,2", "2024-06-18,1", RefusalCode::DuplicateRow, 3, ""),
        ("-1,0.01", "-1,x", RefusalCode::BadRow, 3, "fee"),
        ("5,-0.03,", &format!("5,{largest},"), RefusalCode::BadRow, 2, "back"),
        (",2,-1", ",,-1", RefusalCode::BadRow, 3, "no"),
    ] {
        let text = table.replacen(from, to, 1);
        let refusal = trade_table(&trade_profile(toml), &text, &Expected::default()).unwrap_err();
        reading::check(&refusal, code, line, column);
    }
    let renamed = table.replace("no,", "number,");
    let refusal = trade_table(&trade_profile(toml), renamed, &Expected::default()).unwrap_err();
    reading::check(&refusal, RefusalCode::UnknownHeader, 1, "no");
}

/// Lines of money, with a balance behind each, and amounts that begin with their sign.
#[test]
fn lines_of_money_may_be_fixed_as_well() {
    let toml = r#"
layout = "fixed"
length = 22
fields = [["no", 3], ["date", 8], ["amount", 6], ["balance", 5]]
minor = true
order = "descending"
currency = { fixed = "CNY" }
date = { column = "date", format = "%Y%m%d" }
amount = { signed = "amount", in = ["+C", "C"], out = ["D"] }
columns = { balance = "balance", number = ["date", "no"] }
"#;
    let text = "00220240618D  30000200\n00120240618+C050000500";
    let refused = reading::table(&Profile::parse(toml).unwrap(), text, &Expected::default()).unwrap_err();
    assert_eq!((refused.code, refused.line), (RefusalCode::BadRow, Some(1)));
    let text = text.replace("D  300", "D00300");
    let (statement, lines) =
        reading::table(&Profile::parse(toml).unwrap(), &text, &of("2024-06-18")).unwrap();
    assert_eq!((statement.opening, statement.closing), (Some(0), Some(200)));
    let told = |line: &MoneyLine| (line.line, line.amount.0, line.number.to_string());
    assert_eq!(told(&lines[0]), (2, 500, "20240618|001".to_owned()));
    assert_eq!(told(&lines[1]), (1, -300, "20240618|002".to_owned()));
    let wrong = text.replace("00500", "00501");
    let refused = reading::table(&Profile::parse(toml).unwrap(), wrong, &Expected::default()).unwrap_err();
    assert_eq!((refused.code, refused.column.as_deref()), (RefusalCode::BadBalance, Some("balance")));
}

#[test]
fn profiles_that_make_no_sense_name_the_key() {
    let fields = DAY.lines().find(|line| line.starts_with("fields")).unwrap();
    #[rustfmt::skip]
    let cases = [
        ("length = 67", "length = 68", "length: it is 68, and the fields make 67 bytes"),
        ("length = 67\n", "", "length"),
        ("blanks = true", "blanks = false", "length"),
        (fields, "", "fields"),
        (fields, "fields = []", "fields"),
        (fields, "fields = [[\"a\", 0]]", "fields"),
        (fields, "fields = [[\"a\", 65536]]", "fields"),
        (fields, "fields = [[\"a\", 9223372036854775807]]", "fields"),
        (fields, "fields = [[\"a\"]]", "line 7"),
        ("[\"商户\", 8]", "[\"别\", 8]", "fields: `商户` is none of them"),
        ("[\"商户\", 8], [\"备注\", 11]", "[\"商户\", 8], [\"号\", 11]", "fields"),
        ("\"fixed\"", "\"fixed\"\nseparator = \",\"", "separator"),
        ("\"fixed\"", "\"fixed\"\nsheet = \"a\"", "sheet"),
        ("\"fixed\"", "\"sheet\"", "encoding"),
        ("\"fixed\"\nencoding = \"gb18030\"", "\"sheet\"", "length"),
        ("\"fixed\"", "\"delimited\"", "length"),
        ("skip = 1", "header = \"find\"", "header"),
        ("minor = true", "minor = true\nthousands = true", "minor"),
        ("minor = true", "minor = true\norder = \"descending\"", "order"),
        (", year = \"expected\"", "", "date.format"),
        ("%m%d%H%M%S\", year", "%Y%m%d\", year", "date.year"),
        ("%m%d%H%M%S\", year", "%m\", year", "date.format"),
        ("before = 1", "before = 365", "date.before"),
        ("in = [\"C\"], ", "", "amount.in"),
        ("in = [\"C\"]", "in = [\"D\"]", "amount.out"),
        ("in = [\"C\"]", "in = [\"DC\"]", "amount.in"),
        ("in = [\"C\"]", "in = [\"\"]", "amount.in"),
        ("merchant_number = [\"号\", \"时间\"]", "", "columns.merchant_number"),
        ("merchant_number = [\"号\", \"时间\"]", "merchant_number = []", "a list of columns has one at least"),
        ("merchant_number = [\"号\", \"时间\"]", "merchant_number = 1", "the name of a column, or a list of names"),
        ("merchant = \"商户\"", "merchant = \" \"", "columns"),
        ("merchant = \"商户\"", "kind = \"类\"", "columns.kind"),
        ("merchant = \"商户\"", "balance = \"类\"", "columns.balance"),
        ("merchant = \"商户\"", "remark = \"类\"", "columns.remark"),
        ("= \"refund\"", "= \"refunded\"", "kinds.words"),
        ("ignored = [\"99\"]", "ignored = [\"01\"]", "kinds.words"),
        ("words = { \"01\" = \"pay\", \"04\" = \"refund\" }", "words = {}", "kinds.words"),
        ("= \"failed\"", "= \"lost\"", "states.words"),
        ("\"05\" = \"failed\" }", "\"05\" = \"failed\" }\nignored = [\"1\"]", "states.ignored"),
        ("rows = \"transactions\"", "", "fees"),
        ("rows = \"transactions\"", "rows = \"people\"", "line 2"),
    ];
    for (from, to, key) in cases {
        assert!(DAY.contains(from), "{from}");
        let error = TradeProfile::parse(&DAY.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(key) && !error.contains('\n'), "{to}: {error}");
    }
    let error = Profile::parse(DAY).unwrap_err().to_string();
    assert!(error.contains("rows: it is a profile of transactions"), "{error}");
    let money = "layout = \"delimited\"\ncurrency = { fixed = \"CNY\" }\ndate = { column = \"d\", format = \"%Y%m%d\", before = 1 }\namount = { signed = \"a\" }\n";
    for (text, key) in [
        (money.to_owned(), "date.before"),
        (format!("{money}columns = {{ order = \"o\" }}"), "columns.order"),
        (format!("{money}kinds = {{ column = \"k\", words = {{ a = \"pay\" }} }}"), "kinds"),
    ] {
        let error = AnyProfile::parse(&text).unwrap_err().to_string();
        assert!(error.starts_with(key), "{error}");
    }
    let error = TradeProfile::parse(&money.replace(", before = 1", "")).unwrap_err().to_string();
    assert!(error.contains("rows: it is a profile of money"), "{error}");
}

/// Days at random come out as they went in; and a byte that is changed is either refused, or changes what is read of its row alone.
#[test]
fn days_at_random_come_out_as_they_went_in() {
    for seed in 0..200 {
        let mut random = StdRng::seed_from_u64(seed);
        let (mut lines, mut wanted) = (Vec::new(), Vec::new());
        for number in 0..random.random_range(1..40) {
            let (amount, fee): (i64, i64) =
                (random.random_range(0..1_000_000_000_000), random.random_range(-9_999_999..9_999_999));
            let is_refund = random.random_bool(0.3);
            let number = format!("{number:06}");
            let time = format!("06{:02}{:02}3000", random.random_range(17..19), random.random_range(0..24));
            let sign = if fee > 0 { 'D' } else { 'C' };
            let fields = [
                &*number,
                &time,
                if is_refund { "04" } else { "01" },
                &format!("{amount:012}"),
                &format!("{sign}{:08}", fee.abs()),
                "00",
                "M1",
                ["", "茶", "\u{20087}"][random.random_range(0..3)],
            ];
            lines.push(line(&WIDTHS, &fields));
            wanted.push((format!("{number}|{time}"), if is_refund { -amount } else { amount }, fee));
        }
        let of_rows = |rows: &[StatementRow]| -> Vec<_> {
            rows.iter().map(|row| (row.merchant_number.to_string(), row.gross.0, row.fee.0)).collect()
        };
        let (received, rows) = read(file(&lines)).unwrap();
        assert_eq!(of_rows(&rows), wanted, "seed {seed}");
        let net: i128 = wanted.iter().map(|(_, gross, fee)| i128::from(*gross) - i128::from(*fee)).sum();
        assert_eq!(received.net(Currency::from_code("CNY").unwrap()), net, "seed {seed}");
        let changed = random.random_range(0..lines.len());
        let at = random.random_range(0..67);
        lines[changed][at] ^= 1 << random.random_range(0..8);
        if let Ok((_, rows)) = read(file(&lines)) {
            let others = |all: Vec<_>| {
                all.into_iter().enumerate().filter(|(at, _)| *at != changed).collect::<Vec<_>>()
            };
            assert_eq!(others(of_rows(&rows)), others(wanted), "seed {seed}");
        }
    }
}
