//! An account's chain of records, walked from newer to older, and the search along it.
//!
//! Frames, logged times and accounting dates never rise from a record to the one before it, so what lies after a bound
//! is a prefix of the walk. Every 256th posting carries links ([`LINK_EVERY`](crate::ledger::LINK_EVERY)): to the last
//! one before it, and to the last one before it whose number is a multiple of 64. The search takes the far link while
//! what it leads to is still after the bound, then the near one, then single steps. With `n` postings that is at most
//! 255 steps to the first link, `n / 16384` far ones, 63 near ones and 255 steps more.

use longmen_wal::{FrameView, ReadError};

use super::{History, HistoryError, section};
use crate::ledger::{AccountId, Date, Entry, Position, SectionKind, entries};

/// The last that a walk takes in; what is after it is passed over.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bound {
    /// This accounting date.
    Date(Date),
    /// This moment, in microseconds since 1970.
    Time(i64),
    /// The record at this place.
    Place(Position),
}

/// A record of the chain, in its frame.
pub(super) struct Record<'c> {
    pub(super) at: Position,
    pub(super) view: &'c FrameView,
    pub(super) entry: Entry<'c>,
}

/// The chain of one account.
pub(super) struct Chain<'h> {
    history: &'h History,
    account: AccountId,
    view: Option<FrameView>,
    /// How many records were read.
    pub(super) read: u64,
}

/// Where a search ended.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The newest record that is not after the bound, or [`Position::NONE`].
    pub(super) at: Position,
    /// What lies between it and the last link taken, that one included: all after the bound, newest first.
    pub(super) passed: Vec<Position>,
}

impl Record<'_> {
    fn is_after(&self, bound: Bound) -> bool {
        match bound {
            Bound::Time(last) => self.view.time_us() > last,
            Bound::Place(last) => self.at > last,
            Bound::Date(last) => match &self.entry {
                Entry::Posting(posting) => posting.date > last,
                Entry::Held(held) => held.date > last,
                Entry::Changed(changed) => changed.date > last,
                // The first record has no date, and nothing before it to find.
                Entry::Opened(_) => false,
            },
        }
    }
}

impl<'h> Chain<'h> {
    pub(super) fn new(history: &'h History, account: AccountId) -> Chain<'h> {
        Chain { history, account, view: None, read: 0 }
    }

    /// The record at `at`.
    pub(super) fn record(&mut self, at: Position) -> Result<Record<'_>, HistoryError> {
        if self.view.as_ref().is_none_or(|view| view.number().0 != at.frame) {
            self.view = Some(self.history.frame(at.frame)?);
        }
        self.read += 1;
        let view = self.view.as_ref().expect("it was just put there");
        let entry = entry_at(view, at)?.filter(|entry| entry.account() == self.account);
        let entry = entry.ok_or(HistoryError::BrokenChain { account: self.account, at })?;
        Ok(Record { at, view, entry })
    }

    /// Makes sure that a record of the account begins at `at`, which came from outside: texts inside records may look like
    /// records.
    pub(super) fn must_begin_at(&mut self, at: Position) -> Result<(), HistoryError> {
        let not_there = || HistoryError::NotThere { account: self.account, at };
        let view = self.history.frame(at.frame).map_err(|error| match error {
            HistoryError::Read(ReadError::NotDurable { .. } | ReadError::BeforeFirst { .. }) => not_there(),
            other => other,
        })?;
        let slots = entries(section(&view, SectionKind::Entries, at.section)?).map_while(|entry| entry);
        let mut slots = slots.take_while(|(slot, _)| *slot <= at.slot);
        let found = slots.find(|(slot, entry)| *slot == at.slot && entry.account() == self.account);
        found.map(|_| ()).ok_or_else(not_there)
    }

    /// The frame of the record read last.
    pub(super) fn view(&self) -> &FrameView {
        self.view.as_ref().expect("a record was read")
    }

    fn is_after(&mut self, at: Position, bound: Bound) -> Result<bool, HistoryError> {
        match bound {
            Bound::Place(last) => Ok(at > last),
            _ => Ok(at != Position::NONE && self.record(at)?.is_after(bound)),
        }
    }

    /// The newest record from `from` on back that is not after `bound`. Each link taken is noted in `links`.
    pub(super) fn find(
        &mut self,
        from: Position,
        bound: Bound,
        links: &mut Vec<Position>,
    ) -> Result<Found, HistoryError> {
        let mut found = Found { at: from, passed: Vec::new() };
        // The links of 64 neighbours lead to the same far one: it is tried once.
        let mut too_far = None;
        while found.at != Position::NONE {
            let record = self.record(found.at)?;
            if !record.is_after(bound) {
                break;
            }
            let previous = record.entry.previous();
            let link = match &record.entry {
                Entry::Posting(posting) => posting.link,
                _ => None,
            };
            let mut to = None;
            if let Some(link) = link {
                if too_far != Some(link.far) {
                    let take = self.is_after(link.far, bound)?;
                    (to, too_far) = if take { (Some(link.far), None) } else { (None, Some(link.far)) };
                }
                if to.is_none() && self.is_after(link.near, bound)? {
                    to = Some(link.near);
                }
            }
            if let Some(to) = to {
                links.push(to);
                found = Found { at: to, passed: Vec::new() };
            } else {
                found.passed.push(found.at);
                found.at = previous;
            }
        }
        Ok(found)
    }

    /// The debit-positive balance after the record at `at`: that of the newest posting up to it.
    pub(super) fn balance(&mut self, mut at: Position) -> Result<i128, HistoryError> {
        while at != Position::NONE {
            let record = self.record(at)?;
            if let Entry::Posting(posting) = &record.entry {
                return Ok(posting.balance_after);
            }
            at = record.entry.previous();
        }
        Ok(0)
    }

    /// The sum of open holds after the record at `at`.
    pub(super) fn frozen(&mut self, at: Position) -> Result<i64, HistoryError> {
        if at == Position::NONE {
            return Ok(0);
        }
        Ok(match self.record(at)?.entry {
            Entry::Posting(posting) => posting.frozen_after,
            Entry::Held(held) => held.frozen_after,
            Entry::Changed(changed) => changed.frozen,
            Entry::Opened(_) => 0,
        })
    }
}

/// Chain records in order of the books, found from links on.
pub(super) struct Upwards {
    /// Records after what was given so far, newest first: the newest of all and links that a search took.
    links: Vec<Position>,
    /// What comes next, newest first.
    ready: Vec<Position>,
    last: Position,
}

impl Upwards {
    /// The records after `after`, up to `newest`.
    pub(super) fn new(after: Position, newest: Position) -> Upwards {
        Upwards { links: vec![newest], ready: Vec::new(), last: after }
    }

    /// The next record, or `None` after the newest.
    pub(super) fn next(&mut self, chain: &mut Chain<'_>) -> Result<Option<Position>, HistoryError> {
        while self.ready.is_empty() {
            while self.links.last().is_some_and(|link| *link <= self.last) {
                self.links.pop();
            }
            let Some(&from) = self.links.last() else { return Ok(None) };
            self.ready = chain.find(from, Bound::Place(self.last), &mut self.links)?.passed;
        }
        self.last = self.ready.pop().expect("it was just seen not to be empty");
        Ok(Some(self.last))
    }
}

fn entry_at(view: &FrameView, at: Position) -> Result<Option<Entry<'_>>, HistoryError> {
    let bytes = section(view, SectionKind::Entries, at.section)?;
    let start = usize::try_from(at.slot).ok().and_then(|slot| slot.checked_mul(8));
    let found = start.and_then(|start| Entry::read(bytes.get(start..)?));
    Ok(found.map(|(entry, _)| entry))
}
