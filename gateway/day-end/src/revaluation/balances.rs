//! Balances that entries come from.

use longmen_client::{BalanceAtRequest, Client, ClientError};
use longmen_ledger::{Currency, Date};
use longmen_revaluation::{Balances, Settings};

use crate::account_name::key_of;
use crate::error::NodeError;
use crate::revaluation::error::RevaluationError;

/// What the accounts of the settings had at the end of a date, or have by now where it is the current one.
pub(super) async fn balances_at(
    client: &mut Client,
    settings: &Settings,
    date: Date,
) -> Result<Balances, RevaluationError> {
    let (date, mut found) = (date.to_string(), Vec::new());
    for name in settings.accounts() {
        let missing = || RevaluationError::NoAccount(name.to_owned());
        let account = key_of(name).ok_or_else(missing)?.into();
        let request = BalanceAtRequest { account, date: Some(&date), time_us: None, value_date: None };
        let then = client.balance_at(&request).await.map_err(|error| match error {
            ClientError::Refused(refusal) if &*refusal.code == "unknown_account" => missing(),
            error => error.into(),
        })?;
        let code = &then.account.currency;
        let unknown = || NodeError::Answer { what: "a currency", text: code.to_string() };
        let currency = Currency::from_code(code).ok_or_else(unknown)?;
        found.push((name, currency, then.account.normal.natural(then.balance)));
    }
    Ok(Balances::of(found)?)
}
