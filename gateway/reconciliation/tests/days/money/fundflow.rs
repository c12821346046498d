//! 微信支付 资金账单 of a day: what was paid in, its fees, and the payouts (提现), each with the balance behind it.

use std::fmt::Write;

use super::weeks::ChannelDay;
use crate::channel_days::{clock, yuan};

const HEADER: &str = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号";
const SUMMARY: &str = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额";
/// What Tencent keeps of a payment, in fen.
const FEE: i64 = 60;

pub(super) fn file(day: &ChannelDay) -> String {
    let mut rows = Vec::new();
    for payout in &day.payouts {
        let number = &payout.reference;
        rows.push((format!("42{number}"), "交易", payout.amount + FEE, format!("P{number}")));
        rows.push((format!("43{number}"), "扣除交易手续费", -FEE, String::new()));
        // Without a number of the merchant's own it goes by that of the channel.
        rows.push((number.clone(), "提现", -payout.amount, String::new()));
    }
    let (mut text, mut balance, mut sums) = (format!("{HEADER}\n"), 5_000, [(0, 0); 2]);
    for (place, (business, kind, amount, voucher)) in rows.iter().enumerate() {
        balance += amount;
        let sum = &mut sums[usize::from(*amount < 0)];
        *sum = (sum.0 + 1, sum.1 + amount.abs());
        let (hour, minute, second) = clock(place, rows.len());
        let way = if *amount < 0 { "支出" } else { "收入" };
        let (amount, after) = (yuan(amount.abs()), yuan(balance));
        writeln!(
            text,
            "`{} {hour:02}:{minute:02}:{second:02},`{business},`F{place},`{kind},`{kind},`{way},`{amount},`{after},`system,`红茶, tea,`{voucher}",
            day.date
        )
        .unwrap();
    }
    let [(incoming, income), (outgoing, outgo)] = sums;
    let (income, outgo) = (yuan(income), yuan(outgo));
    text + &format!("{SUMMARY}\n`{},`{incoming},`{income},`{outgoing},`{outgo}\n", rows.len())
}
