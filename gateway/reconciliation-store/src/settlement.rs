//! The settlement of a channel's day, as it was proposed to the ledger.

use std::fmt;

use longmen_ledger::Date;
use longmen_reconciliation::Entries;

use crate::error::StoreError;
use crate::handling::HandlingState;
use crate::names::{Channel, Person};
use crate::refusal::Refusal;
use crate::settlements;
use crate::store::{Reader, Store};

/// The number of a settlement, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SettlementId(pub i64);

impl fmt::Display for SettlementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The settlement of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    pub id: SettlementId,
    pub channel: Channel,
    /// The day of the file that is settled.
    pub date: Date,
    /// Counted from 1 for each day: an attempt that was refused is followed by another.
    pub attempt: u32,
    pub entries: Entries,
    pub maker: Person,
    /// Never [`HandlingState::Undone`].
    pub state: HandlingState,
    /// The ledger's name for the proposal, where there is one.
    pub proposal: Option<Box<str>>,
    /// The ledger's number of the client whose transaction it is, once the ledger has it.
    pub client: Option<u32>,
    /// The code of the refusal, where it was refused.
    pub refusal: Option<Box<str>>,
    /// Moments are microseconds since 1970 in UTC.
    pub made_at_us: i64,
    pub changed_at_us: i64,
}

impl Settlement {
    /// What all attempts to settle a day have for a reference in the ledger.
    #[must_use]
    pub fn reference_of(channel: &Channel, date: Date) -> String {
        format!("settle {channel} {date}")
    }

    /// The text id of its transaction in the ledger. It follows from channel, day and attempt, so that what is sent twice is booked once.
    #[must_use]
    pub fn transaction_text(&self) -> String {
        let reference = Settlement::reference_of(&self.channel, self.date);
        if self.attempt == 1 { reference } else { format!("{reference} {}", self.attempt) }
    }
}

impl Reader {
    /// A settlement by its number.
    ///
    /// # Errors
    /// `no_such_settlement`; whatever fails.
    pub fn settlement(&self, settlement: SettlementId) -> Result<Settlement, StoreError> {
        settlements::by_id(&self.connection, settlement)
    }

    /// The settlement of a day that counts or may yet: it was not refused.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn settlement_of(&self, channel: &Channel, date: Date) -> Result<Option<Settlement>, StoreError> {
        settlements::of_day(&self.connection, channel, date)
    }

    /// The settlements under way: what the ledger is to be asked about.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn settlements_in_hand(&self) -> Result<Vec<Settlement>, StoreError> {
        settlements::in_hand(&self.connection)
    }
}

impl Store {
    /// Drafts the settlement of a day.
    ///
    /// # Errors
    /// `already_settled`, where one of the day was not refused; whatever fails.
    pub fn draft_settlement(
        &mut self,
        channel: &Channel,
        date: Date,
        entries: &Entries,
        maker: &Person,
        at_us: i64,
    ) -> Result<Settlement, StoreError> {
        let transaction = self.reader.connection.transaction()?;
        if let Some(there) = settlements::of_day(&transaction, channel, date)? {
            return Err(Refusal::AlreadySettled { settlement: there.id, state: there.state }.into());
        }
        let id = settlements::insert(&transaction, channel, date, entries, maker, at_us)?;
        transaction.commit()?;
        settlements::by_id(&self.reader.connection, id)
    }

    /// Notes that the ledger has it as a proposal, by the ledger's name for that and its number of the client whose it is. Said again it changes
    /// nothing.
    ///
    /// # Errors
    /// `no_such_settlement`, `settlement_in_state`; whatever fails.
    pub fn settlement_proposed(
        &mut self,
        id: SettlementId,
        proposal: &str,
        client: u32,
        at_us: i64,
    ) -> Result<Settlement, StoreError> {
        let is_said = |one: &Settlement| one.proposal.as_deref() == Some(proposal);
        let change = (HandlingState::Proposed, Some((proposal, client)), None);
        self.advance_settlement(id, &is_said, &[HandlingState::Drafted], change, at_us)
    }

    /// Notes that it is in the books. Said again it changes nothing.
    ///
    /// # Errors
    /// `no_such_settlement`, `settlement_in_state`; whatever fails.
    pub fn settlement_posted(&mut self, id: SettlementId, at_us: i64) -> Result<Settlement, StoreError> {
        let from = [HandlingState::Drafted, HandlingState::Proposed];
        self.advance_settlement(id, &|_| true, &from, (HandlingState::Posted, None, None), at_us)
    }

    /// Notes that it will not be in the books, by the ledger's code, `rejected`, `expired` or `withdrawn`. Said again it changes nothing.
    ///
    /// # Errors
    /// `no_such_settlement`, `settlement_in_state`; whatever fails.
    pub fn settlement_refused(
        &mut self,
        id: SettlementId,
        code: &str,
        at_us: i64,
    ) -> Result<Settlement, StoreError> {
        let is_said = |one: &Settlement| one.refusal.as_deref() == Some(code);
        let from = [HandlingState::Drafted, HandlingState::Proposed];
        self.advance_settlement(id, &is_said, &from, (HandlingState::Refused, None, Some(code)), at_us)
    }

    /// Says how far it has come, from one of some states on.
    fn advance_settlement(
        &mut self,
        id: SettlementId,
        is_said: &dyn Fn(&Settlement) -> bool,
        from: &[HandlingState],
        change: (HandlingState, Option<(&str, u32)>, Option<&str>),
        at_us: i64,
    ) -> Result<Settlement, StoreError> {
        let connection = &self.reader.connection;
        let settlement = settlements::by_id(connection, id)?;
        if settlement.state == change.0 && is_said(&settlement) {
            return Ok(settlement);
        }
        if !from.contains(&settlement.state) {
            return Err(Refusal::SettlementInState { settlement: id, state: settlement.state }.into());
        }
        settlements::set_state(connection, id, change, at_us)?;
        settlements::by_id(connection, id)
    }
}
