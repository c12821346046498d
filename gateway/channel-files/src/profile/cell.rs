//! A cell of a table, before it is known what it is to say.

use jiff::civil::DateTime;
use longmen_ledger::{Amount, Currency};

/// A cell. Texts have no blanks around them; others come from sheets.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Text(String),
    Number(f64),
    Moment(DateTime),
}

/// A row of cells.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cells {
    /// Counted from 1.
    pub(super) line: u64,
    pub(super) cells: Vec<Cell>,
}

/// Where rows come from.
pub(super) trait Rows {
    /// The next row; one that is blank counts as well.
    fn next(&mut self) -> Result<Option<Cells>, crate::refusal::Refusal>;
}

/// How amounts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digits {
    /// `1234.56`
    Decimal,
    /// `1,234.56`, or without commas
    Thousands,
    /// In minor units (分): `123456`
    Minor,
}

impl Cells {
    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_blank)
    }
}

/// A sheet keeps so many digits of a number.
const KEPT: f64 = 1e15;

/// Up to here every whole number is a float.
const WHOLE: f64 = 9_007_199_254_740_992.0;

impl Cell {
    pub(super) fn is_blank(&self) -> bool {
        matches!(self, Cell::Text(text) if text.is_empty())
    }

    /// What stands in it. A number must be one that the sheet has not rounded.
    pub(super) fn text(&self) -> Result<String, &'static str> {
        match self {
            Cell::Text(text) => Ok(text.clone()),
            Cell::Moment(moment) => Ok(moment.to_string()),
            Cell::Number(number) if number.abs() < KEPT => Ok(number.to_string()),
            Cell::Number(_) => {
                Err("the sheet has it as a number, of which it keeps 15 digits: have it stored as a text")
            }
        }
    }

    /// An amount of money, or `None` where there is nothing.
    pub(super) fn amount(&self, currency: Currency, digits: Digits) -> Result<Option<Amount>, String> {
        match self {
            _ if self.is_blank() => Ok(None),
            Cell::Text(text) => amount_of(text, currency, digits).map(Some),
            Cell::Number(number) => {
                let decimal = decimal(*number, currency)
                    .ok_or("it is larger than what a sheet keeps exactly: have it stored as a text")?;
                match digits {
                    Digits::Minor => minor(decimal.trim_end_matches('0').trim_end_matches('.')).map(Some),
                    _ => exact(&decimal, currency).map(Some),
                }
            }
            Cell::Moment(_) => Err("it is a date".into()),
        }
    }
}

/// An amount as a text.
pub(super) fn amount_of(text: &str, currency: Currency, digits: Digits) -> Result<Amount, String> {
    let text = text.strip_prefix('+').unwrap_or(text);
    match digits {
        Digits::Decimal => exact(text, currency),
        Digits::Thousands => {
            let plain = without_commas(text).ok_or("its commas do not stand between groups of three")?;
            exact(&plain, currency)
        }
        Digits::Minor => minor(text),
    }
}

fn exact(decimal: &str, currency: Currency) -> Result<Amount, String> {
    currency.parse_amount(decimal).map_err(|error| error.to_string())
}

fn minor(text: &str) -> Result<Amount, String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let amount = text.parse().ok().filter(|_| is_number);
    amount.map(Amount).ok_or_else(|| "it is no number of minor units such as 000000010000".into())
}

/// A number of a sheet as a decimal. A sheet has amounts as binary floats, and no cent is one: 0.1 and 0.2 make 0.30000000000000004. So
/// it is rounded, to twice as many places as the currency has (and two more at least): that takes away what the float has too much, and
/// keeps what somebody has put there, half a cent or a tenth of one, for which the amount is then refused. `None`, where floats are too
/// far from one another for those places to be told.
fn decimal(number: f64, currency: Currency) -> Option<String> {
    let places = currency.exponent() + currency.exponent().max(2);
    let scale = 10_f64.powi(i32::try_from(places).ok()?);
    let places = usize::try_from(places).ok()?;
    (number.abs() <= WHOLE / scale).then(|| format!("{number:.places$}"))
}

/// A text without what only keeps spreadsheets from taking it for a number: blanks, tabs, `="…"` or quotes.
pub(super) fn unwrapped(text: &str) -> &str {
    let text = text.trim();
    let quoted = text.strip_prefix('=').unwrap_or(text);
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.map_or(text, str::trim)
}

/// `1,234.56` as `1234.56`.
fn without_commas(text: &str) -> Option<String> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let whole = unsigned.split_once('.').map_or(unsigned, |(whole, _)| whole);
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let mut others = groups.peekable();
    let is_grouped = others.peek().is_some();
    if is_grouped && (!(1..=3).contains(&first.len()) || others.any(|group| group.len() != 3)) {
        return None;
    }
    // Behind the point a comma stays, and is then no digit.
    Some(text.replacen(',', "", whole.matches(',').count()))
}
