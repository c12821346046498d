//! Holds whose moment has come are gone, and what stays open is told.

use std::collections::BTreeMap;
use std::time::Duration;

use longmen_client::{Client, Hold, HoldsRequest, MAX_LIST};
use serde_json::json;

use super::day::Day;
use super::ended::Ended;
use crate::failure::Failure;

/// The node lets them expire by itself; that takes it a moment where it is busy.
const TRIES: u32 = 20;
const BETWEEN: Duration = Duration::from_millis(250);

pub(super) async fn run(day: &Day<'_>) -> Result<Ended, Failure> {
    let mut client = day.connect().await?;
    let mut tries = 0;
    let (open, late) = loop {
        let open = holds(&mut client, day.entity).await?;
        let clock_us = client.status().await?.clock_us;
        let is_late = |hold: &&Hold| hold.expires_us.is_some_and(|moment| moment <= clock_us);
        let late = open.iter().filter(is_late).count();
        if late == 0 || tries == TRIES {
            break (open, late);
        }
        tries += 1;
        tokio::time::sleep(BETWEEN).await;
    };
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for hold in &open {
        *kinds.entry(&hold.kind).or_default() += 1;
    }
    let words: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let stay = if words.is_empty() {
        "no hold stays open".to_owned()
    } else {
        format!("open holds: {}", words.join(", "))
    };
    let line = match late {
        0 => stay,
        late => format!("{late} holds have expired and are not released yet; {stay}"),
    };
    Ok(Ended { line, told: json!({"open": kinds, "late": late}), held: late == 0 })
}

/// All holds of an entity of which something remains.
async fn holds(client: &mut Client, entity: &str) -> Result<Vec<Hold>, Failure> {
    let (mut found, mut after) = (Vec::new(), None::<Box<str>>);
    loop {
        let request = HoldsRequest { account: None, after: after.as_deref(), limit: MAX_LIST };
        let page = client.holds(&request).await?;
        found.extend(page.holds.into_iter().filter(|hold| *hold.entity == *entity));
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(found),
        }
    }
}
