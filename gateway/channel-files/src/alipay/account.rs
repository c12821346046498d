//! 账务明细, `alipay.data.dataservice.bill.downloadurl.query` with `bill_type=signcustomer`, of a day or of several: every movement of the
//! merchant's balance with the balance behind it, the first or the last of them first. Fees are rows of their own (收费, 退费).

use std::io::BufRead;

use longmen_ledger::{Amount, Currency, Date};

use super::head::Head;
use super::in_order::InOrder;
use super::{cells, header, is_titled, total, truncated};
use crate::columns::{Columns, Names, Row, yuan};
use crate::lines::{Line, Lines};
use crate::money::{MoneyLine, MoneyStatement};
use crate::received::Expected;
use crate::refusal::{Refusal, RefusalCode};
use crate::running_balance::RunningBalance;
use crate::unpacked::Member;

const TITLE: &str = "#支付宝账务明细查询";

/// The file of rows, of the two in a zip.
pub(crate) const MEMBER: Member = Member { what: "of 账务明细", begins: |bytes| is_titled(bytes, TITLE) };

const COLUMNS: [Names; 9] = [
    &["账务流水号"],
    &["业务流水号"],
    &["商户订单号"],
    &["发生时间"],
    &["收入金额（+元）"],
    &["支出金额（-元）"],
    &["账户余额（元）"],
    &["业务类型"],
    &["备注"],
];
const NUMBER: usize = 0;
const BUSINESS: usize = 1;
const ORDER: usize = 2;
const TIME: usize = 3;
const INCOMING: usize = 4;
const OUTGOING: usize = 5;
const BALANCE: usize = 6;
const KIND: usize = 7;
const REMARK: usize = 8;

pub(crate) fn read(
    input: &mut dyn BufRead,
    expected: &Expected,
    take: &mut dyn FnMut(MoneyLine),
) -> Result<MoneyStatement, Refusal> {
    let currency = yuan();
    let mut lines = Lines::gbk(input);
    let head = Head::read(&mut lines, TITLE)?;
    let (account, days) = (head.merchant(expected)?, head.days(expected)?);
    let columns = Columns::find(head.names.number, &header(head.names.number, &head.names.text)?, COLUMNS)?;
    let running = RunningBalance::of(currency, expected);
    let mut movements = InOrder::of(running, COLUMNS[BALANCE][0], take);
    let mut last = head.names.number;
    loop {
        let line = lines.next_filled()?.ok_or_else(|| truncated(last))?;
        if line.text.starts_with('#') {
            let running = movements.end()?;
            let (rows, outgoing) = running.outgoing();
            let totals = [("支出合计", (rows, -outgoing)), ("收入合计", running.incoming())];
            total::hold(&line, &mut lines, currency, totals)?;
            return Ok(MoneyStatement { account: Some(account), dates: Some(days), ..running.end() });
        }
        last = line.number;
        movements.add(read_row(&line, &columns, days, currency)?)?;
    }
}

fn read_row(
    line: &Line,
    columns: &Columns<9>,
    (first, last): (Date, Date),
    currency: Currency,
) -> Result<MoneyLine, Refusal> {
    let cells = cells(line.number, &line.text)?;
    let row = columns.row(line.number, &cells)?;
    let (time, booked) = row.moment(TIME)?;
    if booked < first || booked > last {
        let reason = format!("the file is of {first} to {last}");
        return Err(row.refuse(RefusalCode::WrongDate, TIME, reason));
    }
    let order = Some(row.text(ORDER)).filter(|order| !order.is_empty());
    Ok(MoneyLine {
        line: line.number,
        amount: read_amount(&row, currency)?,
        booked,
        time: Some(time),
        value_date: None,
        number: row.text(NUMBER).into(),
        merchant_number: order.unwrap_or(row.text(BUSINESS)).into(),
        kind: row.text(KIND).into(),
        remark: row.text(REMARK).into(),
        balance: Some(row.amount(BALANCE, currency)?.0.into()),
    })
}

/// What moved: it stands in one of two columns, and the other has zero.
fn read_amount<S: AsRef<str>>(row: &Row<'_, S, 9>, currency: Currency) -> Result<Amount, Refusal> {
    let (incoming, outgoing) = (row.amount(INCOMING, currency)?, row.amount(OUTGOING, currency)?);
    match (incoming.0, outgoing.0) {
        (..0, _) => Err(row.bad(INCOMING, "it came in, and is negative")),
        (_, 1..) => Err(row.bad(OUTGOING, "it went out, and is not negative")),
        (1.., 0) => Ok(incoming),
        (0, ..0) => Ok(outgoing),
        (0, 0) => Err(row.bad(INCOMING, "nothing came in, and nothing went out")),
        (1.., ..0) => Err(row.bad(OUTGOING, "it went out, and something came in as well")),
    }
}
