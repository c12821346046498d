//! Drafting the settlement of a day, and what became of it in the ledger.

use longmen_ledger::Date;
use longmen_reconciliation::Entries;

use crate::error::StoreError;
use crate::handling::HandlingState;
use crate::names::{Channel, Person};
use crate::refusal::Refusal;
use crate::settlement::{Settlement, SettlementId};
use crate::settlements;
use crate::store::Store;

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
