//! Replay: from the records of a log's frames, in order, to the books as they were. It sets values and runs no
//! business rule, so an upgrade cannot change history.

use std::collections::BTreeMap;

use super::admin::{Admin, admin_records};
use super::contradiction::Contradiction;
use super::coordinator::{Coordinator, MOST_HOT, SectionKind, Settings};
use super::deed::Action;
use super::entry::{self, Entry, Movement, entries};
use super::head::{HEAD_BYTES, Head, Outcome, Tail, read_tail};
use super::id_index::FETCHED;
use super::ids::{AccountId, Position, ShardId, TransactionKey};
use super::image::{LINE_IMAGE, RowImage};
use super::known_ids::{Decided, IdHash, KnownIds};
use super::line::Line;
use super::originals::Originals;
use super::registry::Registry;
use super::shard::{Shard, shard_of};

/// The records of one frame, as they stand in the log.
#[derive(Clone, Debug)]
pub struct FrameRecords<'a> {
    /// The frame's number.
    pub number: u64,
    /// Its logged time, in microseconds since 1970.
    pub time_us: i64,
    /// Kind, owner and bytes of each section, in the order of the log.
    pub sections: Vec<(SectionKind, u16, &'a [u8])>,
}

/// The last second that a frame's logged time may lie in: the clients' own times end there.
const LAST_SECOND: i64 = u32::MAX as i64;

/// Whether a frame may have been logged at this moment.
pub(crate) fn is_logged_time(time_us: i64) -> bool {
    (0..=LAST_SECOND * 1_000_000).contains(&time_us)
}

/// Bytes under a good sum that no ledger of this version writes, or that say what cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("frame {frame}: {what}")]
pub struct ReplayError {
    /// The frame.
    pub frame: u64,
    /// What cannot be read or cannot be, and where.
    pub what: String,
}

impl<'a> FrameRecords<'a> {
    /// The records of a frame, as they stand in the log.
    ///
    /// # Errors
    /// [`ReplayError`] where its time is none that a ledger logs.
    pub fn new(
        number: u64,
        time_us: i64,
        sections: Vec<(SectionKind, u16, &'a [u8])>,
    ) -> Result<FrameRecords<'a>, ReplayError> {
        let records = FrameRecords { number, time_us, sections };
        if !is_logged_time(time_us) {
            return Err(records.error(format!("{time_us} is no time that is logged")));
        }
        Ok(records)
    }
}

impl FrameRecords<'_> {
    fn sections_of(&self, wanted: SectionKind) -> impl Iterator<Item = (u16, &[u8])> {
        self.sections
            .iter()
            .filter(move |(kind, ..)| *kind == wanted)
            .map(|(_, owner, bytes)| (*owner, *bytes))
    }

    pub(super) fn error(&self, what: impl Into<String>) -> ReplayError {
        ReplayError { frame: self.number, what: what.into() }
    }

    pub(super) fn unreadable_entry(&self, owner: u16) -> ReplayError {
        self.error(format!("an entry of shard {owner} cannot be read"))
    }

    /// The sections of entries, with the shards that wrote them.
    pub(super) fn entries_sections(&self) -> impl Iterator<Item = (u16, &[u8])> {
        self.sections_of(SectionKind::Entries)
    }

    /// The entries of the frame with their positions.
    pub fn entries(&self) -> impl Iterator<Item = Result<(Position, Entry<'_>), ReplayError>> {
        self.sections_of(SectionKind::Entries).flat_map(move |(owner, bytes)| {
            entries(bytes).map(move |entry| {
                let (slot, entry) = entry.ok_or_else(|| self.unreadable_entry(owner))?;
                Ok((Position { frame: self.number, slot, section: owner }, entry))
            })
        })
    }

    /// The tail of a transaction of the frame.
    fn tail(&self, head: &Head) -> Result<Tail<'_>, ReplayError> {
        let tails = self.sections_of(SectionKind::Tails).next().map_or(&[][..], |(_, bytes)| bytes);
        read_tail(head, tails).ok_or_else(|| self.error(format!("the tail of transaction {}", head.id)))
    }

    /// What the legs in entries of their own move, debit-positive, by ordinal of their transaction.
    fn plain_legs(&self) -> Result<BTreeMap<u32, Vec<(AccountId, i128)>>, ReplayError> {
        let mut legs: BTreeMap<u32, Vec<(AccountId, i128)>> = BTreeMap::new();
        for entry in self.entries() {
            if let (_, Entry::Posting(posting)) = entry?
                && let Movement::Leg { transaction, .. } = posting.movement
            {
                legs.entry(transaction).or_default().push((posting.account, posting.movement.signed()));
            }
        }
        Ok(legs)
    }

    /// The heads of the frame's transactions, by ordinal.
    pub fn heads(&self) -> impl Iterator<Item = Result<Head, ReplayError>> {
        self.sections_of(SectionKind::Heads).flat_map(move |(_, bytes)| {
            let count = u32::try_from(bytes.len().div_ceil(HEAD_BYTES)).unwrap_or(u32::MAX);
            (0..count).map(move |ordinal| {
                Head::read(bytes, ordinal).ok_or_else(|| self.error(format!("head {ordinal} cannot be read")))
            })
        })
    }

    /// The administrative records of the frame.
    pub fn admin(&self) -> impl Iterator<Item = Result<Admin, ReplayError>> {
        self.sections_of(SectionKind::Admin).flat_map(move |(_, bytes)| {
            admin_records(bytes)
                .map(|record| record.ok_or_else(|| self.error("an administrative record cannot be read")))
        })
    }
}

impl KnownIds {
    /// Takes the transaction ids of a frame.
    ///
    /// # Errors
    /// [`ReplayError`] where a head cannot be read, or an id has a record before.
    pub fn replay(&mut self, frame: &FrameRecords<'_>) -> Result<(), ReplayError> {
        let mut heads = frame.heads();
        let (mut some, mut ahead) = (Vec::with_capacity(FETCHED), Vec::with_capacity(FETCHED));
        self.fetch_heads(&mut heads, &mut ahead)?;
        let mut ordinal = 0;
        while !ahead.is_empty() {
            std::mem::swap(&mut some, &mut ahead);
            self.fetch_heads(&mut heads, &mut ahead)?;
            for (hash, head) in &some {
                self.take(frame, ordinal, *hash, head)?;
                ordinal += 1;
            }
        }
        Ok(())
    }

    /// Reads some heads, and has the processor fetch what their look-ups read.
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
        hash: IdHash,
        head: &Head,
    ) -> Result<(), ReplayError> {
        let &Head { client, id, content, outcome, step, .. } = head;
        #[cfg(feature = "planted-bugs")]
        if id.0 % 7 == 3 && crate::planted::is(crate::planted::Bug::KnownIdLost) {
            return Ok(());
        }
        let decided = Decided { content, outcome, step, frame: frame.number, ordinal };
        self.restore(hash, client, id, &decided, frame.time_us).map_err(|what| frame.error(what.to_string()))
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
        let naming = [Action::Reverse, Action::Refund, Action::Confirm, Action::CancelTry];
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

/// Why an entry was not taken.
enum Refused {
    Unreadable,
    Contradicts(AccountId, Contradiction),
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

/// Takes the rows that a snapshot of so many accounts has, into shards that have nothing yet. None has seen anything behind
/// frame `last`.
///
/// # Errors
/// In words, what cannot be read, or is there twice.
pub fn restore_rows(shards: &mut [Shard], accounts: usize, images: &[u8], last: u64) -> Result<(), String> {
    // The snapshot that lies about this is what the bug is about.
    #[cfg(feature = "planted-bugs")]
    let last = if crate::planted::is(crate::planted::Bug::SnapshotTooEarly) { u64::MAX } else { last };
    let count = u16::try_from(shards.len()).expect("shards are counted in a u16");
    let mut rest = images;
    while !rest.is_empty() {
        let image = RowImage::read(rest).filter(|image| image.row.last.frame <= last);
        let image = image.ok_or("a row cannot be read")?;
        rest = &rest[image.length..];
        // What was opened later comes from the frames behind the snapshot, with all that happened to it.
        let id = image.account;
        if id.index().is_some_and(|index| index < accounts) {
            let shard = &mut shards[usize::from(shard_of(id, count).0)];
            shard.restore_row(image).map_err(|what| format!("account {id}: {what}"))?;
        }
    }
    Ok(())
}

/// The books rebuilt from a log: what a node goes on from.
#[derive(Clone, Debug)]
pub struct Rebuilt {
    /// The names.
    pub registry: Registry,
    /// The known ids.
    pub known: KnownIds,
    /// What became of originals.
    pub originals: Originals,
    /// The shards.
    pub shards: Vec<Shard>,
    /// The newest frame.
    pub frame: u64,
    /// Its logged time.
    pub time_us: i64,
}

impl Rebuilt {
    /// Nothing yet.
    #[must_use]
    pub fn empty(settings: &Settings) -> Rebuilt {
        Rebuilt {
            registry: Registry::new(settings.seed),
            known: KnownIds::new(settings.seed, settings.known_ids, settings.keep_ids_us()),
            originals: Originals::default(),
            shards: (0..settings.shards).map(|id| Shard::new(ShardId(id), settings.shards)).collect(),
            frame: 0,
            time_us: 0,
        }
    }

    /// Makes room for the accounts whose opened entries these are, and says how many they are.
    pub fn reserve(&mut self, names: &FrameRecords<'_>) -> usize {
        let accounts = names.entries_sections().map(|(_, section)| entry::count_opened(section)).sum();
        self.registry.reserve(accounts);
        let rows = accounts.div_ceil(self.shards.len());
        self.shards.iter_mut().for_each(|shard| shard.reserve(rows));
        accounts
    }

    /// Takes the lines that a snapshot has, when its names and rows were taken, and nothing else.
    ///
    /// # Errors
    /// What cannot be read, or rows that are not those of the accounts.
    pub fn restore_lines(&mut self, lines: &[u8]) -> Result<(), ReplayError> {
        let error = |what: String| ReplayError { frame: self.frame, what };
        let known = self.registry.lines().len();
        for image in lines.chunks(LINE_IMAGE) {
            let line = Line::read_image(image).filter(|(id, _)| (id.0 as usize) < known);
            let (id, line) = line.ok_or_else(|| error("a line cannot be read".into()))?;
            self.shards[0].restore_line(id, &line);
        }
        let mut missing = self.registry.accounts().len();
        for (id, row) in self.shards.iter().flat_map(Shard::rows) {
            if !self.registry.account(id).is_some_and(|account| row.is_of(account)) {
                return Err(error(format!("account {id}: {}", Contradiction::Row)));
            }
            missing -= 1;
        }
        if missing > 0 {
            return Err(error(Contradiction::Rows(missing).to_string()));
        }
        let lines = self.shards[0].lines().to_vec();
        self.shards.iter_mut().for_each(|shard| shard.know_lines(&lines));
        Ok(())
    }

    /// Takes the next frame.
    ///
    /// # Errors
    /// [`ReplayError`] where a record cannot be read, or does not follow from those before it.
    pub fn replay(&mut self, frame: &FrameRecords<'_>) -> Result<(), ReplayError> {
        self.registry.replay(frame)?;
        self.known.replay(frame)?;
        self.originals.replay(frame)?;
        for shard in &mut self.shards {
            shard.replay_frame(frame)?;
        }
        self.frame = frame.number;
        self.time_us = self.time_us.max(frame.time_us);
        Ok(())
    }

    /// Looks at what no single record shows: that the hot accounts are no more than a node may have.
    ///
    /// # Errors
    /// [`ReplayError`] where they are.
    pub fn check(&self) -> Result<(), ReplayError> {
        let hot = self.shards.iter().flat_map(Shard::rows).filter(|(_, row)| row.hot()).count();
        if hot <= MOST_HOT {
            return Ok(());
        }
        Err(ReplayError { frame: self.frame, what: Contradiction::Hot(hot).to_string() })
    }

    /// The coordinator and the shards that go on from here.
    #[must_use]
    pub fn go_on(mut self, settings: Settings) -> (Coordinator, Vec<Shard>) {
        self.shards.iter_mut().for_each(Shard::end_replay);
        let Rebuilt { registry, known, originals, frame, time_us, shards } = self;
        let mut coordinator = Coordinator::new(settings, registry, known, originals, frame, time_us);
        shards.iter().for_each(|shard| coordinator.know(shard));
        (coordinator, shards)
    }
}
