//! What the node knows already.

use std::collections::BTreeMap;

use longmen_client::{Account, AccountRef, Chart, Client, ClientError, Subject};
use longmen_terminal::Progress;

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

/// The chart of an entity; `None` where there is no such entity.
pub(super) async fn chart(client: &mut Client, entity: &str) -> Result<Option<Chart>, ClientError> {
    match patiently(async || client.chart(entity).await).await {
        Ok(chart) => Ok(Some(chart)),
        Err(ClientError::Refused(refusal)) if &*refusal.code == "unknown_entity" => Ok(None),
        Err(error) => Err(error),
    }
}

/// The first subject that stands below this code.
pub(super) fn below<'a>(chart: &'a Chart, code: &str) -> Option<&'a Subject> {
    let from = chart.subjects.partition_point(|subject| *subject.code <= *code);
    chart.subjects.get(from).filter(|subject| subject.code.starts_with(code))
}

/// The first subject of the first level that this code belongs to.
pub(super) fn of_level<'a>(chart: &'a Chart, code: &str) -> Option<&'a Subject> {
    let first = code.get(..4)?;
    let from = chart.subjects.partition_point(|subject| *subject.code < *first);
    chart.subjects.get(from).filter(|subject| subject.code.starts_with(first))
}

/// The subject of that code.
pub(super) fn subject<'a>(chart: &'a Chart, code: &str) -> Option<&'a Subject> {
    let place = chart.subjects.binary_search_by(|subject| (*subject.code).cmp(code));
    place.ok().map(|place| &chart.subjects[place])
}
