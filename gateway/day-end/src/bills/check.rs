//! Bills are held to balances.

use longmen_bills::{Disagreement, disagreements};
use longmen_client::Client;
use longmen_ledger::Date;
use longmen_reconciliation_store::{BillRow, Store};

use crate::bills::balance::balance_at;
use crate::bills::error::BillsError;

/// Accounts that are looked at in one go.
const PAGE: u32 = 500;

/// What a check came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Bills that were held to a balance.
    pub bills: u64,
    pub differences: Vec<BillDifference>,
}

/// A bill that does not agree with its account's balance, and in whose cycle that arose.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{account}: {disagreement}")]
pub struct BillDifference {
    pub account: String,
    pub disagreement: Disagreement,
}

/// Holds bills to what the node says their accounts had at the end of their statement dates: those that were not seen to agree, or all. A
/// bill that does not agree is told each time, until it does. `told` gets how many were asked for.
///
/// # Errors
/// [`BillsError`]; a difference is none.
pub async fn check_bills(
    client: &mut Client,
    store: &mut Store,
    entity: &str,
    all: bool,
    mut told: impl FnMut(u64),
) -> Result<Checked, BillsError> {
    if all {
        store.forget_agreed(entity)?;
    }
    let (mut checked, mut after) = (Checked::default(), String::new());
    loop {
        let page = store.read().bills_not_agreed(entity, &after, PAGE)?;
        let Some(last) = page.last() else { return Ok(checked) };
        after.clone_from(&last.account);
        let mut agreed: Vec<(String, Date)> = Vec::new();
        for bills in page.chunk_by(|one, next| one.account == next.account) {
            let account = &bills[0].account;
            let found = compared(client, bills).await?;
            checked.bills += bills.len() as u64;
            let agrees = |bill: &&BillRow| found.iter().all(|one| one.statement != bill.statement);
            agreed.extend(bills.iter().filter(agrees).map(|bill| (account.clone(), bill.statement)));
            let differences = found.into_iter();
            checked.differences.extend(
                differences.map(|disagreement| BillDifference { account: account.clone(), disagreement }),
            );
        }
        store.note_agreed(entity, &agreed)?;
        told(checked.bills);
    }
}

/// Bills of one account, one after the other.
async fn compared(client: &mut Client, bills: &[BillRow]) -> Result<Vec<Disagreement>, BillsError> {
    let mut held = Vec::with_capacity(bills.len());
    for bill in bills {
        let balance = balance_at(client, &bill.account, bill.statement).await?;
        held.push((bill.statement, bill.owed, balance));
    }
    Ok(disagreements(held))
}
