//! The day that is ended, and where.

use longmen_client::{Client, GeneralLedgerRequest};
use longmen_engine::ledger::Date;
use longmen_reconciliation_store::Store;

use super::settings::Settings;
use crate::connect_args::AskArgs;
use crate::desk_args::DeskArgs;
use crate::failure::Failure;

/// The day that is ended, and where.
pub(super) struct Day<'a> {
    pub(super) entity: &'a str,
    /// The accounting date that is ended.
    pub(super) date: Date,
    /// The one that begins.
    pub(super) next: Date,
    pub(super) settings: &'a Settings,
    pub(super) desk_args: &'a DeskArgs,
    pub(super) ask_args: &'a AskArgs,
}

/// The accounting date of an entity.
pub(super) async fn current(client: &mut Client, entity: &str) -> Result<Date, Failure> {
    let entities = client.status().await?.entities;
    let found = entities.iter().find(|(code, _)| **code == *entity);
    let date = found.ok_or_else(|| Failure::Usage(format!("the node knows no entity {entity}")))?;
    Date::parse(&date.1)
        .ok_or_else(|| Failure::Usage(format!("the node says `{}`, which is no date", date.1)))
}

/// The accounting dates of an entity in a range, whose end may lie ahead.
pub(super) async fn dates(
    client: &mut Client,
    entity: &str,
    (from, to): (Date, Date),
) -> Result<Vec<Date>, Failure> {
    if from > to {
        return Ok(Vec::new());
    }
    let (from, to) = (from.to_string(), to.to_string());
    let request = GeneralLedgerRequest { entity, from: Some(&from), to: Some(&to) };
    let ledger = client.general_ledger(&request).await?;
    Ok(ledger.dates.iter().filter_map(|date| Date::parse(date)).collect())
}

impl Day<'_> {
    /// Each stage asks anew: a long one of the desk must not let a connection grow old.
    pub(super) async fn connect(&self) -> Result<Client, Failure> {
        self.ask_args.connect().await
    }

    /// The desk, for as long as a stage writes to it.
    pub(super) fn open(&self) -> Result<Store, Failure> {
        self.desk_args.open()
    }
}
