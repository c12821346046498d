//! What may stand in a cell.

use jiff::Timestamp;
use longmen_client::{Owner, Side};
use longmen_engine::ledger::{Amount, Currency, Date, SubjectClass, is_code};

/// Bytes of an entity's code.
pub(super) const MAX_ENTITY: usize = 32;
/// Bytes of an account number.
pub(super) const MAX_NUMBER: usize = 64;
/// Bytes of an account type.
pub(super) const MAX_KIND: usize = 32;

/// A text of at most `max` bytes.
pub(super) fn text(max: usize) -> impl Fn(&str) -> Result<String, String> {
    move |cell| match cell.len() {
        0..=0 => Err("is missing".to_owned()),
        len if len <= max => Ok(cell.to_owned()),
        len => Err(format!("has {len} bytes, more than {max}")),
    }
}

/// The code of a subject.
pub(super) fn code(cell: &str) -> Result<String, String> {
    if is_code(cell) {
        Ok(cell.to_owned())
    } else {
        Err(format!(
            "`{cell}` is no code of a subject: 4, 6, 8 or 10 digits, in levels of 4-2-2-2 that are not zeros alone"
        ))
    }
}

/// The class of a subject.
pub(super) fn class(cell: &str) -> Result<SubjectClass, String> {
    SubjectClass::from_name(&cell.to_ascii_lowercase()).ok_or_else(|| {
        let known = SubjectClass::ALL.map(SubjectClass::name).join(", ");
        format!("`{cell}` is no class: {known}")
    })
}

/// A side, by its name in English or Chinese.
pub(crate) fn side(cell: &str) -> Result<Side, String> {
    match &*cell.to_ascii_lowercase() {
        "debit" | "借" => Ok(Side::Debit),
        "credit" | "贷" => Ok(Side::Credit),
        _ => Err(format!("`{cell}` is no side: debit (借), credit (贷)")),
    }
}

/// Who owns an account.
pub(super) fn owner(cell: &str) -> Result<Owner, String> {
    match &*cell.to_ascii_lowercase() {
        "customer" => Ok(Owner::Customer),
        "merchant" => Ok(Owner::Merchant),
        "internal" => Ok(Owner::Internal),
        _ => Err(format!("`{cell}` is no owner: customer, merchant, internal")),
    }
}

/// Yes or no.
pub(crate) fn flag(cell: &str) -> Result<bool, String> {
    match &*cell.to_ascii_lowercase() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err(format!("`{cell}` is neither true nor false")),
    }
}

/// A date.
pub(crate) fn date(cell: &str) -> Result<Date, String> {
    Date::parse(cell).ok_or_else(|| format!("`{cell}` is no date such as 2024-02-29"))
}

/// A currency by its three letters.
pub(crate) fn currency(cell: &str) -> Result<Currency, String> {
    Currency::from_code(cell).ok_or_else(|| format!("`{cell}` is no currency of ISO 4217 such as CNY"))
}

/// An amount in a currency's unit, above zero.
pub(super) fn amount(currency: Currency) -> impl Fn(&str) -> Result<Amount, String> {
    move |cell| match decimal(currency, cell)? {
        amount if amount.0 > 0 => Ok(amount),
        _ => Err(format!("`{cell}`: the amount of a leg is above zero")),
    }
}

/// A limit in a currency's unit, not below zero.
pub(super) fn limit(currency: Currency) -> impl Fn(&str) -> Result<Amount, String> {
    move |cell| match decimal(currency, cell)? {
        amount if amount.0 >= 0 => Ok(amount),
        _ => Err(format!("`{cell}`: a limit is not below zero")),
    }
}

/// A moment by RFC 3339 or in seconds since 1970, as whole seconds.
pub(super) fn time(cell: &str) -> Result<u32, String> {
    let seconds = match cell.parse::<Timestamp>() {
        Ok(moment) => u32::try_from(moment.as_second()).ok(),
        Err(_) => cell.parse().ok(),
    };
    seconds.ok_or_else(|| format!("`{cell}` is neither a time by RFC 3339 nor seconds since 1970"))
}

fn decimal(currency: Currency, cell: &str) -> Result<Amount, String> {
    currency.parse_amount(cell).map_err(|error| format!("`{cell}`: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_or_refused_with_a_reason() {
        #[track_caller]
        fn check<T: PartialEq + std::fmt::Debug>(read: Result<T, String>, expect: Result<T, &str>) {
            match (read, expect) {
                (Err(said), Err(words)) => assert!(said.contains(words), "{said}"),
                (Ok(value), Ok(expected)) => assert_eq!(value, expected),
                (read, expect) => panic!("{read:?} is not {expect:?}"),
            }
        }
        let [cny, jpy] = ["CNY", "JPY"].map(|code| Currency::from_code(code).unwrap());
        check(text(3)("银"), Ok("银".to_owned()));
        check(text(3)("银行"), Err("has 6 bytes, more than 3"));
        check(code("2203"), Ok("2203".to_owned()));
        check(code("22031"), Err("4, 6, 8 or 10 digits"));
        check(code("22o3"), Err("`22o3`"));
        check(code("220300"), Err("not zeros alone"));
        check(class("Off_Balance"), Ok(SubjectClass::OffBalance));
        check(class("assets"), Err("asset, liability, common"));
        check(side("借"), Ok(Side::Debit));
        check(side("Credit"), Ok(Side::Credit));
        check(side("D"), Err("`D` is no side"));
        check(owner("shop"), Err("customer, merchant, internal"));
        check(flag("TRUE"), Ok(true));
        check(flag("0"), Ok(false));
        check(flag("maybe"), Err("neither"));
        check(date("2024-02-30"), Err("no date"));
        check(date("2024/2/3"), Err("no date"));
        check(currency("RMB"), Err("ISO 4217"));
        check(amount(cny)("12.3"), Ok(Amount(1_230)));
        check(amount(cny)("0"), Err("above zero"));
        check(amount(cny)("-1"), Err("above zero"));
        check(amount(cny)("1,000.00"), Err("not a decimal number"));
        check(amount(cny)("0.001"), Err("more decimal places"));
        check(amount(jpy)("1.5"), Err("more decimal places"));
        check(limit(cny)("0"), Ok(Amount(0)));
        check(limit(cny)("-0.01"), Err("not below zero"));
        check(time("1709164800"), Ok(1_709_164_800));
        check(time("2024-02-29T00:00:00.25Z"), Ok(1_709_164_800));
        check(time("2024-02-29T08:00:00+08:00"), Ok(1_709_164_800));
        check(time("yesterday"), Err("RFC 3339"));
        check(time("-1"), Err("RFC 3339"));
    }
}
