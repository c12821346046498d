//! Steps that the ledger has and this desk does not: its database was lost, or another desk books the same channel.

use longmen_ledger::Currency;
use longmen_reconciliation::Entries;
use rusqlite::Connection;

use crate::break_id::BreakId;
use crate::error::StoreError;
use crate::handling::{Draft, Handling, HandlingId, HandlingState};
use crate::handlings::{self, NewHandling};
use crate::names::{Person, Reason};
use crate::step_tag::StepTag;
use crate::store::Store;

/// A step about a break, as the ledger has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// The reference of its transaction.
    pub break_id: BreakId,
    /// The text id of its transaction.
    pub transaction: Box<str>,
    /// The ledger's number of the client whose transaction it is: ids are each client's own.
    pub client: u32,
    /// The tags of its transaction.
    pub tag: StepTag,
    pub reason: Reason,
    /// The transaction that it confirms, cancels or reverses, as `CLIENT/ID`.
    pub original: Option<Box<str>>,
    /// Where [`StepKind::has_entries`](longmen_reconciliation::StepKind::has_entries).
    pub entries: Option<Entries>,
    pub currency: Currency,
    pub maker: Person,
    /// Microseconds since 1970 in UTC.
    pub at_us: i64,
    /// The ledger's name for the proposal, where it waits for approval; `None` where it is in the books.
    pub proposal: Option<Box<str>>,
}

impl Store {
    /// Takes in what the ledger has and no handling here tells of, in the order of the ledger; gives how many that were. From then on it counts as if it
    /// had been drafted here. A proposal is left alone while another step of its break is under way.
    ///
    /// # Errors
    /// Whatever fails; nothing is taken in then.
    pub fn adopt(&mut self, booked: &[Booked]) -> Result<usize, StoreError> {
        let transaction = self.reader.connection.transaction()?;
        let taken = adopt(&transaction, booked)?;
        transaction.commit()?;
        Ok(taken)
    }
}

pub(crate) fn adopt(connection: &Connection, booked: &[Booked]) -> Result<usize, StoreError> {
    let mut taken = 0;
    for one in booked {
        let handlings = handlings::of_break(connection, &one.break_id)?;
        let waits = one.proposal.is_some() && handlings.iter().any(Handling::is_in_hand);
        if waits || handlings.iter().any(|handling| one.is(handling)) {
            continue;
        }
        take(connection, one, &handlings)?;
        taken += 1;
    }
    Ok(taken)
}

fn take(connection: &Connection, booked: &Booked, handlings: &[Handling]) -> Result<(), StoreError> {
    let Booked { break_id, transaction, client, tag, currency, maker, at_us, .. } = booked;
    let undone = handlings.iter().find(|handling| booked.takes_back(handling));
    let has_ended = |one: &Handling| one.draft.ends.is_some() && one.state == HandlingState::Posted;
    let draft = Draft {
        kind: tag.kind,
        // A break ends once: what somebody booked beside that is there, to be undone, and ends nothing.
        ends: tag.ends.filter(|_| !handlings.iter().any(has_ended)),
        reason: booked.reason.clone(),
        original: booked.original.clone(),
        entries: undone.map_or_else(
            || booked.entries.clone(),
            |undone| undone.draft.entries.as_ref().map(Entries::mirrored),
        ),
    };
    let id = handlings::insert(
        connection,
        &NewHandling {
            break_id,
            draft: &draft,
            undoes: undone.map(|undone| undone.id),
            channel: &tag.channel,
            content: &tag.content,
            currency: *currency,
            maker,
            at_us: *at_us,
        },
    )?;
    handlings::set_client(connection, id, *client)?;
    handlings::set_transaction(connection, id, transaction)?;
    if let Some(proposal) = &booked.proposal {
        let proposal = Some((&**proposal, *client));
        return handlings::set_state(connection, id, HandlingState::Proposed, proposal, None, *at_us);
    }
    post(connection, id, undone.map(|undone| undone.id), *at_us)
}

/// Notes that a handling is in the books, and that what it takes back no longer counts.
pub(crate) fn post(
    connection: &Connection,
    id: HandlingId,
    undoes: Option<HandlingId>,
    at_us: i64,
) -> Result<(), StoreError> {
    if let Some(undone) = undoes {
        handlings::set_state(connection, undone, HandlingState::Undone, None, None, at_us)?;
    }
    handlings::set_state(connection, id, HandlingState::Posted, None, None, at_us)
}

impl Booked {
    /// Whether a handling tells of this. One that was refused never does: its client gave the same id to something else.
    fn is(&self, handling: &Handling) -> bool {
        *handling.transaction_text() == *self.transaction
            && handling.client.is_none_or(|client| client == self.client)
            && handling.state != HandlingState::Refused
    }

    /// Whether it takes a handling back.
    fn takes_back(&self, handling: &Handling) -> bool {
        let named = handling.client.map(|client| format!("{client}/{}", handling.transaction_text()));
        named.is_some() && named.as_deref() == self.original.as_deref()
    }
}
