//! The day that is ended, and where.

use longmen_client::Client;
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
