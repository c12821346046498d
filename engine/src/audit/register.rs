//! The register (登记簿) and the tables beside the chart: customers, account types, and who asked for what.

use super::admin_fault::AdminFault;
use super::chart::Chart;
use super::fault::{BookFault, Checked, RecordPlace};
use crate::ledger::{AccountId, ClientId, Date, EntityId, SubjectId, notes};

/// The most bytes of a customer's id, or of an account type.
const MAX_TEXT: usize = 64;

impl Chart {
    /// Takes a tie of an account to a customer; whether the account is there is told at the end of the frame.
    pub(super) fn tie(
        &mut self,
        place: RecordPlace,
        entity: EntityId,
        account: AccountId,
        customer: &str,
    ) -> Checked {
        self.entity(place, entity)?;
        check_text(place, "customer", customer)?;
        self.ties.push((place, entity, account));
        Ok(())
    }

    /// Takes the subject that accounts of a type get from a date on.
    pub(super) fn map(
        &mut self,
        place: RecordPlace,
        (entity, subject): (EntityId, SubjectId),
        from: Date,
        kind: &str,
    ) -> Checked {
        let current = self.entity(place, entity)?.last_date();
        check_text(place, "mapping", kind)?;
        let index = usize::try_from(subject.0).expect("a u32 fits an address");
        let found = self.subjects.get(index).filter(|found| found.entity == entity && found.opening.leaf);
        let bad = |why| AdminFault::BadRecord { what: "mapping", why };
        place.check(found.is_some(), || bad("leads to no leaf of its entity"))?;
        place.check(from >= current, || bad("begins on a date that is closed"))
    }

    /// Takes who asked for what, and why.
    pub(super) fn register(
        &self,
        place: RecordPlace,
        client: ClientId,
        (command, about): (&str, &str),
        notes: &[u8],
    ) -> Checked {
        place.check(client.0 > 0, || AdminFault::UnknownClient { client })?;
        self.check_client(place, client)?;
        let bad = |why| AdminFault::BadRecord { what: "register", why };
        place.check(!command.is_empty() && !about.is_empty(), || bad("says not what was asked for"))?;
        check_notes(place, notes)
    }
}

/// Checks that notes can be read whole.
pub(super) fn check_notes(place: RecordPlace, notes: &[u8]) -> Checked {
    let read: usize = notes::read(notes).map(|(_, text)| 3 + text.len()).sum();
    place.check(read == notes.len(), || BookFault::Unreadable)
}

fn check_text(place: RecordPlace, what: &'static str, text: &str) -> Checked {
    let good = !text.is_empty() && text.len() <= MAX_TEXT;
    place.check(good, || AdminFault::BadRecord { what, why: "names nobody, or at too great length" })
}
