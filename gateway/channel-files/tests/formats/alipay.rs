//! Files of Alipay: what is taken, and every way in which one is refused.

use longmen_channel_files::{
    Expected, MoneyFormat, MoneyLine, MoneyStatement, Received, Refusal, RefusalCode, RowKind, RowState,
    StatementRow, TradeFormat,
};
use longmen_ledger::Date;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::reading::{cny, money, trades, zip};

const HEADER: &str = "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注";
const END: &str = "#----------业务明细列表结束----------";

/// The merchant, and its account.
const MERCHANT: &str = "2088990000007777";
const ACCOUNT: &str = "20889900000077770156";

/// The lines before a table: four, of which the first is the title.
fn head(what: &str) -> String {
    format!(
        "#支付宝{what}查询\n#账号：[{ACCOUNT}]\n#起始日期：[2024年06月18日 00:00:00]   终止日期：[2024年06月19日 00:00:00]\n#----------{what}列表----------\n"
    )
}

fn row(number: &str, order: &str, kind: &str, amount: &str, refund: &str, fee: &str) -> String {
    format!(
        "{number}\t,{order}\t,{kind}\t,红茶,2024-06-17 23:59:58,2024-06-18 00:00:03,\t,\t,\t,\t,*三(139****0001)\t,{amount},{amount},0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,{refund}\t,{fee},0.00,"
    )
}

/// A file of these rows, with these totals, before it is encoded.
fn file(rows: &[String], paid: &str, refunded: &str) -> String {
    let mut text = head("业务明细") + HEADER + "\n";
    for row in rows {
        text += &format!("{row}\n");
    }
    text + &format!(
        "{END}\n#交易合计：{paid}元，商家优惠共0.00元\n#退款合计：{refunded}元，商家优惠退款共0.00元\n#导出时间：[2024年06月19日 08:00:00]\n"
    )
}

/// Two payments, and two refunds of the first. The lines from 1: the head to 4, the names 5, rows 6 to 9, the footer 10 to 13.
fn day() -> String {
    let rows = [
        row("T1", "P1", "交易", "100.00", "", "-0.60"),
        row("T2", "P2", "交易", "50.00", "", "-0.31"),
        row("T1", "P1", "退款", "-40.00", "R1", "0.24"),
        row("T1", "P1", "退款", "-5.00", "R2", "0.03"),
    ];
    file(&rows, "2笔，商家实收共150.00", "2笔，商家实收退款共-45.00")
}

/// The other file of the zip.
fn summary() -> String {
    format!(
        "{}门店编号,门店名称,交易订单总笔数\n合计\t,\t,2\n#----------业务汇总列表结束----------\n",
        head("业务汇总")
    )
}

fn gbk(text: &str) -> Vec<u8> {
    let (bytes, _, is_lossy) = encoding_rs::GBK.encode(text);
    assert!(!is_lossy);
    bytes.into_owned()
}

fn read(bytes: &[u8], expected: &Expected) -> Result<(Received, Vec<StatementRow>), Refusal> {
    trades(TradeFormat::AlipayTrade, bytes, expected)
}

fn taken(text: &str) -> (Received, Vec<StatementRow>) {
    read(&gbk(text), &Expected::default()).unwrap()
}

/// A text with one thing changed, which must be there.
fn swap(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

/// A text without one of its lines, counted from 1.
fn without(text: &str, line: usize) -> String {
    let left = (1..).zip(text.lines()).filter(|(number, _)| *number != line);
    left.map(|(_, line)| format!("{line}\n")).collect()
}

/// What a fault is, the code, the line and the column that it is refused for; an empty column is none.
type Fault<'a> = (&'a str, String, RefusalCode, Option<u64>, &'a str);

fn assert_refused(refusal: &Refusal, (name, _, code, line, column): &Fault<'_>) {
    let column = (!column.is_empty()).then_some(*column);
    assert_eq!((refusal.code, refusal.column.as_deref()), (*code, column), "{name}: {refusal}");
    assert_eq!(refusal.line, *line, "{name}: {refusal}");
}

#[test]
fn a_day_is_read_field_by_field() {
    let (received, rows) = taken(&day());
    assert_eq!((received.rows, received.unmoved, received.net(cny())), (4, 0, 10_436));
    assert_eq!((received.merchant.as_deref(), received.date), (Some(MERCHANT), Date::parse("2024-06-18")));
    let [first, _, refund, again] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((first.line, first.kind, first.state), (6, RowKind::Pay, RowState::Success));
    assert_eq!((&*first.merchant_number, &*first.order, &*first.channel_number), ("P1", "P1", "T1"));
    assert_eq!((first.gross.0, first.fee.0, first.currency), (10_000, 60, cny()));
    assert_eq!((first.time.unwrap().to_string().as_str(), first.settle_date), ("2024-06-18T00:00:03", None));
    assert_eq!((refund.line, refund.kind, refund.state), (8, RowKind::Refund, RowState::Success));
    assert_eq!((&*refund.merchant_number, &*refund.order, &*refund.channel_number), ("R1", "P1", "T1"));
    assert_eq!((refund.gross.0, refund.fee.0, refund.net()), (-4_000, -24, -3_976));
    assert_eq!((&*again.merchant_number, again.net()), ("R2", -497));
    let refunds = received.sums[&("CNY", RowKind::Refund)];
    assert_eq!((refunds.rows, refunds.gross, refunds.fee), (2, -4_500, -27));
}

/// What is not as it usually is, and no fault.
#[test]
fn what_channels_write_in_several_ways_is_taken() {
    let one = file(
        &[row("T1", "P1", "交易", "100.00", "", "-0.60")],
        "1笔，商家实收共100.00",
        "0笔，商家实收退款共-0.00",
    );
    // The column of fees first, in the names and in the row.
    let moved = swap(&swap(&one, "服务费（元）,", ""), "支付宝交易号", "服务费（元）,支付宝交易号");
    let moved = swap(&swap(&moved, "-0.60,", ""), "T1", "-0.60,T1");
    let wider = swap(&swap(&one, "备注", "备注,新列"), "0.00,\n", "0.00,,what is new\n");
    let quoted = swap(&one, "红茶", "\"红茶, 绿茶,\"\"特级\"\"\"");
    for (name, text) in [
        ("as it is", one.clone()),
        ("CRLF", one.replace('\n', "\r\n")),
        ("no end of the last line", one.trim_end().to_owned()),
        ("empty lines", one.replace('\n', "\n\n")),
        ("half-width brackets", one.replace('（', "(").replace('）', ")")),
        ("another column", wider),
        ("moved columns", moved),
        ("commas and quotes in the name of a good", quoted),
        ("a quote within the name of a good", swap(&one, "红茶", "红\"茶")),
        ("decimals of zeros", swap(&one, "-0.60", "-0.600")),
        ("commas behind the footer", swap(&one, "商家优惠共0.00元\n", "商家优惠共0.00元,,,\n")),
        ("no time of the export", without(&one, 10)),
        ("no line of the list", without(&one, 4)),
    ] {
        let (received, rows) = taken(&text);
        assert_eq!((received.rows, rows[0].gross.0, rows[0].fee.0), (1, 10_000, 60), "{name}");
        assert_eq!((&*rows[0].merchant_number, &*rows[0].channel_number), ("P1", "T1"), "{name}");
    }
    // A refund without a number of its own has that of the order.
    let refund = file(
        &[row("T1", "P1", "退款", "-40.00", "", "0.00")],
        "0笔，商家实收共0.00",
        "1笔，商家实收退款共-40.00",
    );
    assert_eq!(&*taken(&refund).1[0].merchant_number, "P1");
    // A day without a payment was received, and has no row.
    let (received, rows) = taken(&file(&[], "0笔，商家实收共0.00", "0笔，商家实收退款共0.00"));
    assert_eq!((received.rows, rows.len(), received.date), (0, 0, Date::parse("2024-06-18")));
}

#[test]
fn of_a_zip_the_file_of_rows_is_read_wherever_it_stands() {
    let (rows, summary) = (gbk(&day()), gbk(&summary()));
    for members in [
        vec![("b.csv", summary.clone()), ("a.csv", rows.clone())],
        vec![("a.csv", rows.clone()), ("b.csv", summary.clone())],
        vec![("a.csv", rows.clone())],
    ] {
        assert_eq!(read(&zip(&members), &Expected::default()).unwrap().0.rows, 4);
    }
    let packed = |members: &[(&str, Vec<u8>)]| read(&zip(members), &Expected::default()).unwrap_err().code;
    assert_eq!(packed(&[("b.csv", summary.clone())]), RefusalCode::UnknownHeader);
    assert_eq!(packed(&[]), RefusalCode::UnknownHeader);
    assert_eq!(packed(&[("a.csv", rows.clone()), ("c.csv", rows.clone())]), RefusalCode::UnknownHeader);
    assert_eq!(packed(&[("a.csv", day().into_bytes())]), RefusalCode::BadEncoding);
    // Cut anywhere it is refused, and where it is cut in is told.
    let whole = zip(&[("b.csv", summary), ("a.csv", rows)]);
    for length in 4..whole.len() {
        let refusal = read(&whole[..length], &Expected::default()).expect_err("it is cut");
        assert_eq!(refusal.code, RefusalCode::Truncated, "{length} of {}", whole.len());
    }
}

#[test]
fn a_file_with_a_fault_is_refused_whole() {
    use RefusalCode::{BadControlTotal, BadRow, DuplicateRow, Truncated, UnknownHeader, WrongDate};
    let day = day();
    let with = |from: &str, to: &str| swap(&day, from, to);
    let until = |line: usize| day.lines().take(line).map(|line| format!("{line}\n")).collect::<String>();
    let second = day.lines().nth(6).unwrap();
    let faults: Vec<Fault<'_>> = vec![
        ("nothing", String::new(), Truncated, Some(1), ""),
        ("another title", summary(), UnknownHeader, Some(1), ""),
        ("no account", without(&day, 2), UnknownHeader, Some(4), "账号"),
        ("an account without brackets", with("[2088", "2088"), UnknownHeader, Some(2), "账号"),
        ("no dates", without(&day, 3), UnknownHeader, Some(4), "起始日期"),
        ("a date that is none", with("06月18日", "06月31日"), UnknownHeader, Some(3), "起始日期"),
        ("a part of a day", with("06月18日 00", "06月18日 12"), UnknownHeader, Some(3), "起始日期"),
        ("an end before the begin", with("06月19日 00", "06月18日 00"), UnknownHeader, Some(3), "起始日期"),
        ("several days", with("06月19日 00", "06月20日 00"), WrongDate, Some(3), "起始日期"),
        ("a column is missing", with("服务费（元）", "费"), UnknownHeader, Some(5), "服务费（元）"),
        ("a column twice", with("备注", "业务类型"), UnknownHeader, Some(5), "业务类型"),
        ("a row with a column less", with("0.31,0.00,", "0.31,0.00"), BadRow, Some(7), ""),
        ("a row with a column more", with("0.31,0.00,", "0.31,0.00,,"), BadRow, Some(7), ""),
        ("a comma without quotes", with("红茶", "红,茶"), BadRow, Some(6), ""),
        ("a quote that does not end", with("红茶", "\"红茶"), BadRow, Some(6), ""),
        ("another kind", with("退款\t", "冻结\t"), BadRow, Some(8), "业务类型"),
        (
            "a payment that is negative",
            with(",50.00,50.00", ",50.00,-50.00"),
            BadRow,
            Some(7),
            "商家实收（元）",
        ),
        (
            "a refund that is positive",
            with(",-40.00,-40.00", ",-40.00,40.00"),
            BadRow,
            Some(8),
            "商家实收（元）",
        ),
        ("three decimals", with(",50.00,50.00", ",50.00,50.001"), BadRow, Some(7), "商家实收（元）"),
        ("an underscore", with(",50.00,50.00", ",50.00,5_0.00"), BadRow, Some(7), "商家实收（元）"),
        ("thousands", with(",50.00,50.00", ",50.00,\"1,050.00\""), BadRow, Some(7), "商家实收（元）"),
        ("no amount", with(",50.00,50.00", ",50.00,"), BadRow, Some(7), "商家实收（元）"),
        ("no fee", with(",-0.31,", ",,"), BadRow, Some(7), "服务费（元）"),
        (
            "the least number there is",
            with(",-0.31,", ",-92233720368547758.08,"),
            BadRow,
            Some(7),
            "服务费（元）",
        ),
        ("no number of the order", with("P2\t", "\t"), BadRow, Some(7), "商户订单号"),
        ("no number of Alipay's", with("T2\t", "\t"), BadRow, Some(7), "支付宝交易号"),
        ("no time", with("2024-06-18 00:00:03", ""), BadRow, Some(6), "完成时间"),
        ("another date", with("2024-06-18 00:00:03", "2024-06-19 00:00:03"), WrongDate, Some(6), "完成时间"),
        ("the same row twice", with(second, &format!("{second}\n{second}")), DuplicateRow, Some(8), ""),
        ("a refund twice", with("R2\t", "R1\t"), DuplicateRow, Some(9), ""),
        ("a total", with("共150.00", "共150.01"), BadControlTotal, Some(11), "交易合计"),
        (
            "a number of rows",
            with("：2笔，商家实收共", "：3笔，商家实收共"),
            BadControlTotal,
            Some(11),
            "交易合计",
        ),
        ("a total of refunds", with("共-45.00", "共45.00"), BadControlTotal, Some(12), "退款合计"),
        ("a row is missing", without(&day, 7), BadControlTotal, Some(10), "交易合计"),
        ("a total that is none", with("共150.00", "共1_50.00"), BadRow, Some(11), "交易合计"),
        ("no end of the table", without(&day, 10), BadRow, Some(10), ""),
        ("no footer", until(9), Truncated, Some(9), ""),
        ("no totals", until(10), Truncated, Some(10), ""),
        ("no total of refunds", until(11), Truncated, Some(11), ""),
        ("no names", until(4), Truncated, Some(4), ""),
        ("two files in one", format!("{day}{day}"), BadRow, Some(18), ""),
    ];
    for fault in &faults {
        let refusal = read(&gbk(&fault.1), &Expected::default()).expect_err(fault.0);
        assert_refused(&refusal, fault);
    }
}

#[test]
fn a_file_in_another_encoding_is_refused() {
    let refusal = read(day().as_bytes(), &Expected::default()).unwrap_err();
    assert_eq!((refusal.code, refusal.line), (RefusalCode::BadEncoding, Some(1)));
    let marked = format!("\u{feff}{}", day());
    assert_eq!(read(marked.as_bytes(), &Expected::default()).unwrap_err(), refusal);
    // Two bytes that are no sign.
    let mut bytes = gbk(&day());
    let tea = gbk("红茶");
    let at = bytes.windows(tea.len()).position(|window| window == tea).unwrap();
    bytes[at + 1] = 0xFF;
    let refusal = read(&bytes, &Expected::default()).unwrap_err();
    assert_eq!((refusal.code, refusal.line), (RefusalCode::BadEncoding, Some(6)));
}

#[test]
fn what_is_expected_of_a_file_is_held_to() {
    let bytes = gbk(&day());
    let of = |merchant: &str, date: &str| Expected {
        merchant: Some(merchant.into()),
        date: Date::parse(date),
        sha1: None,
    };
    // By the merchant's number, or by that of its account.
    for merchant in [MERCHANT, ACCOUNT] {
        let (received, _) = read(&bytes, &of(merchant, "2024-06-18")).unwrap();
        assert_eq!(received.merchant.as_deref(), Some(merchant));
    }
    for (merchant, date, code, line) in [
        ("2088990000007778", "2024-06-18", RefusalCode::WrongMerchant, 2),
        ("20889900000077780156", "2024-06-18", RefusalCode::WrongMerchant, 2),
        ("2088", "2024-06-18", RefusalCode::WrongMerchant, 2),
        (MERCHANT, "2024-06-19", RefusalCode::WrongDate, 3),
        (MERCHANT, "2024-06-17", RefusalCode::WrongDate, 3),
    ] {
        let refusal = read(&bytes, &of(merchant, date)).unwrap_err();
        assert_eq!((refusal.code, refusal.line), (code, Some(line)), "{merchant} {date}");
    }
    // An account of another shape is known by all of it.
    let other = gbk(&day().replace(ACCOUNT, "shop@example.com0156"));
    let (received, _) = read(&other, &Expected::default()).unwrap();
    assert_eq!(received.merchant.as_deref(), Some("shop@example.com0156"));
}

/// Cut anywhere before the last total, a file is refused.
#[test]
fn no_part_of_a_file_is_taken_for_the_whole() {
    for (format, text, last) in
        [("trade", day(), "退款共-45.00元"), ("signcustomer", account(), "收入合计：2笔，共100.24元")]
    {
        let bytes = gbk(&text);
        let held = gbk(text.split_once(last).unwrap().0).len() + gbk(last).len();
        for length in 0..bytes.len() {
            let is_refused = match format {
                "trade" => read(&bytes[..length], &Expected::default()).is_err(),
                _ => read_account(&bytes[..length], &Expected::default()).is_err(),
            };
            // Behind it there is no more than a time, and a sign of two bytes may be cut in it.
            assert!(is_refused || length >= held, "{format}: {length} of {}", bytes.len());
        }
    }
}

/// Days at random come out as they went in; and a digit that is changed is found by the totals.
#[test]
fn days_at_random_come_out_as_they_went_in() {
    let yuan = |minor: i64| cny().print(minor.into());
    for seed in 0..200 {
        let mut random = StdRng::seed_from_u64(seed);
        let (mut rows, mut wanted, mut sums) = (Vec::new(), Vec::new(), [(0, 0), (0, 0)]);
        for number in 0..random.random_range(1..40) {
            let (amount, fee) = (random.random_range(1..10_000_000), random.random_range(0..60_000));
            let is_refund = random.random_bool(0.3);
            let (gross, fee, kind) =
                if is_refund { (-amount, -fee, "退款") } else { (amount, fee, "交易") };
            let refund = if is_refund { format!("R{number}") } else { String::new() };
            let (channel, order) = (format!("T{number}"), format!("P{number}"));
            rows.push(row(&channel, &order, kind, &yuan(gross), &refund, &yuan(-fee)));
            let sum: &mut (i64, i64) = &mut sums[usize::from(is_refund)];
            *sum = (sum.0 + 1, sum.1 + gross);
            wanted.push((if is_refund { refund } else { order }, gross, fee));
        }
        let [paid, refunded] = sums.map(|(rows, sum)| format!("{rows}笔，商家实收共{}", yuan(sum)));
        let (received, found) = taken(&file(&rows, &paid, &refunded));
        let found: Vec<_> =
            found.iter().map(|row| (row.merchant_number.to_string(), row.gross.0, row.fee.0)).collect();
        assert_eq!(found, wanted, "seed {seed}");
        let net = wanted.iter().map(|(_, gross, fee)| i128::from(gross - fee)).sum::<i128>();
        assert_eq!(received.net(cny()), net, "seed {seed}");
        let place = random.random_range(0..rows.len());
        let mut cells: Vec<String> = rows[place].split(',').map(str::to_owned).collect();
        let digit = if cells[12].ends_with('9') { '0' } else { '9' };
        cells[12].pop();
        cells[12].push(digit);
        rows[place] = cells.join(",");
        let refusal = read(&gbk(&file(&rows, &paid, &refunded)), &Expected::default()).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::BadControlTotal, "seed {seed}: {refusal}");
    }
}

const ACCOUNT_HEADER: &str = "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注";

fn movement(
    number: &str,
    order: &str,
    time: &str,
    incoming: &str,
    outgoing: &str,
    balance: &str,
    kind: &str,
) -> String {
    format!(
        "{number}\t,B{number}\t,{order}\t,红茶,2024-06-18 {time},李四 (139****0001)\t,{incoming},{outgoing},{balance},支付宝\t,{kind}\t,of {number}"
    )
}

fn account_of(rows: &[String], outgoing: &str, incoming: &str) -> String {
    let rows: String = rows.iter().map(|row| format!("{row}\n")).collect();
    format!(
        "{}{ACCOUNT_HEADER}\n{rows}#----------账务明细列表结束----------\n#支出合计：{outgoing}元\n#收入合计：{incoming}元\n#导出时间：[2024年06月19日 08:00:00]\n",
        head("账务明细")
    )
}

fn movements() -> [String; 4] {
    [
        movement("1", "P1", "10:00:02", "100.00", "0.00", "1100.00", "在线支付"),
        movement("2", "P1", "10:00:02", "0.00", "-0.60", "1099.40", "收费"),
        movement("3", "", "15:00:00", "0.00", "-1000.00", "99.40", "提现"),
        movement("4", "P1", "16:00:00", "0.24", "0", "99.64", "退费"),
    ]
}

fn account() -> String {
    account_of(&movements(), "2笔，共-1000.60", "2笔，共100.24")
}

fn read_account(bytes: &[u8], expected: &Expected) -> Result<(MoneyStatement, Vec<MoneyLine>), Refusal> {
    money(MoneyFormat::AlipaySigncustomer, bytes, expected)
}

#[test]
fn movements_of_money_are_read_with_their_balances() {
    let (statement, lines) = read_account(&gbk(&account()), &Expected::default()).unwrap();
    let date = Date::parse("2024-06-18").unwrap();
    assert_eq!((statement.opening, statement.closing), (Some(100_000), Some(9_964)));
    assert_eq!((statement.incoming, statement.outgoing), ((2, 10_024), (2, 100_060)));
    assert_eq!((statement.account.as_deref(), statement.dates), (Some(MERCHANT), Some((date, date))));
    let said: Vec<_> = lines.iter().map(|l| (l.line, l.amount.0, &*l.number, &*l.merchant_number)).collect();
    // A movement without an order has the number of what Alipay did.
    assert_eq!(
        said,
        [(6, 10_000, "1", "P1"), (7, -60, "2", "P1"), (8, -100_000, "3", "B3"), (9, 24, "4", "P1")]
    );
    let last = &lines[3];
    assert_eq!((&*last.kind, &*last.remark, last.balance, last.booked), ("退费", "of 4", Some(9_964), date));
    assert_eq!(last.time.unwrap().to_string(), "2024-06-18T16:00:00");
}

#[test]
fn movements_come_out_in_the_order_of_time() {
    let in_order = read_account(&gbk(&account()), &Expected::default()).unwrap();
    let mut rows = movements();
    rows.reverse();
    let turned = gbk(&account_of(&rows, "2笔，共-1000.60", "2笔，共100.24"));
    let (statement, lines) = read_account(&turned, &Expected::default()).unwrap();
    assert_eq!(statement, in_order.0);
    assert_eq!(lines.iter().map(|line| &*line.number).collect::<Vec<_>>(), ["1", "2", "3", "4"]);
    assert_eq!(lines.iter().map(|line| line.line).collect::<Vec<_>>(), [9, 8, 7, 6]);
    // What comes and goes again says nothing: the times do, and where they are the same, the file.
    let there = |time| movement("1", "P1", time, "5.00", "0.00", "15.00", "在线支付");
    let back = |time| movement("2", "P1", time, "0.00", "-5.00", "10.00", "交易退款");
    for (rows, wanted, opening) in [
        ([there("10:00:00"), back("11:00:00")], ["1", "2"], 1_000),
        ([there("11:00:00"), back("10:00:00")], ["2", "1"], 1_500),
        ([there("10:00:00"), back("10:00:00")], ["1", "2"], 1_000),
    ] {
        let text = account_of(&rows, "1笔，共-5.00", "1笔，共5.00");
        let (statement, lines) = read_account(&gbk(&text), &Expected::default()).unwrap();
        assert_eq!(lines.iter().map(|line| &*line.number).collect::<Vec<_>>(), wanted);
        assert_eq!(statement.opening, Some(opening));
    }
}

#[test]
fn files_of_money_that_are_empty_packed_or_of_a_month_are_read() {
    let empty = account_of(&[], "0笔，共0.00", "0笔，共0.00");
    let (statement, lines) = read_account(&gbk(&empty), &Expected::default()).unwrap();
    assert_eq!((lines.len(), statement.opening, statement.dates.is_some()), (0, None, true));
    let packed = zip(&[("b.csv", gbk(&head("账务汇总"))), ("a.csv", gbk(&account()))]);
    assert_eq!(read_account(&packed, &Expected::default()).unwrap().1.len(), 4);
    let month = account().replace("06月18日 00", "06月01日 00").replace("06月19日 00", "07月01日 00");
    let (statement, _) = read_account(&gbk(&month), &Expected::default()).unwrap();
    assert_eq!(statement.dates, Date::parse("2024-06-01").zip(Date::parse("2024-06-30")));
    let expected = Expected { date: Date::parse("2024-06-18"), ..Expected::default() };
    assert!(read_account(&gbk(&account()), &expected).is_ok());
    let refusal = read_account(&gbk(&month), &expected).unwrap_err();
    assert_eq!((refusal.code, refusal.line), (RefusalCode::WrongDate, Some(3)));
    // Newer files have columns of the business behind the others.
    let mut lines: Vec<_> = account().lines().map(str::to_owned).collect();
    lines[4] += ",业务基础订单号,业务订单号";
    lines[5..9].iter_mut().for_each(|line| *line += ",,");
    assert_eq!(read_account(&gbk(&lines.join("\n")), &Expected::default()).unwrap().1.len(), 4);
}

#[test]
fn movements_that_do_not_add_up_are_refused() {
    use RefusalCode::{BadBalance, BadControlTotal, BadRow, Truncated, UnknownHeader, WrongDate};
    let account = account();
    let with = |from: &str, to: &str| swap(&account, from, to);
    let mut turned = movements();
    turned.reverse();
    let turned = account_of(&turned, "2笔，共-1000.60", "2笔，共100.24").replace("-1000.00", "-1000.01");
    let faults: Vec<Fault<'_>> = vec![
        ("a balance", with("1099.40", "1099.41"), BadBalance, Some(7), "账户余额（元）"),
        ("an amount", with("-0.60,", "-0.61,"), BadBalance, Some(7), "账户余额（元）"),
        ("an amount, the last first", turned, BadBalance, Some(7), "账户余额（元）"),
        ("a row is missing", without(&account, 7), BadBalance, Some(7), "账户余额（元）"),
        ("the last row is missing", without(&account, 9), BadControlTotal, Some(11), "收入合计"),
        ("what went out", with("共-1000.60", "共1000.60"), BadControlTotal, Some(11), "支出合计"),
        ("how often it went out", with("支出合计：2", "支出合计：1"), BadControlTotal, Some(11), "支出合计"),
        ("what came in is negative", with(",0.24,", ",-0.24,"), BadRow, Some(9), "收入金额（+元）"),
        ("what went out is positive", with(",-0.60,", ",0.60,"), BadRow, Some(7), "支出金额（-元）"),
        ("both", with(",0.00,-0.60,", ",0.01,-0.60,"), BadRow, Some(7), "支出金额（-元）"),
        ("neither", with(",0.24,0,", ",0.00,0,"), BadRow, Some(9), "收入金额（+元）"),
        ("no balance", with(",99.64,", ",,"), BadRow, Some(9), "账户余额（元）"),
        ("another date", with("2024-06-18 16", "2024-06-19 16"), WrongDate, Some(9), "发生时间"),
        ("no column of balances", with("账户余额（元）", "余额"), UnknownHeader, Some(5), "账户余额（元）"),
        ("of transactions", day(), UnknownHeader, Some(1), ""),
        ("no footer", account.lines().take(9).collect::<Vec<_>>().join("\n"), Truncated, Some(9), ""),
    ];
    for fault in &faults {
        let refusal = read_account(&gbk(&fault.1), &Expected::default()).expect_err(fault.0);
        assert_refused(&refusal, fault);
    }
    let expected = Expected { merchant: Some("2088990000007778".into()), ..Expected::default() };
    let refusal = read_account(&gbk(&account), &expected).unwrap_err();
    assert_eq!((refusal.code, refusal.line), (RefusalCode::WrongMerchant, Some(2)));
}
