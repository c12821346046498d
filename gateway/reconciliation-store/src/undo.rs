//! Taking a handling back.

use longmen_reconciliation::{Entries, StepKind};

use crate::error::StoreError;
use crate::handling::{Draft, Handling, HandlingId, HandlingState};
use crate::handlings::{self, NewHandling};
use crate::names::{Person, Reason};
use crate::refusal::Refusal;
use crate::store::Store;

impl Store {
    /// Drafts the step that takes a posted handling back: the ledger reverses its transaction. Steps are taken back from the last to the first, and a
    /// break whose end is taken back has not ended.
    ///
    /// # Errors
    /// `no_such_handling`, `wrong_state`, `in_hand`, `undo_later_first`; whatever fails.
    pub fn undo(
        &mut self,
        id: HandlingId,
        reason: &Reason,
        maker: &Person,
        at_us: i64,
    ) -> Result<Handling, StoreError> {
        let transaction = self.reader.connection.transaction()?;
        let undone = handlings::by_id(&transaction, id)?;
        may_be_undone(&undone, &handlings::of_break(&transaction, &undone.break_id)?)?;
        let draft = Draft {
            kind: StepKind::Undo,
            ends: None,
            reason: reason.clone(),
            original: Some(undone.transaction_name().into()),
            entries: undone.draft.entries.as_ref().map(Entries::mirrored),
        };
        let handling = handlings::insert(
            &transaction,
            &NewHandling {
                break_id: &undone.break_id,
                draft: &draft,
                undoes: Some(id),
                channel: &undone.channel,
                content: &undone.content,
                currency: undone.currency,
                maker,
                at_us,
            },
        )?;
        transaction.commit()?;
        self.reader.handling(handling)
    }
}

fn may_be_undone(undone: &Handling, handlings: &[Handling]) -> Result<(), Refusal> {
    if undone.state != HandlingState::Posted || undone.undoes.is_some() {
        return Err(Refusal::WrongState { handling: undone.id, state: undone.state });
    }
    for other in handlings {
        match other.state {
            HandlingState::Drafted | HandlingState::Proposed => {
                return Err(Refusal::InHand { handling: other.id });
            }
            HandlingState::Posted if other.step > undone.step && other.undoes.is_none() => {
                return Err(Refusal::UndoLaterFirst { later: other.id });
            }
            _ => {}
        }
    }
    Ok(())
}
