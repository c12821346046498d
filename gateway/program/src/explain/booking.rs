//! How the type of a transaction is booked, in words.

use std::collections::BTreeSet;

use longmen_client::{Client, Transaction};

/// How the type of a transaction is booked in each entity that it touches, on its current accounting date.
pub(super) async fn booking_mode(client: &mut Client, transaction: &Transaction) -> Option<String> {
    let status = client.status().await.ok()?;
    let mut entities = BTreeSet::new();
    for leg in &transaction.legs {
        entities.insert(client.balance(leg.account.clone()).await.ok()?.entity);
    }
    let kind = transaction.kind.as_deref().unwrap_or_default();
    let mut words = Vec::new();
    for entity in entities {
        let (_, date) = status.entities.iter().find(|(code, _)| *code == entity)?;
        let modes = client.chart(&entity).await.ok()?.modes;
        let begun = modes.iter().filter(|mode| &*mode.kind == kind && mode.from <= *date);
        let mode = begun.max_by(|a, b| a.from.cmp(&b.from)).map_or("double", |mode| &mode.mode);
        let what = if kind.is_empty() { "what has no type".to_owned() } else { format!("type {kind}") };
        words.push(format!("{what} in {entity} is booked {mode} on {date}: {}", asks_for(mode)));
    }
    Some(words.join("; "))
}

fn asks_for(mode: &str) -> &'static str {
    match mode {
        "single_double" => "one leg at least is on a memo account",
        "single" => "memo debits are the other side of all credits, and memo credits of all debits",
        _ => "no leg is on a memo account",
    }
}
