//! Files of WeChat Pay: what is taken, and every way in which one is refused.

use longmen_channel_files::{
    Expected, MoneyFormat, MoneyLine, MoneyStatement, Received, Refusal, RefusalCode, RowKind, RowState,
    StatementRow, TradeFormat,
};
use longmen_ledger::Date;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sha1::{Digest, Sha1};

use crate::reading::{cny, gzip, money, trades};

const HEADER: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
const SUMMARY: &str =
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";

/// A row of a payment of an order, settled with a fee.
fn paid(order: &str, amount: &str, fee: &str) -> String {
    row("2024-06-18 10:00:00", order, ("SUCCESS", amount), ("0", "0.00", ""), "tea", fee)
}

/// A row of a refund.
fn refunded(order: &str, refund: &str, amount: &str, fee: &str, state: &str) -> String {
    row("2024-06-18 15:00:00", order, ("REFUND", "0.00"), (refund, amount, state), "tea", fee)
}

fn row(
    time: &str,
    order: &str,
    (state, amount): (&str, &str),
    (refund, back, refund_state): (&str, &str, &str),
    good: &str,
    fee: &str,
) -> String {
    let channel_refund = if refund == "0" { "0".to_owned() } else { format!("5030{refund}") };
    let cells = [
        time,
        "wx01",
        "1900000100",
        "0",
        "",
        &format!("4200{order}"),
        order,
        "openid",
        "JSAPI",
        state,
        "OTHERS",
        "CNY",
        amount,
        "0.00",
        &channel_refund,
        refund,
        back,
        "0.00",
        "ORIGINAL",
        refund_state,
        good,
        "",
        fee,
        "0.60%",
        amount,
        back,
        "",
    ];
    cells.map(|cell| format!("`{cell}")).join(",")
}

/// A file of these rows, with this row of the summary.
fn file(rows: &[String], summary: &str) -> String {
    let mut lines = vec![HEADER.to_owned()];
    lines.extend(rows.iter().cloned());
    lines.extend([SUMMARY.to_owned(), summary.to_owned()]);
    lines.join("\n") + "\n"
}

/// Two payments and a refund.
fn day() -> String {
    let rows = [
        paid("P1", "100.00", "0.60000"),
        paid("P2", "50.00", "0.31000"),
        refunded("P1", "R1", "40.00", "-0.24000", "SUCCESS"),
    ];
    file(&rows, "`3,`150.00,`40.00,`0.00,`0.67000,`150.00,`40.00")
}

fn read(bytes: &[u8], expected: &Expected) -> Result<(Received, Vec<StatementRow>), Refusal> {
    trades(TradeFormat::WechatTrade, bytes, expected)
}

fn taken(text: &str) -> (Received, Vec<StatementRow>) {
    read(text.as_bytes(), &Expected::default()).unwrap()
}

#[test]
fn a_day_is_read_field_by_field() {
    let (received, rows) = taken(&day());
    assert_eq!((received.rows, received.unmoved, received.net(cny())), (3, 0, 10_933));
    assert_eq!(
        (received.merchant.as_deref(), received.date),
        (Some("1900000100"), Date::parse("2024-06-18"))
    );
    let [first, _, refund] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((first.line, first.kind, first.state), (2, RowKind::Pay, RowState::Success));
    assert_eq!((&*first.merchant_number, &*first.order, &*first.channel_number), ("P1", "P1", "4200P1"));
    assert_eq!((first.gross.0, first.fee.0, first.currency), (10_000, 60, cny()));
    assert_eq!(first.time.unwrap().to_string(), "2024-06-18T10:00:00");
    assert_eq!((refund.line, refund.kind, refund.state), (4, RowKind::Refund, RowState::Success));
    assert_eq!((&*refund.merchant_number, &*refund.order, &*refund.channel_number), ("R1", "P1", "5030R1"));
    assert_eq!((refund.gross.0, refund.fee.0, refund.net()), (-4_000, -24, -3_976));
    let refunds = received.sums[&("CNY", RowKind::Refund)];
    assert_eq!((refunds.rows, refunds.gross, refunds.fee), (1, -4_000, -24));
}

/// What is not as it usually is, and no fault.
#[test]
fn what_channels_write_in_several_ways_is_taken() {
    let one = |row: String| file(&[row], "`1,`100.00,`0.00,`0.00,`0.60000,`100.00,`0.00");
    let comma = row(
        "2024-06-18 10:00:00",
        "P1",
        ("SUCCESS", "100.00"),
        ("0", "0.00", ""),
        "tea, milk,sugar",
        "0.60000",
    );
    // A column that came later, and one of the older names.
    let wider = one(paid("P1", "100.00", "0.60000") + ",`new").replace("费率备注", "费率备注,新列");
    let older = one(paid("P1", "100.00", "0.60000")).replace("应结订单金额,代金券金额", "总金额,代金券金额");
    for (name, text) in [
        ("byte order mark", format!("\u{feff}{}", one(paid("P1", "100.00", "0.60000")))),
        ("CRLF", one(paid("P1", "100.00", "0.60000")).replace('\n', "\r\n")),
        ("no end of the last line", one(paid("P1", "100.00", "0.60000")).trim_end().to_owned()),
        ("empty lines", one(paid("P1", "100.00", "0.60000")).replace('\n', "\n\n")),
        ("commas in the name of a good", one(comma)),
        ("another column", wider),
        ("an older name", older),
        ("decimals of zeros", one(paid("P1", "100.00000", "0.6"))),
    ] {
        let (received, rows) = taken(&text);
        assert_eq!((received.rows, rows[0].gross.0, rows[0].fee.0), (1, 10_000, 60), "{name}");
    }
    let (received, rows) = read(&gzip(day().as_bytes()), &Expected::default()).unwrap();
    assert_eq!((received.rows, rows.len()), (3, 3));
    // A day without a payment was received, and has no row.
    let (received, rows) = taken(&file(&[], "`0,`0.00,`0.00,`0.00,`0.00000,`0.00,`0.00"));
    assert_eq!((received.rows, rows.len(), received.date), (0, 0, None));
}

#[test]
fn refunds_that_are_not_done_count_as_the_channel_counts_them() {
    for (state, is, net) in [
        ("SUCCESS", RowState::Success, -3_976),
        ("PROCESSING", RowState::Processing, -3_976),
        ("CHANGE", RowState::Processing, -3_976),
        ("FAIL", RowState::Failed, 0),
    ] {
        let rows = [refunded("P1", "R1", "40.00", "-0.24000", state)];
        let (received, rows) = taken(&file(&rows, "`1,`0.00,`40.00,`0.00,`-0.24000,`0.00,`40.00"));
        assert_eq!((rows[0].state, received.net(cny())), (is, net), "{state}");
        assert_eq!(received.unmoved, u64::from(net == 0));
    }
    let revoked =
        row("2024-06-18 11:00:00", "P3", ("REVOKED", "0.00"), ("0", "20.00", "SUCCESS"), "tea", "-0.12000");
    let (_, rows) = taken(&file(&[revoked], "`1,`0.00,`20.00,`0.00,`-0.12000,`0.00,`20.00"));
    assert_eq!((rows[0].kind, rows[0].net(), &*rows[0].merchant_number), (RowKind::Revoke, -1_988, "P3"));
}

/// Files of payments alone, and of refunds alone, have other columns.
#[test]
fn files_of_payments_and_of_refunds_are_read_as_well() {
    let payments = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,商品名称,商户数据包,手续费,费率,订单金额,费率备注
`2024-06-18 10:00:00,`wx01,`1900000100,`0,`,`42001,`P1,`openid,`JSAPI,`SUCCESS,`OTHERS,`CNY,`100.00,`0.00,`tea,`,`0.60000,`0.60%,`100.00,`
总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额
`1,`100.00,`0.00,`0.00,`0.60000,`100.00,`0.00
";
    assert_eq!(taken(payments).0.net(cny()), 9_940);
    let refunds = HEADER.replace("微信退款单号", "退款申请时间,退款成功时间,微信退款单号");
    let row = refunded("P1", "R1", "40.00", "-0.24000", "SUCCESS");
    let row = row.replace("`5030R1", "`2024-06-18 14:00:00,`2024-06-18 15:00:00,`5030R1");
    let text = format!("{refunds}\n{row}\n{SUMMARY}\n`1,`0.00,`40.00,`0.00,`-0.24000,`0.00,`40.00\n");
    assert_eq!(taken(&text).0.net(cny()), -3_976);
    let mixed = payments.replace("`SUCCESS", "`REFUND");
    let refusal = read(mixed.as_bytes(), &Expected::default()).unwrap_err();
    assert_eq!((refusal.code, refusal.line), (RefusalCode::BadRow, Some(2)));
}

#[test]
fn a_file_with_a_fault_is_refused_whole() {
    use RefusalCode::{
        BadControlTotal, BadEncoding, BadRow, DuplicateRow, Truncated, UnknownHeader, WrongDate,
        WrongMerchant,
    };
    let day = day();
    let swap = |from: &str, to: &str| {
        assert!(day.contains(from), "{from}");
        day.replacen(from, to, 1)
    };
    let lines: Vec<&str> = day.lines().collect();
    let without = |line: usize| {
        let left = lines.iter().enumerate().filter(|(at, _)| *at != line);
        left.map(|(_, line)| *line).collect::<Vec<_>>().join("\n")
    };
    let twice = [lines[0], lines[1], lines[2], lines[1], lines[3], lines[4], lines[5]].join("\n");
    for (name, text, code, line, column) in [
        (
            "a sum of the summary",
            swap("`150.00,`40.00,`0.00,`0.67000", "`151.00,`40.00,`0.00,`0.67000"),
            BadControlTotal,
            None,
            "应结订单总金额",
        ),
        (
            "refunds of the summary",
            swap("`150.00,`40.00,`0.00,`0.67000", "`150.00,`40.01,`0.00,`0.67000"),
            BadControlTotal,
            None,
            "退款总金额",
        ),
        ("fees of the summary", swap("`0.67000,", "`0.66000,"), BadControlTotal, None, "手续费总金额"),
        ("the count of the summary", swap("`3,`150", "`4,`150"), BadControlTotal, None, "总交易单数"),
        ("a row is missing", without(2), BadControlTotal, None, "总交易单数"),
        ("a row with a column less", swap("`tea,`,`0.60000", "`tea,`0.60000"), BadRow, Some(2), ""),
        ("a row with a column more", swap("`tea,`,`0.60000", "`tea,`,`,`0.60000"), BadRow, Some(2), ""),
        (
            "no backtick",
            swap("`2024-06-18 10:00:00,`wx01", "2024-06-18 10:00:00,wx01"),
            UnknownHeader,
            Some(2),
            "总交易单数",
        ),
        ("the same row twice", twice, DuplicateRow, Some(4), ""),
        ("another date", swap("`2024-06-18 15", "`2024-06-19 15"), WrongDate, Some(4), "交易时间"),
        ("no time", swap("`2024-06-18 15:00:00", "`2024-06-18"), BadRow, Some(4), "交易时间"),
        (
            "another merchant",
            day.replace("`1900000100,`0,`,`4200P2", "`1900000199,`0,`,`4200P2"),
            WrongMerchant,
            Some(3),
            "商户号",
        ),
        ("a fraction of a fen", swap("`0.31000", "`0.31400"), BadRow, Some(3), "手续费"),
        ("no amount", swap("`50.00", "`50,00"), BadRow, Some(3), "应结订单金额"),
        ("an amount with an underscore", swap("`50.00", "`5_0.00"), BadRow, Some(3), "应结订单金额"),
        ("an amount beyond all", swap("`50.00", "`92233720368547758.08"), BadRow, Some(3), "应结订单金额"),
        (
            "another currency",
            day.replace("`OTHERS,`CNY,`50.00", "`OTHERS,`USD,`50.00"),
            BadRow,
            Some(3),
            "货币种类",
        ),
        (
            "no currency",
            day.replace("`OTHERS,`CNY,`50.00", "`OTHERS,`XXZ,`50.00"),
            BadRow,
            Some(3),
            "货币种类",
        ),
        ("another state", swap("`REFUND,", "`CLOSED,"), BadRow, Some(4), "交易状态"),
        (
            "another state of a refund",
            swap("`ORIGINAL,`SUCCESS", "`ORIGINAL,`LOST"),
            BadRow,
            Some(4),
            "退款状态",
        ),
        ("no column of fees", swap("手续费,费率", "费,费率"), UnknownHeader, Some(1), "手续费"),
        ("a column twice", swap("设备号", "商户号"), UnknownHeader, Some(1), "商户号"),
        ("no summary", lines[..4].join("\n"), Truncated, Some(4), ""),
        ("no row of the summary", lines[..5].join("\n"), Truncated, Some(5), ""),
        ("nothing", String::new(), Truncated, Some(1), ""),
        ("two files in one", format!("{day}{day}"), BadRow, Some(7), ""),
        ("a line without end", format!("{HEADER}\n`{}\n", "x".repeat(70_000)), BadRow, Some(2), ""),
    ] {
        let refusal = read(text.as_bytes(), &Expected::default()).expect_err(name);
        let column = (!column.is_empty()).then_some(column);
        assert_eq!((refusal.code, refusal.column.as_deref()), (code, column), "{name}: {refusal}");
        assert_eq!(refusal.line, line, "{name}: {refusal}");
    }
    let (gbk, _, _) = encoding_rs::GBK.encode(&day);
    let refusal = read(&gbk, &Expected::default()).unwrap_err();
    assert_eq!((refusal.code, refusal.line), (BadEncoding, Some(1)));
    assert!(refusal.to_string().contains("most likely it is GBK"), "{refusal}");
}

#[test]
fn what_is_expected_of_a_file_is_held_to() {
    let day = day();
    let sha1 =
        |bytes: &[u8]| Sha1::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let right = Expected {
        merchant: Some("1900000100".into()),
        date: Date::parse("2024-06-18"),
        sha1: Some(sha1(day.as_bytes()).to_uppercase().into()),
    };
    assert!(read(day.as_bytes(), &right).is_ok());
    // The digest is of what is packed.
    assert!(read(&gzip(day.as_bytes()), &right).is_ok());
    let broken = day.replacen("`0.31000", "`0.32000", 1);
    for (text, expected, code) in [
        (&day, Expected { merchant: Some("1900000199".into()), ..right.clone() }, RefusalCode::WrongMerchant),
        (&day, Expected { date: Date::parse("2024-06-17"), ..right.clone() }, RefusalCode::WrongDate),
        (&day, Expected { sha1: Some(sha1(b"").into()), ..right.clone() }, RefusalCode::BadDigest),
        // What came broken is told as that, and not as whatever row it hit.
        (&broken, right, RefusalCode::BadDigest),
    ] {
        assert_eq!(read(text.as_bytes(), &expected).unwrap_err().code, code);
    }
}

/// Cut anywhere, a file is refused, packed or not; so is a packed one with any byte changed.
#[test]
fn no_part_of_a_file_is_taken_for_the_whole() {
    let day = day();
    let whole = day.trim_end().len();
    for length in 0..whole {
        let refused = read(&day.as_bytes()[..length], &Expected::default());
        // The last amount is a sum, and the same one without its last zeros.
        let is_same = matches!(&day[length.max(whole - 5)..whole], "0" | ".00");
        assert_eq!(refused.is_err(), !is_same, "{length} of {whole}");
    }
    let packed = gzip(day.as_bytes());
    for length in 0..packed.len() {
        assert!(read(&packed[..length], &Expected::default()).is_err(), "{length} of {}", packed.len());
    }
}

/// Days at random come out as they went in; and a digit that is changed is found by the sums.
#[test]
fn days_at_random_come_out_as_they_went_in() {
    for seed in 0..200 {
        let mut random = StdRng::seed_from_u64(seed);
        let (mut rows, mut wanted, mut sums) = (Vec::new(), Vec::new(), [0_i64; 3]);
        for number in 0..random.random_range(1..40) {
            let (amount, fee) = (random.random_range(1..10_000_000), random.random_range(0..60_000));
            let refund = random.random_bool(0.3);
            let state = ["SUCCESS", "PROCESSING", "CHANGE", "FAIL"][random.random_range(0..4)];
            let (order, number) = (format!("P{}", number / 2), format!("R{number}"));
            rows.push(match refund {
                true => refunded(&order, &number, &yuan(amount), &fen(-fee), state),
                false => paid(&number, &yuan(amount), &fen(fee)),
            });
            let sign = if refund { -1 } else { 1 };
            wanted.push((number, sign * amount, sign * fee, !refund || state != "FAIL"));
            sums[usize::from(refund)] += amount;
            sums[2] += sign * fee;
        }
        let [paid, refunded, fees] = [yuan(sums[0]), yuan(sums[1]), fen(sums[2])];
        let summary = format!("`{},`{paid},`{refunded},`0.00,`{fees},`{paid},`{refunded}", rows.len());
        let text = file(&rows, &summary);
        let (received, found) = taken(&text);
        let said: Vec<_> = found
            .iter()
            .map(|row| (row.merchant_number.to_string(), row.gross.0, row.fee.0, row.state.moves_money()))
            .collect();
        assert_eq!(said, wanted, "seed {seed}");
        let moved = wanted.iter().filter(|row| row.3);
        assert_eq!(received.net(cny()), moved.map(|row| i128::from(row.1 - row.2)).sum(), "seed {seed}");
        // A digit of a column that has a sum.
        let place = random.random_range(0..rows.len());
        let mut cells: Vec<String> = rows[place].split(",`").map(str::to_owned).collect();
        let column = [12, 16, 22, 24, 25][random.random_range(0..5)];
        let point = cells[column].find('.').unwrap();
        let digit = if cells[column].as_bytes()[point + 1] == b'9' { "0" } else { "9" };
        cells[column].replace_range(point + 1..point + 2, digit);
        rows[place] = cells.join(",`");
        let refusal = read(file(&rows, &summary).as_bytes(), &Expected::default()).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::BadControlTotal, "seed {seed}: {refusal}");
    }
}

/// Minor units as the files print amounts.
fn yuan(minor: i64) -> String {
    cny().print(minor.into())
}

/// The same as they print fees, with five decimals.
fn fen(minor: i64) -> String {
    format!("{}000", cny().print(minor.into()))
}

const FUND_HEADER: &str = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额（元）,账户结余（元）,资金变更提交申请人,备注,业务凭证号";

fn fund() -> String {
    format!(
        "{FUND_HEADER}
`2024-06-18 10:00:00,`4200P1,`F1,`交易,`交易,`收入,`100.00,`1100.00,`system,`结算总金额 100.00 元,`P1
`2024-06-18 10:00:00,`4200P1,`F2,`扣除交易手续费,`扣除交易手续费,`支出,`0.60,`1099.40,`system,`费率 0.60%,`P1
`2024-06-18 15:00:00,`5030R1,`F3,`退款,`退款,`支出,`39.76,`1059.64,`system,`退款总金额40.00元,含手续费0.24元,`R1
`2024-06-18 23:00:00,`7001,`F4,`提现,`提现,`支出,`1000.00,`59.64,`system,`,`
资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额
`4.0,`1.0,`100.00,`3.0,`1040.36
"
    )
}

fn read_fund(text: &str, expected: &Expected) -> Result<(MoneyStatement, Vec<MoneyLine>), Refusal> {
    money(MoneyFormat::WechatFundflow, text, expected)
}

#[test]
fn movements_of_money_are_read_with_their_balances() {
    let expected = Expected { merchant: Some("1900000100".into()), ..Expected::default() };
    let (statement, lines) = read_fund(&fund(), &expected).unwrap();
    assert_eq!((statement.opening, statement.closing), (Some(100_000), Some(5_964)));
    assert_eq!((statement.incoming, statement.outgoing), ((1, 10_000), (3, 104_036)));
    assert_eq!(statement.account.as_deref(), Some("1900000100"));
    let said: Vec<_> = lines.iter().map(|l| (l.line, l.amount.0, &*l.number, &*l.merchant_number)).collect();
    // A movement without a voucher of the merchant's has the number of what WeChat Pay did.
    assert_eq!(
        said,
        [(2, 10_000, "F1", "P1"), (3, -60, "F2", "P1"), (4, -3_976, "F3", "R1"), (5, -100_000, "F4", "7001")]
    );
    assert_eq!((&*lines[2].remark, &*lines[2].kind), ("退款总金额40.00元,含手续费0.24元", "退款"));
}

#[test]
fn movements_that_do_not_add_up_are_refused() {
    use RefusalCode::{BadBalance, BadControlTotal, BadRow, Truncated, UnknownHeader, WrongDate};
    let fund = fund();
    let swap = |from: &str, to: &str| {
        assert!(fund.contains(from), "{from}");
        fund.replacen(from, to, 1)
    };
    for (name, text, code, line, column) in [
        ("a balance", swap("`1099.40", "`1099.41"), BadBalance, Some(3), "账户结余"),
        ("an amount", swap("`0.60,", "`0.61,"), BadBalance, Some(3), "账户结余"),
        (
            "a row is missing",
            swap(
                "`2024-06-18 10:00:00,`4200P1,`F2,`扣除交易手续费,`扣除交易手续费,`支出,`0.60,`1099.40,`system,`费率 0.60%,`P1\n",
                "",
            ),
            BadBalance,
            Some(3),
            "账户结余",
        ),
        (
            "the last row is missing",
            swap("`2024-06-18 23:00:00,`7001,`F4,`提现,`提现,`支出,`1000.00,`59.64,`system,`,`\n", ""),
            BadControlTotal,
            None,
            "资金流水总笔数",
        ),
        ("what went out", swap("`1040.36", "`1040.35"), BadControlTotal, None, "支出金额"),
        ("a negative amount", swap("`支出,`0.60", "`支出,`-0.60"), BadRow, Some(3), "收支金额（元）"),
        ("another direction", swap("`支出,`0.60", "`冻结,`0.60"), BadRow, Some(3), "收支类型"),
        ("no column of balances", swap("账户结余（元）", "结余"), UnknownHeader, Some(1), "账户结余（元）"),
        (
            "no summary",
            swap("资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\n`4.0,`1.0,`100.00,`3.0,`1040.36\n", ""),
            Truncated,
            Some(5),
            "",
        ),
    ] {
        let refusal = read_fund(&text, &Expected::default()).expect_err(name);
        let column = (!column.is_empty()).then_some(column);
        assert_eq!(
            (refusal.code, refusal.line, refusal.column.as_deref()),
            (code, line, column),
            "{name}: {refusal}"
        );
    }
    let expected = Expected { date: Date::parse("2024-06-17"), ..Expected::default() };
    let refusal = read_fund(&fund, &expected).unwrap_err();
    assert_eq!((refusal.code, refusal.line), (WrongDate, Some(2)));
    // Half-width brackets, as some tools write them.
    assert!(read_fund(&fund.replacen("（元）", "(元)", 2), &Expected::default()).is_ok());
}
