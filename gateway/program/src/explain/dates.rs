//! The accounting dates that a refusal is about.

use std::collections::BTreeSet;

use longmen_client::{AccountRef, Client, Transaction};

/// The accounting dates of the entities that a transaction touches.
pub(super) async fn dates(client: &mut Client, transaction: &Transaction) -> Option<String> {
    let mut entities = BTreeSet::new();
    for leg in &transaction.legs {
        entities.insert(match &leg.account {
            AccountRef::Key(key) => key.entity.clone(),
            AccountRef::Id(_) => client.balance(leg.account.clone()).await.ok()?.entity.into(),
        });
    }
    let dates = accounting_dates(client, |entity| entities.is_empty() || entities.contains(entity)).await?;
    let wanted = transaction.accounting_date.as_ref();
    Some(dates + &wanted.map_or(String::new(), |wanted| format!(", asked for was {wanted}")))
}

/// The accounting dates of entities, in words.
pub(crate) async fn accounting_dates(client: &mut Client, wanted: impl Fn(&str) -> bool) -> Option<String> {
    let status = client.status().await.ok()?;
    let wanted = status.entities.iter().filter(|(entity, _)| wanted(entity));
    let words: Vec<String> =
        wanted.take(8).map(|(entity, date)| format!("the accounting date of {entity} is {date}")).collect();
    Some(words.join(", ")).filter(|words| !words.is_empty())
}
