//! What the books say an account had.

use longmen_client::{BalanceAtRequest, Client};
use longmen_ledger::Date;

use crate::account_name::key_of;
use crate::bills::error::BillsError;
use crate::error::NodeError;

/// The balance of an account at the end of a date, debit-positive.
pub(super) async fn balance_at(client: &mut Client, name: &str, date: Date) -> Result<i128, BillsError> {
    let account = key_of(name);
    let account = account.ok_or_else(|| NodeError::Answer { what: "an account", text: name.to_owned() })?;
    let date = date.to_string();
    let request =
        BalanceAtRequest { account: account.into(), date: Some(&date), time_us: None, value_date: None };
    let then = client.balance_at(&request).await?;
    Ok(then.account.normal.natural(then.balance))
}
