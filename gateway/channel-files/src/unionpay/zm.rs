//! `INN…ZM_…`: transactions of a merchant with the acquiring interface (全渠道), as it is or in the zip with the files of errors and of
//! settlement.
//!
//! There is no header and no footer, so a file that is cut behind a line is not told from a whole one, nor an empty file from a day without
//! a transaction; what is cut within a line is. Times have no year, and the channel's day ends at 23:00: rows are of the date of the file
//! or of the day before, and the date must be expected. What is settled of a row (结算金额) must be its amount without the fee.

use std::io::BufRead;

use jiff::civil::{self, DateTime};
use longmen_ledger::{Amount, Currency, Date};

use super::record::{Field, Record, has_blanks, length, signed};
use crate::columns::yuan;
use crate::identity::Identity;
use crate::lines::Lines;
use crate::received::{Expected, Received};
use crate::refusal::{Refusal, RefusalCode};
use crate::row::{RowKind, RowState, StatementRow};
use crate::unpacked::Member;

/// The file of transactions, of those in a zip. The one of errors has other fields where the amounts are.
pub(crate) const MEMBER: Member = Member { what: "of transactions (ZM)", begins: is_zm };

/// How many bytes each field has.
const WIDTHS: [usize; 42] = [
    3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15,
    32, 13, 13, 8, 32, 13, 13, 12, 2, 1, 32, 98,
];
const LENGTH: usize = length(&WIDTHS, WIDTHS.len()) - 1;
const _: () = assert!(LENGTH == 607);

/// Fields with a blank behind them: in older files the last two are one.
const SEPARATED: usize = 40;

const TIME: Field = Field::of("交易传输时间", 5, &WIDTHS);
const AMOUNT: Field = Field::of("交易金额", 7, &WIDTHS);
const NUMBER: Field = Field::of("查询流水号", 10, &WIDTHS);
const ORDER: Field = Field::of("商户订单号", 12, &WIDTHS);
const FEE: Field = Field::of("商户手续费", 16, &WIDTHS);
const SETTLED: Field = Field::of("结算金额", 17, &WIDTHS);
const KIND: Field = Field::of("交易类型", 20, &WIDTHS);
const MERCHANT: Field = Field::of("商户代码", 28, &WIDTHS);
/// Blank in older files.
const ORIGINAL_ORDER: Field = Field::of("原始交易订单号", 41, &WIDTHS);

pub(crate) fn read(
    input: &mut dyn BufRead,
    expected: &Expected,
    take: &mut dyn FnMut(StatementRow),
) -> Result<Received, Refusal> {
    let date = expected.date.ok_or_else(|| {
        let reason = "its times have no year: the date that it is of must be told";
        Refusal::whole(RefusalCode::WrongDate, reason)
    })?;
    let currency = yuan();
    let mut lines = Lines::gbk(input);
    let mut identity = Identity::of(expected);
    while let Some((line, bytes)) = lines.next_bytes()? {
        if bytes.len() != LENGTH {
            let length = bytes.len();
            return Err(wrong_length(line, length, &mut lines)?);
        }
        let record = cut(line, bytes)?;
        identity.merchant(line, MERCHANT.name, &record.needed(MERCHANT)?)?;
        let row = read_row(&record, date, currency)?;
        identity.row(&row)?;
        take(row);
    }
    Ok(identity.end())
}

/// A last line that is too short was cut; any other was changed by whoever edited the file.
fn wrong_length<R: BufRead>(line: u64, length: usize, lines: &mut Lines<R>) -> Result<Refusal, Refusal> {
    let code = match length < LENGTH && lines.next_bytes()?.is_none() {
        true => RefusalCode::Truncated,
        false => RefusalCode::BadRow,
    };
    Ok(Refusal::at(code, line, format!("it has {length} bytes, and each line has {LENGTH}")))
}

fn cut(line: u64, bytes: &[u8]) -> Result<Record<'_>, Refusal> {
    match has_blanks(bytes, &WIDTHS, SEPARATED) {
        true => Ok(Record { line, bytes }),
        false => {
            let reason = "there is no blank between two fields: its fields are not where they should be";
            Err(Refusal::at(RefusalCode::BadRow, line, reason))
        }
    }
}

fn read_row(record: &Record<'_>, date: Date, currency: Currency) -> Result<StatementRow, Refusal> {
    let kind = match record.text(KIND)?.as_str() {
        "01" => RowKind::Pay,
        "04" => RowKind::Refund,
        "31" => RowKind::Revoke,
        "12" => RowKind::Payout,
        _ => RowKind::Other,
    };
    let (gross, fee) = read_amounts(record, kind, currency)?;
    let number = record.needed(ORDER)?;
    let order = match kind {
        RowKind::Refund | RowKind::Revoke => record.text(ORIGINAL_ORDER)?,
        _ => number.clone(),
    };
    Ok(StatementRow {
        line: record.line,
        kind,
        state: RowState::Success,
        merchant_number: number.into(),
        order: order.into(),
        channel_number: record.needed(NUMBER)?.into(),
        gross,
        fee,
        currency,
        time: Some(read_time(record, date)?),
        settle_date: None,
    })
}

/// What comes to the merchant, and what it pays. The amount has no sign: that is told by the kind, and of any other kind by what is
/// settled, which may be nothing.
fn read_amounts(record: &Record<'_>, kind: RowKind, currency: Currency) -> Result<(Amount, Amount), Refusal> {
    let (amount, fee) = (record.unsigned(AMOUNT)?.0, -record.signed(FEE)?.0);
    let settled = record.signed(SETTLED)?.0;
    // Three amounts of twelve digits: no sum of them is beyond 64 bits.
    let before_fee = settled + fee;
    let agrees = match kind {
        RowKind::Pay => before_fee == amount,
        RowKind::Refund | RowKind::Revoke | RowKind::Payout => before_fee == -amount,
        _ => before_fee == 0 || before_fee.abs() == amount,
    };
    if !agrees {
        let print = |minor: i64| currency.print(minor.into());
        let (kind, amount, fee, settled) = (kind.name(), print(amount), print(fee), print(settled));
        let reason = format!(
            "it is {settled}, which a {kind} of {amount} (交易金额) with a fee of {fee} (商户手续费) is not"
        );
        return Err(record.bad(SETTLED, reason));
    }
    Ok((Amount(before_fee), Amount(fee)))
}

/// A time such as `0618100000`, in the year that makes it of the date, or of the day before.
fn read_time(record: &Record<'_>, date: Date) -> Result<DateTime, Refusal> {
    let text = record.text(TIME)?;
    let bad = || record.bad(TIME, "it is no time such as 0618100000");
    if text.len() != 10 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(bad());
    }
    let (day, clock) = text.split_at(4);
    let mut days = [Some(date), date.previous()].into_iter().flatten();
    let Some(day) = days.find(|known| known.to_string().replace('-', "").ends_with(day)) else {
        // A leap year has every day that there is.
        let is_day = civil::Date::strptime("%Y%m%d", format!("2000{day}")).is_ok();
        let reason = format!("the file is of {date}, and a row may be of the day before");
        return Err(if is_day { record.refuse(RefusalCode::WrongDate, TIME, reason) } else { bad() });
    };
    DateTime::strptime("%Y-%m-%d %H%M%S", format!("{day} {clock}")).map_err(|_| bad())
}

/// Tells it from the other files of a zip by its first line, as far as that is at hand.
fn is_zm(beginning: &[u8]) -> bool {
    let is_amount = |field: Field| field.bytes(beginning).and_then(signed).is_some();
    has_blanks(beginning, &WIDTHS, SEPARATED) && is_amount(FEE) && is_amount(SETTLED)
}
