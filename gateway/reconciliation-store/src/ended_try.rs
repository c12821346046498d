//! Tries of earlier dates that their own clients have ended, and what becomes of the breaks that they have.

use longmen_ledger::Date;
use longmen_reconciliation::{BookState, Class, Fate, Finding, Hung, Side, Transaction};

use crate::break_id::BreakId;
use crate::findings::OpenTry;
use crate::waiting::Waiting;

/// A try that was confirmed or cancelled on the date that is compared, and was tried on one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedTry {
    /// How the books call what was tried.
    pub reference: Box<str>,
    /// Else it was cancelled.
    pub is_confirmed: bool,
}

/// What ended tries make of a run.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    /// Where the channel has it and the books' side is cancelled: that is compared with what waits of the file.
    pub(crate) cancelled: Vec<Hung>,
    /// Where the channel does not know it: nothing is left to wait for. What was confirmed is compared as any other of its date.
    pub(crate) concluded: Vec<(BreakId, Date, Finding)>,
}

/// Takes the tries that have ended out of what waits, and has those that the channel knows wait for their confirmation of today.
pub(crate) fn end_tries(waiting: &mut Waiting, tries: Vec<OpenTry>, ended: &[EndedTry], on: Date) -> Ended {
    let mut found = Ended::default();
    for OpenTry { id, since, finding } in tries {
        let Finding { book: Some(tried), file, .. } = finding else { continue };
        let Some(end) = ended.iter().find(|one| one.reference == tried.reference) else { continue };
        let days = on.days().saturating_sub(since.days() + 1);
        let cancelled = Transaction { state: BookState::Failed, ..tried.clone() };
        match file {
            Some(file) => {
                waiting.entry((Side::File, file)).or_default().push((id, since, days));
                if !end.is_confirmed {
                    found.cancelled.push(Hung { side: Side::Book, since, days, transaction: cancelled });
                }
            }
            None => {
                take_out(waiting, &(Side::Book, tried.clone()), &id);
                let (fate, book) =
                    if end.is_confirmed { (Fate::Closed, tried) } else { (Fate::Open, cancelled) };
                let class = Class::Pending;
                let book = Some(book);
                let finding = Finding { class, fate, book, file: None, days: days + 1, explains: 0 };
                found.concluded.push((id, since, finding));
            }
        }
    }
    found
}

fn take_out(waiting: &mut Waiting, key: &(Side, Transaction), id: &BreakId) {
    if let Some(alike) = waiting.get_mut(key) {
        alike.retain(|(other, _, _)| other != id);
        if alike.is_empty() {
            waiting.remove(key);
        }
    }
}
