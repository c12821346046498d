//! 交易账单, `GET /v3/bill/tradebill`, of `bill_type` ALL, SUCCESS and REFUND.
//!
//! A header, rows, a header of the summary, the summary. A refund's row repeats the order's numbers; its fee is negative, what is given
//! back. What comes to the merchant of a row is 应结订单金额 − 退款金额 − 手续费. The value `0` of a number is none.

use std::io::BufRead;

use longmen_ledger::{Amount, Currency};

use super::{header, hold, is_row, truncated, values};
use crate::columns::{Columns, Names, Row, yuan};
use crate::identity::Identity;
use crate::lines::{Line, Lines};
use crate::received::{Expected, Received};
use crate::refusal::{Refusal, RefusalCode};
use crate::row::{RowKind, RowState, StatementRow};

/// The columns of every kind of file, as [`Columns`] finds them.
const COMMON: [Names; 7] =
    [&["交易时间"], &["商户号"], &["微信订单号"], &["商户订单号"], &["交易状态"], &["货币种类"], &["手续费"]];
const TIME: usize = 0;
const MERCHANT: usize = 1;
const CHANNEL_ORDER: usize = 2;
const ORDER: usize = 3;
const STATE: usize = 4;
const CURRENCY: usize = 5;
const FEE: usize = 6;

/// The columns of payments: what settles of an order (应结订单金额). Files of refunds have it too.
const PAID: [Names; 1] = [&["应结订单金额", "总金额"]];

/// The columns of refunds; files of payments have none of them.
const REFUNDED: [Names; 4] = [&["微信退款单号"], &["商户退款单号"], &["退款金额"], &["退款状态"]];
const CHANNEL_REFUND: usize = 0;
const REFUND: usize = 1;
const REFUND_AMOUNT: usize = 2;
const REFUND_STATE: usize = 3;

/// Columns of amounts that the summary has sums of: the name in the summary, and in the rows.
const SUMMED: [(Names, Names); 6] = [
    (&["应结订单总金额", "总交易额"], &["应结订单金额", "总金额"]),
    (&["退款总金额", "总退款金额"], &["退款金额"]),
    (&["充值券退款总金额", "总代金券或立减优惠退款金额"], &["充值券退款金额", "代金券或立减优惠退款金额"]),
    (&["手续费总金额"], &["手续费"]),
    (&["订单总金额"], &["订单金额"]),
    (&["申请退款总金额"], &["申请退款金额"]),
];
const COUNT: Names = &["总交易单数"];

/// The columns of a file.
struct Header {
    common: Columns<7>,
    paid: Columns<1>,
    refunded: Option<Columns<4>>,
    /// By sum of the summary: the column that it is of, if the file has it.
    summed: [Option<Columns<1>>; 6],
}

impl Header {
    fn of(line: &Line) -> Result<Header, Refusal> {
        let (number, names) = (line.number, header(&line.text));
        Ok(Header {
            common: Columns::find(number, &names, COMMON)?,
            paid: Columns::find(number, &names, PAID)?,
            refunded: Columns::find(number, &names, REFUNDED).ok(),
            summed: SUMMED.map(|(_, column)| Columns::find(number, &names, [column]).ok()),
        })
    }
}

/// What the rows come to, to be held against the summary.
#[derive(Default)]
struct Totals {
    rows: u64,
    sums: [i128; 6],
    currency: Option<Currency>,
}

pub(crate) fn read(
    input: &mut dyn BufRead,
    expected: &Expected,
    take: &mut dyn FnMut(StatementRow),
) -> Result<Received, Refusal> {
    let mut lines = Lines::utf8(input);
    let first = lines.next_filled()?.ok_or_else(|| truncated(1))?;
    let header = Header::of(&first)?;
    let (mut identity, mut totals) = (Identity::of(expected), Totals::default());
    loop {
        let Some(line) = lines.next_filled()? else { return Err(truncated(first.number + totals.rows)) };
        if !is_row(&line.text) {
            read_summary(&line, &mut lines, &totals)?;
            lines.end()?;
            return Ok(identity.end());
        }
        let row = read_row(&line, &header, &mut identity, &mut totals)?;
        identity.row(&row)?;
        take(row);
    }
}

fn read_row(
    line: &Line,
    header: &Header,
    identity: &mut Identity,
    totals: &mut Totals,
) -> Result<StatementRow, Refusal> {
    let cells = values(line.number, &line.text)?;
    let common = header.common.row(line.number, &cells)?;
    let (time, date) = common.moment(TIME)?;
    identity.merchant(line.number, "商户号", common.text(MERCHANT))?;
    identity.date(line.number, "交易时间", date)?;
    let currency = Currency::from_code(common.text(CURRENCY));
    let currency = currency.ok_or_else(|| common.bad(CURRENCY, "it is no currency"))?;
    add_up(line.number, header, &cells, currency, totals)?;
    let paid = header.paid.row(line.number, &cells)?.amount(0, currency)?;
    let row = StatementRow {
        line: line.number,
        kind: RowKind::Pay,
        state: RowState::Success,
        merchant_number: common.text(ORDER).into(),
        order: common.text(ORDER).into(),
        channel_number: common.text(CHANNEL_ORDER).into(),
        gross: paid,
        fee: common.amount(FEE, currency)?,
        currency,
        time: Some(time),
        settle_date: None,
    };
    let kind = match common.text(STATE) {
        "SUCCESS" => return Ok(row),
        "REFUND" => RowKind::Refund,
        "REVOKED" => RowKind::Revoke,
        _ => return Err(common.bad(STATE, "it is none of SUCCESS, REFUND and REVOKED")),
    };
    let Some(refunded) = &header.refunded else {
        return Err(common.bad(STATE, "a file of payments has no refunds"));
    };
    given_back(&refunded.row(line.number, &cells)?, StatementRow { kind, ..row })
}

/// The row of a refund or a revocation, which repeats its order.
fn given_back<S: AsRef<str>>(refunded: &Row<'_, S, 4>, row: StatementRow) -> Result<StatementRow, Refusal> {
    let amount = refunded.amount(REFUND_AMOUNT, row.currency)?;
    let gross = row.gross.0.checked_sub(amount.0).map(Amount);
    let state = match (refunded.text(REFUND_STATE), row.kind) {
        ("SUCCESS", _) | ("", RowKind::Revoke) => RowState::Success,
        // What could not be given to the payer is with the channel all the same, and is given on by hand.
        ("PROCESSING" | "CHANGE", _) => RowState::Processing,
        ("FAIL", _) => RowState::Failed,
        _ => return Err(refunded.bad(REFUND_STATE, "it is none of SUCCESS, PROCESSING, CHANGE and FAIL")),
    };
    let or_order =
        |number: &str, order: &str| if matches!(number, "" | "0") { order.into() } else { number.into() };
    Ok(StatementRow {
        state,
        merchant_number: or_order(refunded.text(REFUND), &row.merchant_number),
        channel_number: or_order(refunded.text(CHANNEL_REFUND), &row.channel_number),
        gross: gross.ok_or_else(|| refunded.bad(REFUND_AMOUNT, "it does not fit"))?,
        ..row
    })
}

/// Adds a row to what the summary is held to.
fn add_up(
    line: u64,
    header: &Header,
    cells: &[&str],
    currency: Currency,
    totals: &mut Totals,
) -> Result<(), Refusal> {
    if *totals.currency.get_or_insert(currency) != currency {
        let reason = "it is in another currency than the rows before, and the summary has one sum for both";
        return Err(Refusal::of(RefusalCode::BadRow, line, "货币种类", reason));
    }
    totals.rows += 1;
    for (sum, column) in totals.sums.iter_mut().zip(&header.summed) {
        if let Some(column) = column {
            *sum += i128::from(column.row(line, cells)?.amount(0, currency)?.0);
        }
    }
    Ok(())
}

fn read_summary<R: BufRead>(names: &Line, lines: &mut Lines<R>, totals: &Totals) -> Result<(), Refusal> {
    let header = header(&names.text);
    let count = Columns::find(names.number, &header, [COUNT])?;
    let line = lines.next_filled()?.ok_or_else(|| truncated(names.number))?;
    let cells = values(line.number, &line.text)?;
    let rows = count.row(line.number, &cells)?.count(0)?;
    hold(COUNT[0], &rows.to_string(), &totals.rows.to_string())?;
    // Without a row there is no currency, and every sum is nothing in all of them.
    let currency = totals.currency.unwrap_or_else(yuan);
    for ((summary, _), found) in SUMMED.iter().zip(totals.sums) {
        if let Ok(column) = Columns::find(names.number, &header, [summary]) {
            let said = column.row(line.number, &cells)?.amount(0, currency)?;
            hold(summary[0], &currency.print(said.0.into()), &currency.print(found))?;
        }
    }
    Ok(())
}
