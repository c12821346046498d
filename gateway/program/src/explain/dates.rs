//! The accounting dates that a refusal is about.

use std::collections::BTreeSet;

use longmen_client::{AccountRef, Client, Status, Transaction};

/// What to do where the entities of a transaction do not have one date.
const SEVERAL_DATES: &str = "; the entities of a transaction have one accounting date: end the earlier one with `longmen \
                             close-day` and send it under a new id";

/// The accounting dates of the entities that a transaction touches.
pub(super) async fn dates(client: &mut Client, transaction: &Transaction) -> Option<String> {
    let mut entities = BTreeSet::new();
    for leg in &transaction.legs {
        entities.insert(match &leg.account {
            AccountRef::Key(key) => key.entity.clone(),
            AccountRef::Id(_) => client.balance(leg.account.clone()).await.ok()?.entity.into(),
        });
    }
    let status = client.status().await.ok()?;
    let dates = in_words(&status, |entity| entities.is_empty() || entities.contains(entity))?;
    let wanted = transaction.accounting_date.as_ref();
    let wanted = wanted.map_or(String::new(), |wanted| format!(", asked for was {wanted}"));
    let remedy = if are_several(&status, &entities) { SEVERAL_DATES } else { "" };
    Some(format!("{dates}{wanted}{remedy}"))
}

/// Whether these entities have more than one accounting date between them.
fn are_several(status: &Status, entities: &BTreeSet<String>) -> bool {
    let own = status.entities.iter().filter(|(entity, _)| entities.contains(&**entity));
    own.map(|(_, date)| date).collect::<BTreeSet<_>>().len() > 1
}

/// The accounting dates of entities, in words.
pub(crate) async fn accounting_dates(client: &mut Client, wanted: impl Fn(&str) -> bool) -> Option<String> {
    in_words(&client.status().await.ok()?, wanted)
}

fn in_words(status: &Status, wanted: impl Fn(&str) -> bool) -> Option<String> {
    let wanted = status.entities.iter().filter(|(entity, _)| wanted(entity));
    let words: Vec<String> =
        wanted.take(8).map(|(entity, date)| format!("the accounting date of {entity} is {date}")).collect();
    Some(words.join(", ")).filter(|words| !words.is_empty())
}
