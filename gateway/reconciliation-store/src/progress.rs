//! What became of a handling in the ledger, which alone decides.

use crate::booked;
use crate::error::StoreError;
use crate::handling::{Handling, HandlingId, HandlingState};
use crate::handlings;
use crate::refusal::Refusal;
use crate::store::Store;

impl Store {
    /// Notes that the ledger has it as a proposal, by the ledger's name for that and its number of the client whose it is. Said again it changes
    /// nothing.
    ///
    /// # Errors
    /// `no_such_handling`, `wrong_state`; whatever fails.
    pub fn proposed(
        &mut self,
        id: HandlingId,
        proposal: &str,
        client: u32,
        at_us: i64,
    ) -> Result<Handling, StoreError> {
        let handling = self.reader.handling(id)?;
        match handling.state {
            HandlingState::Proposed if handling.proposal.as_deref() == Some(proposal) => Ok(handling),
            HandlingState::Drafted => {
                self.advance(id, HandlingState::Proposed, Some((proposal, client)), None, at_us)
            }
            state => Err(Refusal::WrongState { handling: id, state }.into()),
        }
    }

    /// Notes that it is in the books, as a transaction of this client by the ledger's number. If it says how its break ends, the break has ended; if it takes another handling back, that is undone.
    /// Said again it changes nothing.
    ///
    /// # Errors
    /// `no_such_handling`, `wrong_state`; whatever fails.
    pub fn posted(&mut self, id: HandlingId, client: u32, at_us: i64) -> Result<Handling, StoreError> {
        let handling = self.reader.handling(id)?;
        match handling.state {
            HandlingState::Posted => return Ok(handling),
            HandlingState::Drafted | HandlingState::Proposed => {}
            state => return Err(Refusal::WrongState { handling: id, state }.into()),
        }
        let transaction = self.reader.connection.transaction()?;
        handlings::set_client(&transaction, id, client)?;
        booked::post(&transaction, id, handling.undoes, at_us)?;
        transaction.commit()?;
        self.reader.handling(id)
    }

    /// Notes that it will not be in the books: the code is the ledger's, or `rejected`, `expired`, or `withdrawn` where its maker took it back.
    /// Said again it changes nothing.
    ///
    /// # Errors
    /// `no_such_handling`, `wrong_state`; whatever fails.
    pub fn refused(&mut self, id: HandlingId, code: &str, at_us: i64) -> Result<Handling, StoreError> {
        let handling = self.reader.handling(id)?;
        match handling.state {
            HandlingState::Refused if handling.refusal.as_deref() == Some(code) => Ok(handling),
            HandlingState::Drafted | HandlingState::Proposed => {
                self.advance(id, HandlingState::Refused, None, Some(code), at_us)
            }
            state => Err(Refusal::WrongState { handling: id, state }.into()),
        }
    }

    fn advance(
        &mut self,
        id: HandlingId,
        state: HandlingState,
        proposal: Option<(&str, u32)>,
        refusal: Option<&str>,
        at_us: i64,
    ) -> Result<Handling, StoreError> {
        handlings::set_state(&self.reader.connection, id, state, proposal, refusal, at_us)?;
        self.reader.handling(id)
    }
}
