//! Files of money: what moved on an account at a channel or a bank, line by line, with its balances.

use jiff::civil::DateTime;
use longmen_ledger::{Amount, Currency, Date};

/// What moved on an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoneyLine {
    /// The line that it stands on, counted from 1: of a sheet the row, of XML the line of the element.
    pub line: u64,
    /// In minor units: positive what came in.
    pub amount: Amount,
    /// When it was booked there.
    pub booked: Date,
    /// At what time of the day, where that is said.
    pub time: Option<DateTime>,
    /// From when it bears interest, where that is said.
    pub value_date: Option<Date>,
    /// The number that channel or bank gave it.
    pub number: Box<str>,
    /// The number that whoever ordered it gave it: an order, a refund, a payout, an end-to-end id. Empty where there is none.
    pub merchant_number: Box<str>,
    /// What kind of movement it is, in the file's own words: `交易`, `退款`, `NTRF`.
    pub kind: Box<str>,
    /// Whatever else it says: remittance information, the other side.
    pub remark: Box<str>,
    /// The balance behind it, where the file tells one, in minor units.
    pub balance: Option<i128>,
}

/// What a file of money says of the account as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoneyStatement {
    /// The account, by its number at the bank or the channel; `None` where the file does not say.
    pub account: Option<Box<str>>,
    pub currency: Currency,
    /// The date, or the first and the last, that it is of; `None` where it has no line and does not say.
    pub dates: Option<(Date, Date)>,
    /// In minor units; `None` where the file does not say.
    pub opening: Option<i128>,
    pub closing: Option<i128>,
    /// Numbers of the statement and of its page, where there are such, so that one that is missing is noticed.
    pub number: Option<Box<str>>,
    /// What came in and went out, in minor units, and in how many lines.
    pub incoming: (u64, i128),
    pub outgoing: (u64, i128),
}
