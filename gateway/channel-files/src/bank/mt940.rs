//! MT940, the customer statement of SWIFT: one or more messages, each a statement or a page of one, in one account. A message ends with
//! `-`, or with the end of its block, so that a file that was cut off is noticed.

use std::io::BufRead;

use longmen_ledger::Date;

use super::mt940_entry::{Balance, balance, entry};
use super::mt940_field::{Field, Fields, Part};
use crate::lines::LONGEST;
use crate::money::{MoneyLine, MoneyStatement};
use crate::received::Expected;
use crate::refusal::{Refusal, RefusalCode};
use crate::running_balance::RunningBalance;

pub(crate) fn read(
    input: &mut dyn BufRead,
    expected: &Expected,
    take: &mut dyn FnMut(MoneyLine),
) -> Result<MoneyStatement, Refusal> {
    let mut fields = Fields::of(input);
    let mut messages = Messages::of(expected, take);
    while let Some(part) = fields.next()? {
        match part {
            Part::Field(field) => messages.field(&field)?,
            Part::End(line) => messages.message_ends(line)?,
        }
    }
    messages.end(fields.line())
}

/// How far a message has come: its fields stand in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Before,
    Begun,
    OfAccount,
    Numbered,
    Open,
    Closed,
}

/// `:28C:`, the numbers of a statement and of its page.
#[derive(Clone, Debug)]
struct Number {
    text: Box<str>,
    statement: u64,
    page: Option<u64>,
}

/// Messages, as far as they were read.
struct Messages<'a> {
    expected: &'a Expected,
    take: &'a mut dyn FnMut(MoneyLine),
    stage: Stage,
    account: Option<Box<str>>,
    first: Option<Number>,
    last: Option<Number>,
    running: Option<RunningBalance>,
    /// Whether the message before was a page behind which another comes.
    is_amid: bool,
    /// What the field behind it may still say something of.
    line: Option<(MoneyLine, bool)>,
    date: Option<Date>,
}

impl<'a> Messages<'a> {
    fn of(expected: &'a Expected, take: &'a mut dyn FnMut(MoneyLine)) -> Messages<'a> {
        Messages {
            expected,
            take,
            stage: Stage::Before,
            account: None,
            first: None,
            last: None,
            running: None,
            is_amid: false,
            line: None,
            date: None,
        }
    }

    fn field(&mut self, field: &Field) -> Result<(), Refusal> {
        use Stage::{Before, Begun, Closed, Numbered, OfAccount, Open};
        let (stages, next): (&[Stage], Stage) = match &*field.tag {
            "20" => (&[Before, Closed], Begun),
            "21" => (&[Begun], Begun),
            "25" | "25P" => (&[Begun], OfAccount),
            "28" | "28C" => (&[OfAccount], Numbered),
            "60F" | "60M" => (&[Numbered], Open),
            "61" => (&[Open], Open),
            "62F" | "62M" => (&[Open], Closed),
            "64" | "65" => (&[Closed], Closed),
            "86" => (&[Open, Closed], self.stage),
            _ => return Err(field.bad("an MT940 has no such field")),
        };
        if !stages.contains(&self.stage) {
            return Err(match (&*field.tag, self.stage) {
                ("20", Open) => not_closed(field.line),
                _ => field.bad("it stands where there is no place for it"),
            });
        }
        self.stage = next;
        match &*field.tag {
            "25" | "25P" => self.account(field),
            "28" | "28C" => self.number(field),
            "60F" | "60M" => self.opening(field),
            "61" => self.entry(field),
            "62F" | "62M" => self.closing(field),
            "86" if next == Open => self.remark(field),
            _ => Ok(()),
        }
    }

    /// With `:25P:` the bank stands on a line of its own.
    fn account(&mut self, field: &Field) -> Result<(), Refusal> {
        let account = field.text.lines().next().unwrap_or_default().trim();
        if account.is_empty() {
            return Err(field.bad("it names no account"));
        }
        let wanted = self.account.as_deref().or(self.expected.merchant.as_deref());
        if let Some(wanted) = wanted.filter(|wanted| *wanted != account) {
            return Err(field.refuse(RefusalCode::WrongMerchant, format!("the file is of `{wanted}`")));
        }
        self.account = Some(account.into());
        Ok(())
    }

    fn number(&mut self, field: &Field) -> Result<(), Refusal> {
        let text = field.text.trim();
        let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok());
        let (statement, page) =
            text.split_once('/').map_or((text, None), |(first, page)| (first, Some(page)));
        let bad = || field.bad("it is no number such as 171/1");
        let statement = number(statement).flatten().ok_or_else(bad)?;
        let page = page.map(|page| number(page).flatten().ok_or_else(bad)).transpose()?;
        if let Some(before) = self.last.as_ref().filter(|_| self.is_amid) {
            let follows = match (before.page, page) {
                (Some(before), Some(page)) => before.checked_add(1) == Some(page),
                _ => true,
            };
            if before.statement != statement || !follows {
                let reason = format!("it is no page that comes behind {}", before.text);
                return Err(field.bad(reason));
            }
        }
        let number = Number { text: text.into(), statement, page };
        self.first.get_or_insert_with(|| number.clone());
        self.last = Some(number);
        Ok(())
    }

    /// A page opens where the one before closed, and so does a statement.
    fn opening(&mut self, field: &Field) -> Result<(), Refusal> {
        let Balance { currency, amount, .. } = balance(field)?;
        match (self.is_amid, &*field.tag) {
            (true, "60F") => return Err(field.bad("the page before it says that another follows")),
            (false, "60M") if self.running.is_some() => {
                return Err(field.bad("the page before it was the last of its statement"));
            }
            (false, "60M") => {
                return Err(field.refuse(RefusalCode::Truncated, "the pages before it are not in the file"));
            }
            _ => {}
        }
        match &mut self.running {
            Some(running) if running.currency() != currency => {
                Err(field.bad(format!("it is in {currency}, and what was before in {}", running.currency())))
            }
            Some(running) => running.close(field.line, &field.tag, amount),
            None => {
                let mut running = RunningBalance::of(currency, self.expected);
                running.open(amount);
                self.running = Some(running);
                Ok(())
            }
        }
    }

    fn entry(&mut self, field: &Field) -> Result<(), Refusal> {
        self.end_line()?;
        let Some(running) = &self.running else { return Err(field.bad("no balance stands before it")) };
        self.line = Some((entry(field, running.currency())?, false));
        Ok(())
    }

    /// `:86:` behind a line says more of it. Its lines stay lines: only the bank knows whether a word goes on over their ends.
    fn remark(&mut self, field: &Field) -> Result<(), Refusal> {
        let Some((line, has_remark @ false)) = &mut self.line else {
            return Err(field.bad("no line stands before it of which it may say more"));
        };
        let text = field.text.trim();
        if line.remark.len() + text.len() >= LONGEST {
            return Err(field.bad("it is longer than 64 KiB"));
        }
        let parts = [&*line.remark, text].into_iter().filter(|part| !part.is_empty());
        let remark = parts.collect::<Vec<_>>().join("\n");
        (line.remark, *has_remark) = (remark.into(), true);
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), Refusal> {
        if let (Some((line, _)), Some(running)) = (self.line.take(), &mut self.running) {
            running.add(&line, "61")?;
            (self.take)(line);
        }
        Ok(())
    }

    fn closing(&mut self, field: &Field) -> Result<(), Refusal> {
        self.end_line()?;
        let Balance { date, currency, amount } = balance(field)?;
        if let Some(wanted) = self.expected.date.filter(|wanted| *wanted != date) {
            return Err(field.refuse(RefusalCode::WrongDate, format!("the file is of {wanted}")));
        }
        let Some(running) = &mut self.running else { return Err(field.bad("no balance stands before it")) };
        if running.currency() != currency {
            return Err(field.bad(format!("it is in {currency}, and the account in {}", running.currency())));
        }
        running.close(field.line, &field.tag, amount)?;
        (self.is_amid, self.date) = (&*field.tag == "62M", Some(date));
        Ok(())
    }

    fn message_ends(&mut self, line: u64) -> Result<(), Refusal> {
        match self.stage {
            Stage::Closed => {
                self.stage = Stage::Before;
                Ok(())
            }
            _ => Err(not_closed(line)),
        }
    }

    fn end(self, line: u64) -> Result<MoneyStatement, Refusal> {
        let truncated = |reason| Refusal::at(RefusalCode::Truncated, line, reason);
        match self.stage {
            Stage::Before if self.is_amid => {
                return Err(truncated("the page that follows the last is not there"));
            }
            Stage::Before => {}
            Stage::Closed => return Err(truncated("its last message does not end with `-` or `-}`")),
            _ => return Err(not_closed(line)),
        }
        let (Some(running), Some(first), Some(last)) = (self.running, self.first, self.last) else {
            return Err(truncated("there is no message in it"));
        };
        let number = match first.text == last.text {
            true => first.text,
            false => format!("{}-{}", first.text, last.text).into(),
        };
        let end = running.end();
        let dates = end.dates.or(self.date.map(|date| (date, date)));
        Ok(MoneyStatement { account: self.account, dates, number: Some(number), ..end })
    }
}

fn not_closed(line: u64) -> Refusal {
    Refusal::of(RefusalCode::Truncated, line, "62F", "the message ends without its closing balance")
}
