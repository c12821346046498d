//! What stands in the fields `:60:`, `:61:` and `:62:` of an MT940: `2406190619C219,67NTRFREF//BANKREF`.

use longmen_ledger::{Amount, Currency, Date};

use super::mt940_field::Field;
use crate::money::MoneyLine;
use crate::refusal::Refusal;

/// The longest reference, the longest amount with its comma, and the longest text behind a line.
const REFERENCE: usize = 16;
const AMOUNT: usize = 15;
const SUPPLEMENTARY: usize = 34;

/// A balance: `C240618CNY1000000,00`.
pub(super) struct Balance {
    pub(super) date: Date,
    pub(super) currency: Currency,
    /// In minor units: what the account owes is negative.
    pub(super) amount: i128,
}

/// Reads a balance.
pub(super) fn balance(field: &Field) -> Result<Balance, Refusal> {
    let (is_credit, rest) = match field.text.split_at_checked(1) {
        Some(("C", rest)) => (true, rest),
        Some(("D", rest)) => (false, rest),
        _ => return Err(field.bad("it begins neither with C nor with D")),
    };
    let (date, rest) = date(field, rest)?;
    let code = rest.split_at_checked(3);
    let code = code.and_then(|(code, rest)| Some((Currency::from_code(code)?, rest)));
    let (currency, rest) = code.ok_or_else(|| field.bad("its currency is none of ISO 4217"))?;
    let amount = i128::from(amount(field, rest, currency)?.0);
    Ok(Balance { date, currency, amount: if is_credit { amount } else { -amount } })
}

/// Reads a line, for which its remark is still to come.
pub(super) fn entry(field: &Field, currency: Currency) -> Result<MoneyLine, Refusal> {
    let (first, supplementary) = field.text.split_once('\n').unwrap_or((&field.text, ""));
    if supplementary.contains('\n') || supplementary.chars().count() > SUPPLEMENTARY {
        return Err(field.bad("more than one line of 34 characters stands behind it"));
    }
    let (value_date, rest) = date(field, first)?;
    let (booked, rest) = entry_date(field, value_date, rest)?;
    let (is_incoming, rest) =
        mark(rest).ok_or_else(|| field.bad("it is marked with none of C, D, RC, RD"))?;
    // The letter of funds is the third of the currency, which the balances tell.
    let rest = rest.strip_prefix(|c: char| c.is_ascii_uppercase()).unwrap_or(rest);
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(rest.len());
    let (digits, rest) = rest.split_at(end);
    let amount = amount(field, digits, currency)?;
    let kind = rest.split_at_checked(4).filter(|(kind, _)| is_kind(kind));
    let (kind, references) = kind.ok_or_else(|| field.bad("its type is none such as NTRF"))?;
    let (own, bank) = references.split_once("//").unwrap_or((references, ""));
    if [own, bank].iter().any(|reference| reference.chars().count() > REFERENCE) {
        return Err(field.bad("a reference is longer than 16 characters"));
    }
    Ok(MoneyLine {
        line: field.line,
        amount: if is_incoming { amount } else { Amount(-amount.0) },
        booked,
        time: None,
        value_date: Some(value_date),
        number: bank.trim().into(),
        // What is written where there is no reference.
        merchant_number: Some(own.trim()).filter(|own| *own != "NONREF").unwrap_or_default().into(),
        kind: kind.into(),
        remark: supplementary.trim().into(),
        balance: None,
    })
}

/// Which way it went. RC is the reversal of a credit, which takes money out; RD that of a debit, which brings it back.
fn mark(text: &str) -> Option<(bool, &str)> {
    let marks = [("RC", false), ("RD", true), ("C", true), ("D", false)];
    marks.into_iter().find_map(|(mark, is_incoming)| Some((is_incoming, text.strip_prefix(mark)?)))
}

fn is_kind(kind: &str) -> bool {
    let mut bytes = kind.bytes();
    matches!(bytes.next(), Some(b'N' | b'F' | b'S'))
        && bytes.all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

/// A date of six digits. SWIFT counts years from 80 on to the last century.
fn date<'a>(field: &Field, text: &'a str) -> Result<(Date, &'a str), Refusal> {
    let read = || {
        let (digits, rest) = digits(text, 6)?;
        let century = if digits < "80" { "20" } else { "19" };
        let date = format!("{century}{}-{}-{}", &digits[..2], &digits[2..4], &digits[4..]);
        Some((Date::parse(&date)?, rest))
    };
    read().ok_or_else(|| field.bad("it has no date such as 240618"))
}

/// The day of booking, where it is told. It has no year: it is in the year in which it is nearest to the value date.
fn entry_date<'a>(field: &Field, value_date: Date, text: &'a str) -> Result<(Date, &'a str), Refusal> {
    let Some((day, rest)) = digits(text, 4) else { return Ok((value_date, text)) };
    let year = value_date.year();
    let in_year = |year| Date::parse(&format!("{year:04}-{}-{}", &day[..2], &day[2..]));
    let dates = (year - 1..=year + 1).filter_map(in_year);
    let nearest = dates.min_by_key(|date| date.days().abs_diff(value_date.days()));
    Ok((nearest.ok_or_else(|| field.bad("it has no date of booking such as 0618"))?, rest))
}

fn digits(text: &str, count: usize) -> Option<(&str, &str)> {
    text.split_at_checked(count).filter(|(digits, _)| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// An amount with its comma, behind which decimal places may be missing: `1000000,`.
fn amount(field: &Field, text: &str, currency: Currency) -> Result<Amount, Refusal> {
    let bad = |why: String| field.bad(format!("its amount `{text}` is {why}"));
    let parts = text.split_once(',').filter(|(whole, _)| !whole.is_empty() && text.len() <= AMOUNT);
    let decimal = match parts {
        Some((whole, "")) => whole.to_owned(),
        Some((whole, places)) => format!("{whole}.{places}"),
        None => return Err(bad("no number of up to 15 characters with a comma".into())),
    };
    let amount = currency.parse_amount(&decimal).map_err(|error| bad(error.to_string()))?;
    match amount.0 < 0 {
        true => Err(bad("negative".into())),
        false => Ok(amount),
    }
}
