//! 微信支付 交易账单: a backtick before each value, a summary behind the rows.

use std::fmt::Write;

use longmen_channel_files::RowKind;
use longmen_ledger::Date;
use longmen_reconciliation::BookState;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::row::{Row, clock, yuan};

pub(super) const MERCHANT: &str = "1900000100";
const ALL: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
/// A file of payments has no columns of refunds, and one of refunds has two more.
const SUCCESS: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,商品名称,商户数据包,手续费,费率,订单金额,费率备注";
const REFUND: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,退款申请时间,退款成功时间,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
const SUMMARY: &str =
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";
/// A comma in the name of a good is no end of a value.
const GOODS: [&str; 5] = ["红茶", "tea, milk,sugar", "茶`叶", "", "\"热\"茶"];

pub(super) fn all(random: &mut StdRng, date: Date, rows: &[Row]) -> Vec<u8> {
    file(random, date, ALL, rows.iter())
}

pub(super) fn payments(random: &mut StdRng, date: Date, rows: &[Row]) -> Vec<u8> {
    file(random, date, SUCCESS, rows.iter().filter(|row| row.kind == RowKind::Pay))
}

pub(super) fn refunds(random: &mut StdRng, date: Date, rows: &[Row]) -> Vec<u8> {
    file(random, date, REFUND, rows.iter().filter(|row| row.kind != RowKind::Pay))
}

fn file<'a>(random: &mut StdRng, date: Date, header: &str, rows: impl Iterator<Item = &'a Row>) -> Vec<u8> {
    let rows: Vec<&Row> = rows.collect();
    let names: Vec<&str> = header.split(',').collect();
    let mark = if random.random_bool(0.5) { "\u{feff}" } else { "" };
    let mut text = format!("{mark}{header}\r\n");
    let mut sums = [0; 6];
    for (place, row) in rows.iter().enumerate() {
        let (hour, minute, second) = clock(place, rows.len());
        let time = format!("{date} {hour:02}:{minute:02}:{second:02}");
        let values = Values::of(random, row, &time, &mut sums);
        let cells: Vec<&str> = names.iter().map(|name| values.cell(name)).collect();
        writeln!(text, "`{}\r", cells.join(",`")).unwrap();
    }
    let [settled, refunded, coupons, fees, ordered, asked] = sums.map(yuan);
    write!(
        text,
        "{SUMMARY}\r\n`{},`{settled},`{refunded},`{coupons},`{fees}000,`{ordered},`{asked}\r\n",
        rows.len()
    )
    .unwrap();
    text.into_bytes()
}

/// The values of a row, by the names of their columns.
struct Values(Vec<(&'static str, String)>);

impl Values {
    fn of(random: &mut StdRng, row: &Row, time: &str, sums: &mut [i64; 6]) -> Values {
        let is_payment = row.kind == RowKind::Pay;
        let coupon = if random.random_bool(0.1) { random.random_range(1..500) } else { 0 };
        let (paid, back) = if is_payment { (row.gross, 0) } else { (0, -row.gross) };
        let (given, coupon_back) = if is_payment { (coupon, 0) } else { (0, coupon) };
        let amounts = [paid, back, coupon_back, row.fee, paid + given, back + coupon_back];
        sums.iter_mut().zip(amounts).for_each(|(sum, amount)| *sum += amount);
        let [paid, back, coupon_back, fee, ordered, asked] = amounts.map(yuan);
        let is_own = !is_payment && row.number != row.order;
        let (channel_order, channel_refund, refund) = match is_own {
            true => (format!("42{}", row.order), row.reference.clone(), row.number.clone()),
            false => (row.reference.clone(), "0".to_owned(), "0".to_owned()),
        };
        let good = *GOODS.choose(random).unwrap();
        Values(vec![
            ("交易时间", time.to_owned()),
            ("商户号", MERCHANT.to_owned()),
            ("特约商户号", "0".to_owned()),
            ("微信订单号", channel_order),
            ("商户订单号", row.order.clone()),
            ("交易状态", state(row).to_owned()),
            ("货币种类", "CNY".to_owned()),
            ("应结订单金额", paid),
            ("代金券金额", yuan(given)),
            ("退款申请时间", time.to_owned()),
            ("微信退款单号", channel_refund),
            ("商户退款单号", refund),
            ("退款金额", back),
            ("充值券退款金额", coupon_back),
            ("退款状态", refund_state(random, row).to_owned()),
            ("商品名称", good.to_owned()),
            ("手续费", format!("{fee}000")),
            ("费率", "0.60%".to_owned()),
            ("订单金额", ordered),
            ("申请退款金额", asked),
        ])
    }

    fn cell(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }
}

fn state(row: &Row) -> &'static str {
    match row.kind {
        RowKind::Pay => "SUCCESS",
        RowKind::Refund => "REFUND",
        RowKind::Revoke => "REVOKED",
        other => panic!("{other:?}"),
    }
}

/// What is with the channel, or with whoever paid, has left the merchant alike.
fn refund_state(random: &mut StdRng, row: &Row) -> &'static str {
    match (row.kind, row.state) {
        (RowKind::Pay, _) => "",
        (RowKind::Refund, BookState::Failed) => "FAIL",
        (RowKind::Refund, _) => {
            ["SUCCESS", "SUCCESS", "SUCCESS", "PROCESSING", "CHANGE"].choose(random).unwrap()
        }
        _ => ["", "SUCCESS"].choose(random).unwrap(),
    }
}
