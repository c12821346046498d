//! Heads and tails, as the audit takes them into its books.

use super::actions::check_head;
use super::books::Books;
use super::fault::{BookFault, Checked, RecordPlace};
use super::ids::IdKey;
use super::proposals::Done;
use super::register::check_notes_and_texts;
use super::sections::Placed;
use crate::ledger::{ActionCode, HEAD_BYTES, Head, Outcome, Tail, read_tail};

impl Books {
    /// Takes heads and tails, and gives where the tails end.
    pub(super) fn take_heads(&mut self, section: &Placed<'_>, tails: &[u8]) -> Checked<u64> {
        let found = section.bytes.len().div_ceil(HEAD_BYTES);
        let found = u32::try_from(found).expect("a frame is below 2^32 bytes");
        let (mut end, mut tails_end) = (0, 0);
        for ordinal in 0..found {
            let place = RecordPlace::Head(ordinal);
            let head = Head::read(section.bytes, ordinal).ok_or_else(|| place.flaw(BookFault::Unreadable))?;
            self.again.clear();
            head.write(&mut self.again);
            place.check(section.bytes[end..].starts_with(&self.again), || BookFault::Altered)?;
            end += HEAD_BYTES;
            self.ids.add(IdKey::new(head.client, head.id));
            self.take_head(place, &head)?;
            let mut tail = Tail::default();
            if head.tail.1 != 0 {
                tail = read_tail_at(place, &head, tails, tails_end)?;
                tails_end += u64::from(head.tail.1);
            }
            self.take_tail(ordinal, &head, &tail)?;
        }
        section.check_records(found)?;
        Ok(tails_end)
    }

    fn take_head(&mut self, place: RecordPlace, head: &Head) -> Checked {
        self.chart.check_client(place, head.client)?;
        match head.outcome {
            Outcome::Posted => self.counts.posted += 1,
            Outcome::Tried => self.counts.tried += 1,
            Outcome::Refused(_) => self.counts.refused += 1,
            Outcome::Cancelled => self.counts.cancelled += 1,
        }
        if matches!(head.outcome, Outcome::Posted | Outcome::Tried) {
            self.chart.take_date(place, head.entity, head.accounting_date)?;
        }
        Ok(())
    }

    fn take_tail(&mut self, ordinal: u32, head: &Head, tail: &Tail<'_>) -> Checked {
        let place = RecordPlace::Head(ordinal);
        let done = matches!(head.outcome, Outcome::Posted | Outcome::Tried);
        if let Some(leg) = tail.hot_legs.first().filter(|_| !done) {
            return Err(place.flaw(BookFault::NotPosted { ordinal, account: leg.account }));
        }
        let action = head.action;
        self.proposals.take(place, tail.notes, &Done::Transaction(head))?;
        check_head(head, tail).map_err(|fault| place.flaw(BookFault::Action { action, fault }))?;
        self.frame.push(head, tail.named.as_ref());
        if self.chart.has_modes() {
            self.sides.take_head(ordinal, head, tail);
        }
        if action != ActionCode::Post && done {
            self.actions.take_head(ordinal, head, tail);
        }
        match head.outcome {
            Outcome::Tried => {
                let found = tail.hot_legs.len();
                let (said, found) = (head.legs, u32::try_from(found).expect("a count of a tail is a u16"));
                place.check(u32::from(said) == found, || BookFault::Legs { said, found })
            }
            _ => {
                tail.hot_legs.iter().for_each(|leg| self.hot.list(leg, ordinal));
                Ok(())
            }
        }
    }
}

/// Reads a tail, which begins where those before it end.
fn read_tail_at<'a>(place: RecordPlace, head: &Head, tails: &'a [u8], expected: u64) -> Checked<Tail<'a>> {
    let (offset, _) = head.tail;
    place.check(u64::from(offset) == expected, || BookFault::TailPlace { offset, expected })?;
    let tail = read_tail(head, tails).ok_or_else(|| place.flaw(BookFault::Unreadable))?;
    check_notes_and_texts(place, head, &tail)?;
    Ok(tail)
}
