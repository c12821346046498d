//! What the coordinator decides by: parts that own what belongs together, and are lent to what decides. Operations,
//! commands and rounds change them; none of them knows who does.

pub(crate) mod books;
pub(crate) mod buffers;
pub(crate) mod descriptor;
pub(crate) mod frame;
pub(crate) mod gated_leg;
pub(crate) mod holds;
pub(crate) mod hot_accounts;
pub(crate) mod ids;
pub(crate) mod output;
pub(crate) mod room;
pub(crate) mod settings;
pub(crate) mod snapshot_start;
pub(crate) mod time_window;

use std::num::NonZeroU32;

use crate::access::acting::Acting;
use crate::answer::Status;
use crate::chart::catalog::Catalog;
use crate::hot::gate::Gate;
use crate::idempotency::known_ids::KnownIds;
use crate::ids::{AccountId, ClientId, EntityId, ShardId};
use crate::money::date::Date;
use crate::proposals::approval::Approval;
use crate::record::admin::Admin;
use crate::shard::Shard;
use crate::shard::places::shard_of;
use crate::state::books::Books;
use crate::state::holds::Holds;
use crate::state::hot_accounts::HotAccounts;
use crate::state::ids::Ids;
use crate::state::output::Output;
use crate::state::room::Room;
use crate::state::settings::LedgerSettings;
use crate::state::time_window::TimeWindow;
use crate::tariff::Tariff;
use crate::transaction::originals::Originals;

/// All of it.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) settings: LedgerSettings,
    pub(crate) books: Books,
    pub(crate) hot: HotAccounts,
    pub(crate) holds: Holds,
    pub(crate) originals: Originals,
    pub(crate) ids: Ids,
    pub(crate) output: Output,
    pub(crate) room: Room,
    /// What is written down when the command that is under way is done, where that was proposed. Commands run alone.
    pub(crate) approval: Option<Approval>,
    pub(crate) counts: Status,
}

impl State {
    /// What recovery has found: see [`Coordinator::new`](crate::schedule::Coordinator::new).
    pub(crate) fn new(
        settings: LedgerSettings,
        catalog: Catalog,
        known: KnownIds,
        originals: Originals,
        (durable, time_us): (u64, i64),
        window: TimeWindow,
    ) -> State {
        State {
            books: Books::new(catalog),
            hot: HotAccounts::default(),
            holds: Holds::default(),
            originals,
            ids: Ids::new(known, window),
            output: Output::new(durable, time_us, settings.shards),
            room: Room::Enough,
            approval: None,
            counts: Status { shards: settings.shards, ..Status::default() },
            settings,
        }
    }

    /// Takes in what a recovered shard has that is not as the accounts were opened: limits, hot accounts, holds.
    pub(crate) fn restore(&mut self, shard: &Shard) {
        for (account, row) in shard.rows() {
            self.books.descriptor_mut(account).renew(row);
            if row.hot() {
                self.hot.add(Gate::new(account, row), &mut self.books);
            }
        }
        for (account, hold) in shard.all_holds() {
            self.holds.restore(account, hold);
        }
    }

    /// Time enters: that of the open frame, until something is in it.
    pub(crate) fn set_time(&mut self, now_us: i64) {
        let frame = &mut self.output.frame;
        if !frame.has_content() {
            frame.set_time(now_us);
            self.ids.window.set_clock(now_us, frame.time_us);
        }
    }

    /// Whose doing it is what a client asks: the principal's, or the client's own.
    pub(crate) fn person(&self, client: ClientId, acting: Option<&Acting>) -> Box<str> {
        let own = || self.books.catalog.client_name(client).unwrap_or_default().into();
        acting.map_or_else(own, |acting| acting.person.clone())
    }

    /// Whether what was approved may be done in the open frame: the approval may have waited, and the proposal ended meanwhile.
    pub(crate) fn may_still(&self, approval: &Approval) -> bool {
        let Approval::Decided(decision) = approval else { return true };
        let registered = self.books.catalog.proposals().get(decision.number);
        let is_in_time = |moment: i64| moment > self.output.frame.time_us;
        registered.is_some_and(|registered| {
            registered.decision.is_none() && registered.proposal.expires_us.is_none_or(is_in_time)
        })
    }

    /// Writes down that what was proposed is done in the open frame.
    pub(crate) fn take_approval(&mut self, approval: Approval) {
        let record = approval.record(self.output.frame.number);
        self.take_proposal(&record);
    }

    /// Writes down a proposal or its end.
    ///
    /// # Panics
    /// If it does not follow from what stands: it was judged.
    pub(crate) fn take_proposal(&mut self, record: &Admin) {
        self.output.frame.push_admin(record);
        self.books.catalog.take_proposal(record).expect("it was judged before it is written");
    }

    /// The rules for fees and splits that hold in the books of an entity on a date, with the number of their file.
    pub(crate) fn fee_rules_on(&self, entity: EntityId, date: Date) -> Option<(NonZeroU32, &dyn Tariff)> {
        let tariffs = self.settings.tariffs.as_deref()?;
        self.books.catalog.fee_rules_on(entity, date, tariffs)
    }

    /// Those of the file of this number.
    pub(crate) fn fee_rules(&self, entity: EntityId, file: NonZeroU32) -> Option<&dyn Tariff> {
        let tariffs = self.settings.tariffs.as_deref()?;
        self.books.catalog.fee_rules(entity, file, tariffs)
    }

    pub(crate) fn shard_of(&self, account: AccountId) -> ShardId {
        shard_of(account, self.settings.shards)
    }

    /// Every shard.
    pub(crate) fn shards(&self) -> impl Iterator<Item = ShardId> + use<> {
        (0..self.settings.shards).map(ShardId)
    }

    pub(crate) fn is_hot(&self, account: AccountId) -> bool {
        self.hot.is_hot(account, &self.books)
    }
}
