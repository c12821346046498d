//! What the node knows already.

use std::collections::{BTreeMap, BTreeSet};

use longmen_client::{Account, AccountRef, Client, ClientError};
use longmen_loadtest::progress::Progress;

use super::batches::{Room, weigh_account};
use super::sending::patiently;

/// The entities, with their accounting dates.
pub(super) async fn entities(client: &mut Client) -> Result<BTreeMap<String, String>, ClientError> {
    let status = patiently(async || client.status().await).await?;
    Ok(status.entities.into_iter().map(|(code, date)| (code.into(), date.into())).collect())
}

/// The accounts of these names, in their order; `None` where there is none.
pub(super) async fn accounts(
    client: &mut Client,
    names: &[AccountRef],
    progress: &Progress,
) -> Result<Vec<Option<Account>>, ClientError> {
    let mut found = Vec::with_capacity(names.len());
    for batch in Room::of(client.welcome()).batches(names, weigh_account) {
        for account in patiently(async || client.balances(batch).await).await? {
            found.push(match account {
                Ok(account) => Some(account),
                Err(refusal) if matches!(&*refusal.code, "unknown_account" | "unknown_entity") => None,
                Err(refusal) => return Err(refusal.into()),
            });
        }
        progress.at(u64::try_from(found.len()).unwrap_or(0), String::new());
    }
    Ok(found)
}

/// The off-balance subjects (表外) of an entity that have accounts.
pub(super) async fn off_balance(client: &mut Client, entity: &str) -> Result<BTreeSet<String>, ClientError> {
    let trial = patiently(async || client.trial_balance(entity).await).await?;
    let off = trial.lines.into_iter().filter(|line| &*line.class == "off_balance");
    Ok(off.map(|line| line.subject.into()).collect())
}
