//! Balances of a file of money, held to its lines: opening and lines make closing, and each balance follows from the one before.

use longmen_ledger::{Currency, Date};

use crate::money::{MoneyLine, MoneyStatement};
use crate::received::Expected;
use crate::refusal::{Refusal, RefusalCode};

/// What the lines so far come to.
#[derive(Clone, Debug)]
pub(crate) struct RunningBalance {
    currency: Currency,
    date: Option<Date>,
    dates: Option<(Date, Date)>,
    opening: Option<i128>,
    balance: Option<i128>,
    incoming: (u64, i128),
    outgoing: (u64, i128),
}

impl RunningBalance {
    /// Before any line. Where a date is expected, every line must be of it.
    pub(crate) fn of(currency: Currency, expected: &Expected) -> RunningBalance {
        RunningBalance {
            currency,
            date: expected.date,
            dates: expected.date.map(|date| (date, date)),
            opening: None,
            balance: None,
            incoming: (0, 0),
            outgoing: (0, 0),
        }
    }

    /// Begins with a balance that the file tells.
    pub(crate) fn open(&mut self, opening: i128) {
        (self.opening, self.balance) = (Some(opening), Some(opening));
    }

    /// Adds a line, and holds the balance behind it, where it tells one in `column`, to the one before.
    pub(crate) fn add(&mut self, line: &MoneyLine, column: &str) -> Result<(), Refusal> {
        if let Some(date) = self.date.filter(|date| *date != line.booked) {
            let reason = format!("it is of {}, and the file of {date}", line.booked);
            return Err(Refusal::at(RefusalCode::WrongDate, line.line, reason));
        }
        let (first, last) = self.dates.unwrap_or((line.booked, line.booked));
        self.dates = Some((first.min(line.booked), last.max(line.booked)));
        let amount = i128::from(line.amount.0);
        let sums = if amount < 0 { &mut self.outgoing } else { &mut self.incoming };
        *sums = (sums.0 + 1, sums.1 + amount.abs());
        let follows = self.balance.map(|balance| balance + amount);
        if let (Some(told), Some(follows)) = (line.balance, follows)
            && told != follows
        {
            let (told, follows) = (self.currency.print(told), self.currency.print(follows));
            let reason = format!("the balance is {told}, and with what was before it would be {follows}");
            return Err(Refusal::of(RefusalCode::BadBalance, line.line, column, reason));
        }
        if self.opening.is_none() {
            self.opening = line.balance.map(|balance| balance - amount);
        }
        self.balance = line.balance.or(follows);
        Ok(())
    }

    /// Holds to a closing balance that the file tells.
    pub(crate) fn close(&mut self, line: u64, column: &str, closing: i128) -> Result<(), Refusal> {
        if let Some(follows) = self.balance.filter(|follows| *follows != closing) {
            let (told, follows) = (self.currency.print(closing), self.currency.print(follows));
            let reason = format!("it is {told}, and opening balance and lines make {follows}");
            return Err(Refusal::of(RefusalCode::BadBalance, line, column, reason));
        }
        self.balance = Some(closing);
        Ok(())
    }

    pub(crate) fn currency(&self) -> Currency {
        self.currency
    }

    /// How many lines brought something in, and how much.
    pub(crate) fn incoming(&self) -> (u64, i128) {
        self.incoming
    }

    /// How many lines took something out, and how much.
    pub(crate) fn outgoing(&self) -> (u64, i128) {
        self.outgoing
    }

    /// What the file says of the account, but for its number.
    pub(crate) fn end(self) -> MoneyStatement {
        MoneyStatement {
            account: None,
            currency: self.currency,
            dates: self.dates,
            opening: self.opening,
            closing: self.balance,
            number: None,
            incoming: self.incoming,
            outgoing: self.outgoing,
        }
    }
}
