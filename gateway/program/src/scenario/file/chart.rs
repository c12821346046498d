//! The chart of a scenario file: its subjects and accounts, row by row.

use longmen_engine::ledger::{Currency, SubjectClass, is_code};
use serde_json::Value;

use super::super::{Account, Subject};
use super::fields::Fields;
use super::values::{Wrong, amount, currency, wrong};

/// The subject that is the `number`th of the file.
pub(super) fn subject(number: usize, row: Value) -> Result<Subject, Wrong> {
    let place = place("subject", number, &row, "code");
    let mut fields = Fields::at(place.clone(), row)?;
    let subject = Subject {
        code: fields.required("code")?,
        name: fields.required("name")?,
        class: fields.required("class")?,
        normal: fields.required("normal")?,
        leaf: fields.optional("leaf")?.unwrap_or(true),
    };
    fields.nothing_else()?;
    let Subject { code, class, .. } = &subject;
    if !is_code(code) {
        let levels = "4, 6, 8 or 10 digits, in levels of 4-2-2-2 that are not zeros alone";
        return Err(wrong(&place, format!("`code`: `{code}` is none: {levels}")));
    }
    if SubjectClass::from_name(class).is_none() {
        let known = SubjectClass::ALL.map(SubjectClass::name).join(", ");
        return Err(wrong(&place, format!("`class`: `{class}` is none of {known}")));
    }
    Ok(subject)
}

/// The account that is the `number`th of the file.
pub(super) fn account(number: usize, row: Value) -> Result<Account, Wrong> {
    let place = place("account", number, &row, "account");
    let mut fields = Fields::at(place.clone(), row)?;
    let written: String = fields.required("currency")?;
    let currency = currency(&format!("{place}: `currency`"), &written)?;
    let account = Account {
        label: fields.required("account")?,
        kind: fields.or_default("type")?,
        subject: fields.required("subject")?,
        currency,
        owner: fields.required("owner")?,
        customer: fields.optional("customer")?,
        may_go_negative: fields.required("may_go_negative")?,
        overdraft_limit: limit(&mut fields, &place, currency, "overdraft_limit")?.unwrap_or(0),
        credit_limit: limit(&mut fields, &place, currency, "credit_limit")?,
        transaction_limit: limit(&mut fields, &place, currency, "transaction_limit")?,
        day_limit: limit(&mut fields, &place, currency, "day_limit")?,
        hot: fields.or_default("hot")?,
    };
    fields.nothing_else()?;
    if account.hot && (account.transaction_limit.is_some() || account.day_limit.is_some()) {
        return Err(wrong(&place, "`hot`: an account with a limit per transaction or day is never hot"));
    }
    Ok(account)
}

fn limit(fields: &mut Fields, place: &str, currency: Currency, name: &str) -> Result<Option<i64>, Wrong> {
    let written: Option<String> = fields.optional(name)?;
    written.map(|text| amount(&format!("{place}: `{name}`"), currency, &text)).transpose()
}

/// Which row it is, with its name where it has one.
fn place(what: &str, number: usize, row: &Value, name: &str) -> String {
    match row.get(name).and_then(Value::as_str) {
        Some(name) => format!("{what} {number} ({name})"),
        None => format!("{what} {number}"),
    }
}
