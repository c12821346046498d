//! Replay: from the records of a log's frames, in order, to the books as they were. It sets values and runs no
//! business rule, so an upgrade cannot change history.

pub(crate) mod rebuilt;

use std::collections::BTreeMap;

use crate::idempotency::decided::Decided;
use crate::idempotency::index::FETCHED;
use crate::idempotency::known_ids::{IdHash, KnownIds};
use crate::ids::{AccountId, Position, TransactionKey};
use crate::record::admin::{Admin, admin_records};
use crate::record::contradiction::Contradiction;
use crate::record::entry::{self, Entry};
use crate::record::frame::{FrameRecords, ReplayError};
use crate::record::head::{Head, Outcome};
use crate::record::section::SectionKind;
use crate::shard::Shard;
use crate::transaction::action_code::ActionCode;
use crate::transaction::charged::Charged;
use crate::transaction::originals::Originals;

impl KnownIds {
    /// Takes the transaction ids of a frame; `logged` tells the logged time of an earlier one.
    ///
    /// # Errors
    /// [`ReplayError`] where a head cannot be read, or an id has a record before and cannot have been forgotten since.
    pub fn replay(
        &mut self,
        frame: &FrameRecords<'_>,
        logged: impl Fn(u64) -> Option<i64>,
    ) -> Result<(), ReplayError> {
        let mut heads = frame.heads();
        let (mut some, mut ahead) = (Vec::with_capacity(FETCHED), Vec::with_capacity(FETCHED));
        self.fetch_heads(&mut heads, &mut ahead)?;
        let mut ordinal = 0;
        while !ahead.is_empty() {
            std::mem::swap(&mut some, &mut ahead);
            self.fetch_heads(&mut heads, &mut ahead)?;
            for (hash, head) in &some {
                self.take(frame, ordinal, (*hash, head), &logged)?;
                ordinal += 1;
            }
        }
        Ok(())
    }

    /// Reads some heads, and has the processor fetch what their look-ups read.
    #[inline]
    fn fetch_heads(
        &self,
        heads: &mut impl Iterator<Item = Result<Head, ReplayError>>,
        ahead: &mut Vec<(IdHash, Head)>,
    ) -> Result<(), ReplayError> {
        ahead.clear();
        for head in heads.take(FETCHED) {
            let head = head?;
            ahead.push((self.hash(head.client, head.id), head));
        }
        ahead.iter().for_each(|(hash, _)| self.fetch(*hash));
        Ok(())
    }

    /// Takes the transaction id of one head.
    #[inline]
    fn take(
        &mut self,
        frame: &FrameRecords<'_>,
        ordinal: u32,
        (hash, head): (IdHash, &Head),
        logged: impl Fn(u64) -> Option<i64>,
    ) -> Result<(), ReplayError> {
        let &Head { client, id, content, outcome, step, .. } = head;
        fail_point!("KnownIdLost", id.0 % 7 == 3, |_| Ok(()));
        let decided = Decided { content, outcome, step, frame: frame.number, ordinal };
        self.restore(hash, client, id, &decided, frame.time_us, logged)
            .map_err(|what| frame.error(what.to_string()))
    }
}

impl Originals {
    /// Takes what the transactions of a frame did to those that they name, and the states of a snapshot.
    ///
    /// # Errors
    /// [`ReplayError`] where a record cannot be read.
    pub fn replay(&mut self, frame: &FrameRecords<'_>) -> Result<(), ReplayError> {
        for (_, bytes) in frame.sections_of(SectionKind::Admin) {
            for admin in admin_records(bytes) {
                if let Admin::Undone(key, state) =
                    admin.ok_or_else(|| frame.error("an administrative record"))?
                {
                    self.restore(key, state);
                }
            }
        }
        let naming = [ActionCode::Reverse, ActionCode::Refund, ActionCode::Confirm, ActionCode::CancelTry];
        let mut legs: Option<BTreeMap<u32, Vec<(AccountId, i128)>>> = None;
        for (ordinal, head) in (0..).zip(frame.heads()) {
            let head = head?;
            if head.outcome != Outcome::Posted || !naming.contains(&head.action) {
                continue;
            }
            let tail = frame.tail(&head)?;
            let named =
                tail.named.ok_or_else(|| frame.error(format!("transaction {ordinal} names no other")))?;
            let plain = match &legs {
                Some(legs) => legs,
                None => legs.insert(frame.plain_legs()?),
            };
            let by = TransactionKey { client: head.client, id: head.id };
            let hot = tail.hot_legs.iter().map(|leg| (leg.account, leg.side.signed(leg.amount)));
            let plain = plain.get(&ordinal).into_iter().flatten().copied();
            self.take(head.action, by, named.key, plain.chain(hot));
            if head.action == ActionCode::Refund
                && let Some(charged) = Charged::read(tail.notes)
            {
                self.take_gross(by, named.key, charged.gross);
            }
        }
        Ok(())
    }
}

impl Shard {
    /// Takes the entries of a frame that belong to this shard's accounts, whichever shard wrote them.
    ///
    /// # Errors
    /// [`ReplayError`] where an entry cannot be read, or does not follow from those before it.
    pub fn replay_frame(&mut self, frame: &FrameRecords<'_>) -> Result<u64, ReplayError> {
        let mut taken = 0;
        // Accounts are opened in order: no more can be new than there is room for in the frame.
        let bytes: usize = frame.entries_sections().map(|(_, section)| section.len()).sum();
        let most_places = self.places() + bytes / entry::OPENED_LEAST;
        for (owner, section) in frame.entries_sections() {
            let mut start = 0;
            while start < section.len() {
                let slot = u32::try_from(start / 8).map_err(|_| frame.unreadable_entry(owner))?;
                let at = Position { frame: frame.number, slot, section: owner };
                let (length, own) = self
                    .replay_next(&section[start..], at, most_places)
                    .map_err(|refused| frame.refused(at, refused))?;
                start += length;
                taken += u64::from(own);
            }
        }
        Ok(taken)
    }

    /// Takes the record at the start of `bytes`, if it is of this shard's accounts, and gives its length. Nearly all are
    /// postings.
    fn replay_next(
        &mut self,
        bytes: &[u8],
        at: Position,
        most_places: usize,
    ) -> Result<(usize, bool), Refused> {
        let posting = entry::posting(bytes).ok_or(Refused::Unreadable)?;
        if let Some((posting, length)) = posting {
            let own = self.replay_posting(&posting, at);
            let own = own.map_err(|what| Refused::Contradicts(posting.account, what))?;
            return Ok((length, own));
        }
        let (entry, length) = Entry::read(bytes).ok_or(Refused::Unreadable)?;
        let own = self.replay(&entry, at, most_places);
        let own = own.map_err(|what| Refused::Contradicts(entry.account(), what))?;
        Ok((length, own))
    }
}

impl FrameRecords<'_> {
    #[cold]
    fn refused(&self, at: Position, refused: Refused) -> ReplayError {
        match refused {
            Refused::Unreadable => self.unreadable_entry(at.section),
            Refused::Contradicts(account, what) => self.error(format!("account {account} at {at}: {what}")),
        }
    }
}

/// Why an entry was not taken.
enum Refused {
    Unreadable,
    Contradicts(AccountId, Contradiction),
}
