//! A cell of a table, before it is known what it is to say.

use jiff::civil::DateTime;
use longmen_ledger::{Amount, Currency};

/// A cell. Texts only have all that they were written with; others come from sheets.
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
        matches!(self, Cell::Text(text) if unwrapped(text).is_empty())
    }

    /// What stands in it. A number must be one that the sheet has not rounded.
    pub(super) fn text(&self) -> Result<String, &'static str> {
        match self {
            Cell::Text(text) => Ok(unwrapped(text).into()),
            Cell::Moment(moment) => Ok(moment.to_string()),
            Cell::Number(number) if number.abs() < KEPT => Ok(number.to_string()),
            Cell::Number(_) => {
                Err("the sheet has it as a number, of which it keeps 15 digits: have it stored as a text")
            }
        }
    }

    /// An amount of money, or `None` where there is nothing.
    pub(super) fn amount(&self, currency: Currency, thousands: bool) -> Result<Option<Amount>, String> {
        let decimal = match self {
            _ if self.is_blank() => return Ok(None),
            Cell::Text(text) => {
                let text = unwrapped(text);
                let text = text.strip_prefix('+').unwrap_or(text);
                match thousands {
                    true => without_commas(text).ok_or("its commas do not stand between groups of three")?,
                    false => text.into(),
                }
            }
            Cell::Number(number) => decimal(*number, currency)
                .ok_or("it is larger than what a sheet keeps exactly: have it stored as a text")?,
            Cell::Moment(_) => return Err("it is a date".into()),
        };
        currency.parse_amount(&decimal).map(Some).map_err(|error| error.to_string())
    }
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
