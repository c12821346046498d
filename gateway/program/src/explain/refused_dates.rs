//! The dates that a refusal is about.

use std::collections::BTreeSet;

use longmen_client::{AccountRef, Action, Client, Status, Transaction};
use longmen_engine::ledger::{Date, MOST_AHEAD, MOST_BACK};

use super::dates::in_words;
use super::hold::find_hold;
use super::original::{find_original, naming};

/// What to do where the entities of a transaction do not have one date.
const SEVERAL_DATES: &str = "; the entities of a transaction have one accounting date: end the earlier one with `longmen \
                             close-day` and send it under a new id";

/// The accounting dates of the entities that a transaction touches.
pub(super) async fn dates(client: &mut Client, transaction: &Transaction) -> Option<String> {
    let entities = entities(client, transaction).await?;
    let status = client.status().await.ok()?;
    let dates = in_words(&status, |entity| entities.is_empty() || entities.contains(entity))?;
    let wanted = transaction.accounting_date.as_ref();
    let wanted = wanted.map_or(String::new(), |wanted| format!(", asked for was {wanted}"));
    let remedy = if are_several(&status, &entities) { SEVERAL_DATES } else { "" };
    Some(format!("{dates}{wanted}{remedy}"))
}

/// How far a value date may lie from the accounting date.
pub(super) async fn far_value(client: &mut Client, transaction: &Transaction) -> Option<String> {
    let entities = entities(client, transaction).await?;
    let status = client.status().await.ok()?;
    let dates = in_words(&status, |entity| entities.contains(entity))?;
    let wanted = transaction.value_date.as_ref()?;
    let clock = Date::of_time_us(status.clock_us);
    Some(format!(
        "asked for was {wanted}; {dates}, the node's clock shows {clock}: a value date lies at most {MOST_AHEAD} days ahead of \
         the later of the two, and {MOST_BACK} days before the accounting date"
    ))
}

/// The entities that a transaction touches: by its own legs, what it freezes, those of its original, or the hold that it names.
async fn entities(client: &mut Client, transaction: &Transaction) -> Option<BTreeSet<String>> {
    let mut entities = BTreeSet::new();
    let frozen = match &transaction.action {
        Some(Action::Freeze(freeze)) => Some(&freeze.account),
        _ => None,
    };
    for account in transaction.legs.iter().map(|leg| &leg.account).chain(frozen) {
        entities.insert(match account {
            AccountRef::Key(key) => key.entity.clone(),
            AccountRef::Id(_) => client.balance(account.clone()).await.ok()?.entity.into(),
        });
    }
    if let (true, Some(naming)) = (entities.is_empty(), naming(transaction)) {
        let original = find_original(client, naming).await;
        let legs = original.iter().flat_map(|original| &original.legs).map(|leg| &leg.entity);
        let tried = original.iter().flat_map(|original| &original.tried).map(|leg| &leg.entity);
        entities.extend(legs.chain(tried).map(|entity| String::from(&**entity)));
    }
    if entities.is_empty() {
        let hold = find_hold(client, transaction).await.ok().flatten();
        entities.extend(hold.map(|hold| String::from(hold.entity)));
    }
    Some(entities)
}

/// Whether these entities have more than one accounting date between them.
fn are_several(status: &Status, entities: &BTreeSet<String>) -> bool {
    let own = status.entities.iter().filter(|(entity, _)| entities.contains(&**entity));
    own.map(|(_, date)| date).collect::<BTreeSet<_>>().len() > 1
}
