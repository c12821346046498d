//! 资金账单, `GET /v3/bill/fundflowbill`: every movement of the merchant's balance with the balance behind it. Fees are rows of their own,
//! and a refund is one row with the fee that is given back taken off.

use std::io::BufRead;

use longmen_ledger::{Amount, Currency};

use super::{header, hold, is_row, truncated, values};
use crate::columns::{Columns, Names, yuan};
use crate::lines::{Line, Lines};
use crate::money::{MoneyLine, MoneyStatement};
use crate::received::Expected;
use crate::refusal::Refusal;
use crate::running_balance::RunningBalance;

const COLUMNS: [Names; 9] = [
    &["记账时间"],
    &["微信支付业务单号"],
    &["资金流水单号"],
    &["业务名称"],
    &["收支类型"],
    &["收支金额（元）", "收支金额"],
    &["账户结余（元）", "账户结余"],
    &["备注"],
    &["业务凭证号"],
];
const TIME: usize = 0;
const BUSINESS: usize = 1;
const NUMBER: usize = 2;
const KIND: usize = 3;
const DIRECTION: usize = 4;
const AMOUNT: usize = 5;
const BALANCE: usize = 6;
const REMARK: usize = 7;
const VOUCHER: usize = 8;

const SUMMARY: [Names; 5] = [&["资金流水总笔数"], &["收入笔数"], &["收入金额"], &["支出笔数"], &["支出金额"]];

pub(crate) fn read(
    input: &mut dyn BufRead,
    expected: &Expected,
    take: &mut dyn FnMut(MoneyLine),
) -> Result<MoneyStatement, Refusal> {
    let currency = yuan();
    let mut lines = Lines::utf8(input);
    let first = lines.next_filled()?.ok_or_else(|| truncated(1))?;
    let columns = Columns::find(first.number, &header(&first.text), COLUMNS)?;
    let mut running = RunningBalance::of(currency, expected);
    let mut last = first.number;
    while let Some(line) = lines.next_filled()? {
        if !is_row(&line.text) {
            read_summary(&line, &mut lines, &running)?;
            lines.end()?;
            return Ok(MoneyStatement { account: expected.merchant.clone(), ..running.end() });
        }
        last = line.number;
        let row = read_row(&line, &columns, currency)?;
        running.add(&row, "账户结余")?;
        take(row);
    }
    Err(truncated(last))
}

fn read_row(line: &Line, columns: &Columns<9>, currency: Currency) -> Result<MoneyLine, Refusal> {
    let cells = values(line.number, &line.text)?;
    let row = columns.row(line.number, &cells)?;
    let (time, booked) = row.moment(TIME)?;
    let amount = row.amount(AMOUNT, currency)?;
    if amount.0 < 0 {
        return Err(row.bad(AMOUNT, "it is not negative: 收支类型 says which way it went"));
    }
    let amount = match row.text(DIRECTION) {
        "收入" => amount,
        "支出" => Amount(-amount.0),
        _ => return Err(row.bad(DIRECTION, "it is neither 收入 nor 支出")),
    };
    let merchant_number = Some(row.text(VOUCHER)).filter(|number| !number.is_empty());
    Ok(MoneyLine {
        line: line.number,
        amount,
        booked,
        time: Some(time),
        value_date: None,
        number: row.text(NUMBER).into(),
        merchant_number: merchant_number.unwrap_or(row.text(BUSINESS)).into(),
        kind: row.text(KIND).into(),
        remark: row.text(REMARK).into(),
        balance: Some(row.amount(BALANCE, currency)?.0.into()),
    })
}

fn read_summary<R: BufRead>(
    names: &Line,
    lines: &mut Lines<R>,
    running: &RunningBalance,
) -> Result<(), Refusal> {
    let columns = Columns::find(names.number, &header(&names.text), SUMMARY)?;
    let line = lines.next_filled()?.ok_or_else(|| truncated(names.number))?;
    let cells = values(line.number, &line.text)?;
    let row = columns.row(line.number, &cells)?;
    let currency = running.currency();
    let ((incoming, income), (outgoing, outgo)) = (running.incoming(), running.outgoing());
    for (column, found) in [(0, incoming + outgoing), (1, incoming), (3, outgoing)] {
        hold(SUMMARY[column][0], &row.count(column)?.to_string(), &found.to_string())?;
    }
    for (column, found) in [(2, income), (4, outgo)] {
        let said = row.amount(column, currency)?.0.into();
        hold(SUMMARY[column][0], &currency.print(said), &currency.print(found))?;
    }
    Ok(())
}
