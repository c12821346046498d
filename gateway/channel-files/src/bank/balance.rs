//! A balance of a camt.053, of the two between which the entries stand.

use longmen_ledger::{Currency, Date};

use super::fields::Fields;
use crate::refusal::Refusal;

const CODE: &str = "Tp/CdOrPrtry/Cd";
const SUBTYPE: &str = "Tp/SubTp/Cd";
const DATE: &str = "Dt/Dt";
const TIME: &str = "Dt/DtTm";

/// What is kept of a `Bal`.
pub(super) const WANTED: [&str; 6] = [CODE, SUBTYPE, "Amt", "CdtDbtInd", DATE, TIME];

/// A balance of what is booked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Balance {
    pub(super) line: u64,
    /// `OPBD`, `PRCD` or `CLBD`.
    pub(super) code: &'static str,
    pub(super) currency: Currency,
    /// In minor units: what the account owes is negative.
    pub(super) amount: i128,
    pub(super) date: Option<Date>,
}

/// The balance of these fields. `None`, where it is none of the three: what is available, expected, or stands between two pages.
pub(super) fn balance(fields: &Fields) -> Result<Option<Balance>, Refusal> {
    let code = ["OPBD", "PRCD", "CLBD"].into_iter().find(|code| fields.text(CODE) == Some(code));
    let Some(code) = code.filter(|_| fields.text(SUBTYPE) != Some("INTM")) else { return Ok(None) };
    let currency = fields.currency("Amt")?;
    let amount = i128::from(fields.amount("Amt", currency)?.0);
    let amount = if fields.is_credit("CdtDbtInd")? { amount } else { -amount };
    let date = fields.moment(DATE, TIME)?.map(|(date, _)| date);
    Ok(Some(Balance { line: fields.line, code, currency, amount, date }))
}
