//! 业务明细, `alipay.data.dataservice.bill.downloadurl.query` with `bill_type=trade`, of one day.
//!
//! What comes to the merchant of a row is 商家实收 + 服务费: refunds are negative, and so is 服务费 where the merchant pays it. What the
//! merchant shares with others (分润) is no fee of Alipay's, and is not counted. A refund has the numbers of its payment, and one of its
//! own (退款批次号/请求号), which is that of the order where the merchant gave none. 完成时间 says of which day a row is.

use std::io::BufRead;

use longmen_ledger::{Amount, Currency};

use super::head::Head;
use super::{cells, header, is_titled, total, truncated};
use crate::columns::{Columns, Names, Row, yuan};
use crate::identity::Identity;
use crate::lines::{Line, Lines};
use crate::received::{Expected, Received};
use crate::refusal::Refusal;
use crate::row::{RowKind, RowState, StatementRow};
use crate::unpacked::Member;

const TITLE: &str = "#支付宝业务明细查询";

/// The file of rows, of the two in a zip.
pub(crate) const MEMBER: Member = Member { what: "of 业务明细", begins: |bytes| is_titled(bytes, TITLE) };

const COLUMNS: [Names; 7] = [
    &["支付宝交易号"],
    &["商户订单号"],
    &["业务类型"],
    &["完成时间"],
    &["商家实收（元）"],
    &["退款批次号/请求号"],
    &["服务费（元）"],
];
const NUMBER: usize = 0;
const ORDER: usize = 1;
const KIND: usize = 2;
const TIME: usize = 3;
const GROSS: usize = 4;
const REFUND: usize = 5;
const FEE: usize = 6;

/// What the rows come to, to be held against the footer.
#[derive(Default)]
struct Totals {
    paid: total::Sum,
    refunded: total::Sum,
}

impl Totals {
    fn add(&mut self, row: &StatementRow) {
        let sum = if row.kind == RowKind::Refund { &mut self.refunded } else { &mut self.paid };
        *sum = (sum.0 + 1, sum.1 + i128::from(row.gross.0));
    }
}

pub(crate) fn read(
    input: &mut dyn BufRead,
    expected: &Expected,
    take: &mut dyn FnMut(StatementRow),
) -> Result<Received, Refusal> {
    let currency = yuan();
    let mut lines = Lines::gbk(input);
    let head = Head::read(&mut lines, TITLE)?;
    let (merchant, date) = (head.merchant(expected)?, head.day(expected)?);
    let columns = Columns::find(head.names.number, &header(head.names.number, &head.names.text)?, COLUMNS)?;
    let mut identity =
        Identity::of(&Expected { merchant: Some(merchant), date: Some(date), ..Expected::default() });
    let (mut totals, mut last) = (Totals::default(), head.names.number);
    loop {
        let line = lines.next_filled()?.ok_or_else(|| truncated(last))?;
        if line.text.starts_with('#') {
            let totals = [("交易合计", totals.paid), ("退款合计", totals.refunded)];
            total::hold(&line, &mut lines, currency, totals)?;
            return Ok(identity.end());
        }
        last = line.number;
        let row = read_row(&line, &columns, &mut identity, currency)?;
        identity.row(&row)?;
        totals.add(&row);
        take(row);
    }
}

fn read_row(
    line: &Line,
    columns: &Columns<7>,
    identity: &mut Identity,
    currency: Currency,
) -> Result<StatementRow, Refusal> {
    let cells = cells(line.number, &line.text)?;
    let row = columns.row(line.number, &cells)?;
    let (time, date) = row.moment(TIME)?;
    identity.date(row.line, "完成时间", date)?;
    let (kind, gross) = read_gross(&row, currency)?;
    let order = needed(&row, ORDER)?;
    let merchant_number = match kind {
        RowKind::Refund if !row.text(REFUND).is_empty() => row.text(REFUND),
        _ => order,
    };
    let fee = row.amount(FEE, currency)?.0.checked_neg().map(Amount);
    Ok(StatementRow {
        line: line.number,
        kind,
        state: RowState::Success,
        merchant_number: merchant_number.into(),
        order: order.into(),
        channel_number: needed(&row, NUMBER)?.into(),
        gross,
        fee: fee.ok_or_else(|| row.bad(FEE, "it does not fit"))?,
        currency,
        time: Some(time),
        settle_date: None,
    })
}

/// What a row is about, and what comes to the merchant by it: the one is held to the sign of the other.
fn read_gross<S: AsRef<str>>(row: &Row<'_, S, 7>, currency: Currency) -> Result<(RowKind, Amount), Refusal> {
    let gross = row.amount(GROSS, currency)?;
    match row.text(KIND) {
        "交易" if gross.0 < 0 => Err(row.bad(GROSS, "it is of a payment, and negative")),
        "交易" => Ok((RowKind::Pay, gross)),
        "退款" if gross.0 > 0 => Err(row.bad(GROSS, "it is of a refund, and not negative")),
        "退款" => Ok((RowKind::Refund, gross)),
        _ => Err(row.bad(KIND, "it is neither 交易 nor 退款")),
    }
}

fn needed<'a, S: AsRef<str>>(row: &'a Row<'_, S, 7>, column: usize) -> Result<&'a str, Refusal> {
    Some(row.text(column)).filter(|text| !text.is_empty()).ok_or_else(|| row.bad(column, "it is empty"))
}
