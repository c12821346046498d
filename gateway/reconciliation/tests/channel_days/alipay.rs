//! 支付宝 业务明细: a zip of two files in GBK, with lines of `#` before and behind the rows, and tabs behind ids.

use std::fmt::Write;

use longmen_channel_files::RowKind;
use longmen_ledger::Date;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::channel::{gbk, zip};
use super::row::{Row, clock, yuan};

pub(super) const MERCHANT: &str = "2088990000007777";
const HEADER: &str = "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注";
/// As the cells of a CSV have them.
const GOODS: [&str; 5] = ["红茶", "\"茶, 奶\"", "\"\"\"热\"\"茶\"", "", "#茶"];

pub(super) fn file(random: &mut StdRng, date: Date, rows: &[Row]) -> Vec<u8> {
    let details = head(date, "业务明细") + &table(random, date, rows);
    let summary = format!(
        "{}门店编号,门店名称,交易订单总笔数\n合计\t,\t,{}\n#----------业务汇总列表结束----------\n",
        head(date, "业务汇总"),
        rows.len()
    );
    let mut members = vec![
        ("20889900000077770156_20240618_业务明细.csv", gbk(&details)),
        ("20889900000077770156_20240618_业务明细(汇总).csv", gbk(&summary)),
    ];
    if random.random_bool(0.5) {
        members.reverse();
    }
    zip(&members)
}

fn head(date: Date, what: &str) -> String {
    let midnight = |date: Date| {
        let text = date.to_string();
        format!("{}年{}月{}日 00:00:00", &text[..4], &text[5..7], &text[8..])
    };
    let (first, last) = (midnight(date), midnight(date.next()));
    format!(
        "#支付宝{what}查询\n#账号：[{MERCHANT}0156]\n#起始日期：[{first}]   终止日期：[{last}]\n#----------{what}列表----------\n"
    )
}

fn table(random: &mut StdRng, date: Date, rows: &[Row]) -> String {
    let mut text = format!("{HEADER}\n");
    let mut sums = [(0_u64, 0); 2];
    for (place, row) in rows.iter().enumerate() {
        let is_refund = row.kind == RowKind::Refund;
        let sum = &mut sums[usize::from(is_refund)];
        *sum = (sum.0 + 1, sum.1 + row.gross);
        let (hour, minute, second) = clock(place, rows.len());
        let time = format!("{date} {hour:02}:{minute:02}:{second:02}");
        let kind = if is_refund { "退款" } else { "交易" };
        let refund = if is_refund && row.number != row.order { &row.number } else { "" };
        let discount = if random.random_bool(0.1) { random.random_range(1..500) } else { 0 };
        let (gross, ordered) = (yuan(row.gross), yuan(row.gross + row.gross.signum() * discount));
        let good = *GOODS.choose(random).unwrap();
        writeln!(
            text,
            "{}\t,{}\t,{kind}\t,{good},{time},{time},\t,\t,\t,\t,*三(139****0001)\t,{ordered},{gross},0.00,0.00,0.00,{},0.00,,0.00\t,0.00,{refund}\t,{},0.00,",
            row.reference,
            row.order,
            yuan(discount),
            yuan(-row.fee),
        )
        .unwrap();
    }
    let [(paid, paid_sum), (refunded, refunded_sum)] = sums;
    let (paid_sum, refunded_sum) = (yuan(paid_sum), yuan(refunded_sum));
    text + &format!(
        "#----------业务明细列表结束----------\n#交易合计：{paid}笔，商家实收共{paid_sum}元，商家优惠共0.00元\n#退款合计：{refunded}笔，商家实收退款共{refunded_sum}元，商家优惠退款共0.00元\n#导出时间：[{}]\n",
        date.next()
    )
}
