//! The accounting dates of entities, in words.

use longmen_client::{Client, Status};

/// The accounting dates of entities, in words.
pub(crate) async fn accounting_dates(client: &mut Client, wanted: impl Fn(&str) -> bool) -> Option<String> {
    in_words(&client.status().await.ok()?, wanted)
}

/// The same of a status.
pub(super) fn in_words(status: &Status, wanted: impl Fn(&str) -> bool) -> Option<String> {
    let wanted = status.entities.iter().filter(|(entity, _)| wanted(entity));
    let words: Vec<String> =
        wanted.take(8).map(|(entity, date)| format!("the accounting date of {entity} is {date}")).collect();
    Some(words.join(", ")).filter(|words| !words.is_empty())
}
