//! What stands before the table: whose file it is, and of which days.

use std::io::BufRead;

use encoding_rs::GB18030;
use jiff::civil::Time;
use longmen_ledger::Date;

use super::truncated;
use crate::columns::{date_of, parse_time};
use crate::lines::{Line, Lines, decode};
use crate::received::Expected;
use crate::refusal::{Refusal, RefusalCode};

/// Behind the merchant's number (PID), which has 16 digits, in that of its account.
const ACCOUNT_SUFFIX: &str = "0156";
const ACCOUNT_DIGITS: usize = 20;

/// The lines before the table, and the header of the table.
pub(super) struct Head {
    /// With the line that it stands on.
    account: (u64, Box<str>),
    /// The first day and the last, with the line that they stand on.
    days: (u64, Date, Date),
    /// The names of the columns.
    pub(super) names: Line,
}

impl Head {
    /// Reads up to the names of the columns.
    pub(super) fn read<R: BufRead>(lines: &mut Lines<R>, title: &str) -> Result<Head, Refusal> {
        read_title(lines, title)?;
        let (mut account, mut days, mut last) = (None, None, 1);
        let names = loop {
            let line = lines.next_filled()?.ok_or_else(|| truncated(last))?;
            last = line.number;
            if line.text.starts_with("#账号：") {
                account = Some((line.number, read_account(&line)?));
            } else if line.text.starts_with("#起始日期：") {
                let (first, last) = read_days(&line)?;
                days = Some((line.number, first, last));
            } else if !line.text.starts_with('#') {
                break line;
            }
        };
        let missing =
            |what| Refusal::of(RefusalCode::UnknownHeader, last, what, "there is no such line before");
        Ok(Head {
            account: account.ok_or_else(|| missing("账号"))?,
            days: days.ok_or_else(|| missing("起始日期"))?,
            names,
        })
    }

    /// Whose file it is: the merchant's number, without what makes it that of the account. Where the account is expected, or has another
    /// shape, it is that of the account as the file has it.
    pub(super) fn merchant(&self, expected: &Expected) -> Result<Box<str>, Refusal> {
        let (line, account) = &self.account;
        let wanted = expected.merchant.as_deref();
        let is_numbered =
            account.len() == ACCOUNT_DIGITS && account.bytes().all(|byte| byte.is_ascii_digit());
        let number = account.strip_suffix(ACCOUNT_SUFFIX).filter(|_| is_numbered);
        let merchant = number.filter(|_| wanted != Some(account)).unwrap_or(account);
        match wanted {
            Some(wanted) if wanted != merchant => {
                let reason = format!("it is of `{account}`, and the file of `{wanted}`");
                Err(Refusal::of(RefusalCode::WrongMerchant, *line, "账号", reason))
            }
            _ => Ok(merchant.into()),
        }
    }

    /// The first day and the last. Where a date is expected, both are that.
    pub(super) fn days(&self, expected: &Expected) -> Result<(Date, Date), Refusal> {
        let (_, first, last) = self.days;
        match expected.date {
            Some(wanted) if (first, last) != (wanted, wanted) => {
                Err(self.wrong_days(&format!("the file of {wanted}")))
            }
            _ => Ok((first, last)),
        }
    }

    /// The one day that it is of.
    pub(super) fn day(&self, expected: &Expected) -> Result<Date, Refusal> {
        match self.days(expected)? {
            (first, last) if first == last => Ok(first),
            _ => Err(self.wrong_days("a file of transactions of one day")),
        }
    }

    fn wrong_days(&self, wanted: &str) -> Refusal {
        let (line, first, last) = self.days;
        let reason = format!("it is of {first} to {last}, and {wanted}");
        Refusal::of(RefusalCode::WrongDate, line, "起始日期", reason)
    }
}

/// GB18030 takes most of UTF-8 for other signs: so the first line, which is known, tells which of them it is.
fn read_title<R: BufRead>(lines: &mut Lines<R>, title: &str) -> Result<(), Refusal> {
    let (number, bytes) = lines.next_bytes()?.ok_or_else(|| truncated(1))?;
    if bytes.starts_with(title.as_bytes()) {
        return Err(Refusal::at(RefusalCode::BadEncoding, number, "it is UTF-8, and not GBK"));
    }
    match decode(GB18030, number, bytes)?.starts_with(title) {
        true => Ok(()),
        false => {
            let reason = format!("it does not begin with {title}");
            Err(Refusal::at(RefusalCode::UnknownHeader, number, reason))
        }
    }
}

fn read_account(line: &Line) -> Result<Box<str>, Refusal> {
    let account = bracketed(&line.text).next().filter(|account| !account.is_empty());
    account.map(Into::into).ok_or_else(|| {
        Refusal::of(
            RefusalCode::UnknownHeader,
            line.number,
            "账号",
            "it is not as in 账号：[20880000000000010156]",
        )
    })
}

/// What stands there as the end is the midnight behind the last day.
fn read_days(line: &Line) -> Result<(Date, Date), Refusal> {
    let mut days = bracketed(&line.text).map(midnight);
    let first = days.next().flatten();
    let last = days.next().flatten().and_then(Date::previous);
    match (first, last) {
        (Some(first), Some(last)) if first <= last => Ok((first, last)),
        _ => {
            let reason = "they are no days such as [2024年06月18日 00:00:00] and, behind the last, [2024年06月19日 00:00:00]";
            Err(Refusal::of(RefusalCode::UnknownHeader, line.number, "起始日期", reason))
        }
    }
}

fn bracketed(text: &str) -> impl Iterator<Item = &str> {
    text.split('[').skip(1).filter_map(|part| part.split_once(']')).map(|(inside, _)| inside.trim())
}

/// The day that begins at a moment such as `2024年06月18日 00:00:00`.
fn midnight(text: &str) -> Option<Date> {
    let moment = parse_time(&text.replace(['年', '月'], "-").replace('日', ""))?;
    date_of(moment.date()).filter(|_| moment.time() == Time::midnight())
}
