//! The register (登记簿) and the tables beside the chart: customers, account types, and who asked for what.

use super::admin_fault::AdminFault;
use super::chart::Chart;
use super::fault::{BookFault, Checked, RecordPlace};
use crate::ledger::{
    AccountId, BookingMode, ClientId, Date, EntityId, Head, MAX_FEE_RULES, SubjectId, Tail, TransactionId,
    notes::{self, TextIds},
};

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

    /// Takes how the transactions of a type are booked from a date on.
    pub(super) fn take_mode(
        &mut self,
        place: RecordPlace,
        entity: EntityId,
        (kind, mode): (Box<str>, BookingMode),
        from: Date,
    ) -> Checked {
        let current = self.entity(place, entity)?.last_date();
        check_text(place, "booking mode", &kind)?;
        let (what, why) = ("booking mode", "begins on a date that is closed");
        place.check(from >= current, || AdminFault::BadRecord { what, why })?;
        self.modes.say(entity, (kind, mode), from);
        Ok(())
    }

    /// Takes the rules for fees and splits from a date on. What they say is not looked into.
    pub(super) fn take_fee_rules(
        &mut self,
        place: RecordPlace,
        entity: EntityId,
        file: &str,
        from: Date,
    ) -> Checked {
        let current = self.entity(place, entity)?.last_date();
        let bad = |why| AdminFault::BadRecord { what: "fee rules", why };
        place.check(from >= current, || bad("begin on a date that is closed"))?;
        place.check(file.len() <= MAX_FEE_RULES, || bad("are longer than they may be"))
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
    place.check(read_notes(notes) == notes.len(), || BookFault::Unreadable)
}

/// Checks that notes and the texts of ids behind them can be read whole, and that each text is the one of its id.
pub(super) fn check_notes_and_texts(place: RecordPlace, head: &Head, tail: &Tail<'_>) -> Checked {
    let texts = TextIds::read(tail.notes);
    let read = read_notes(tail.notes) + texts.written();
    place.check(read == tail.notes.len(), || BookFault::Unreadable)?;
    check_text_id(place, Some(head.id), texts.own)?;
    check_text_id(place, tail.named.map(|named| named.key.id), texts.named)
}

/// Checks that a text, where there is one, stands for an id.
pub(super) fn check_text_id(place: RecordPlace, id: Option<TransactionId>, text: &str) -> Checked {
    let stands = || Some(TransactionId::of_text(text)) == id;
    place.check(text.is_empty() || stands(), || BookFault::TextId { text: text.into() })
}

fn read_notes(notes: &[u8]) -> usize {
    notes::read(notes).map(|(_, text)| 3 + text.len()).sum()
}

fn check_text(place: RecordPlace, what: &'static str, text: &str) -> Checked {
    let good = !text.is_empty() && text.len() <= MAX_TEXT;
    place.check(good, || AdminFault::BadRecord { what, why: "names nobody, or at too great length" })
}
