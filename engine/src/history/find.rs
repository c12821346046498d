//! Transactions by their reference, by an id that some client gave, or all of some dates: a walk over the frames in which the
//! dates asked for were current. There is no index of references: a date narrows the walk, and a page bounds it.

use std::collections::{BTreeMap, BTreeSet};

use longmen_wal::{FrameNumber, FrameView};

use super::transaction::{legs_of, record_of};
use super::{History, HistoryError, TransactionRecord, section, tail_of};
use crate::ledger::{
    AccountId, ClientId, Date, EntityId, Entry, HEAD_BYTES, Head, Movement, Outcome, RecordPlace,
    ReplayError, SectionKind, TransactionId,
    notes::{self, Note},
    notes_at,
};
use crate::recovery::records;

/// A page has so many transactions at most of which is still to be told whether they touch the entity.
const UNSURE: usize = 1_024;

/// A page ends behind the transaction with which it has so many legs.
const MOST_LEGS: usize = 8_192;

/// What is known of the transactions that are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sought {
    /// Their reference (业务流水号), whole.
    Reference(Box<str>),
    /// Their id, which several clients may have given.
    Id(TransactionId),
    /// Nothing but their dates.
    All,
}

/// What became of the transactions that are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcomes {
    /// They were posted, or tried.
    Done,
    /// They were refused or cancelled.
    Refused,
    All,
}

impl Outcomes {
    /// The name as programs see it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Outcomes::Done => "done",
            Outcomes::Refused => "refused",
            Outcomes::All => "all",
        }
    }
}

/// Which transactions are looked for, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindQuery {
    /// What is known of them.
    pub sought: Sought,
    /// The client that asked for them; `None`: any.
    pub client: Option<ClientId>,
    /// What became of them.
    pub outcomes: Outcomes,
    /// Whose they are. The log tells the entity of their first account alone: of all others the page says which accounts
    /// they touch. `None`: anyone's.
    pub entity: Option<EntityId>,
    /// The first accounting date.
    pub from: Date,
    /// The last accounting date.
    pub to: Date,
    /// The first record to look at.
    pub begin: RecordPlace,
    /// The last frame to look at.
    pub last: u64,
    /// Whether they are wanted with their legs.
    pub legs: bool,
    /// How many transactions of the entity a page has at most, those aside of which it is still to be told; 0 counts as 1.
    pub limit: usize,
    /// How many frames a page looks at, at most; 0 counts as 1.
    pub frames: u64,
    /// It ends with the frame in which it has looked at so many transactions.
    pub heads: u64,
}

/// A page of what was found, in the order of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundPage {
    /// The transactions, with their legs where they are asked for; of a try it is never told what it set aside.
    pub transactions: Vec<TransactionRecord>,
    /// Of each the accounts that it touches, where the query names an entity that is not its first account's: it is only
    /// meant if one of them is that entity's. A refused one touches none.
    pub touched: Vec<BTreeSet<AccountId>>,
    /// The record with which the next page begins, if the walk is not at its end; a page may be empty and not the last.
    pub next: Option<RecordPlace>,
    /// How many frames it has looked at.
    pub frames: u64,
    /// How many transactions it has looked at, those of a frame that it did not come to the end of aside.
    pub heads: u64,
}

impl History {
    /// The transactions that `query` asks for. A page ends early when it has looked at as many frames or transactions as it
    /// may, or at 1,024 that are another entity's by their first account, or has 8,192 legs.
    ///
    /// # Errors
    /// [`HistoryError`], where a frame cannot be read.
    pub fn find(&self, query: &FindQuery) -> Result<FoundPage, HistoryError> {
        let mut filling = Filling { query, page: FoundPage::default(), own: 0, others: 0, legs: 0 };
        let mut first = query.begin.ordinal;
        for view in self.reader.frames(FrameNumber(query.begin.frame)) {
            let view = view?;
            let frame = view.number().0;
            if frame > query.last {
                break;
            }
            if filling.has_looked_enough() {
                filling.page.next = Some(RecordPlace { frame, ordinal: 0 });
                break;
            }
            if !filling.look(&view, first)? {
                break;
            }
            first = 0;
        }
        Ok(filling.page)
    }
}

/// A page while it fills.
struct Filling<'q> {
    query: &'q FindQuery,
    page: FoundPage,
    /// How many it has whose entity is the one asked for, and of which it is still to be told.
    own: usize,
    others: usize,
    /// How many legs they have.
    legs: usize,
}

impl Filling<'_> {
    fn has_looked_enough(&self) -> bool {
        self.page.frames >= self.query.frames.max(1) || self.page.heads >= self.query.heads
    }

    /// Looks at a frame from a record on; false: the page is full before its end.
    fn look(&mut self, view: &FrameView, first: u32) -> Result<bool, HistoryError> {
        let (frame, section) = (view.number().0, section(view, SectionKind::Heads, 0)?);
        let count = u32::try_from(section.len() / HEAD_BYTES).expect("a frame is below 2^32 bytes");
        let mut wanted = Vec::new();
        for ordinal in first..count {
            let head = Head::read(section, ordinal)
                .ok_or_else(|| ReplayError { frame, what: format!("the head of transaction {ordinal}") })?;
            if !self.query.wants(view, &head)? {
                continue;
            }
            if !self.has_room_for(&head) {
                self.page.next = Some(RecordPlace { frame, ordinal });
                break;
            }
            wanted.push((ordinal, head));
        }
        self.take(view, &wanted)?;
        self.page.frames += 1;
        self.page.heads += u64::from(count.saturating_sub(first));
        Ok(self.page.next.is_none())
    }

    /// Whether there is room for one more like this, which then is taken.
    fn has_room_for(&mut self, head: &Head) -> bool {
        let (count, most) = match self.query.is_others(head) {
            true => (&mut self.others, UNSURE),
            false => (&mut self.own, self.query.limit.max(1)),
        };
        let has_room = *count < most;
        *count += usize::from(has_room);
        has_room
    }

    /// Takes in what was found in a frame.
    fn take(&mut self, view: &FrameView, found: &[(u32, Head)]) -> Result<(), HistoryError> {
        let others = found.iter().filter(|(_, head)| self.query.is_others(head));
        let others = others.map(|(ordinal, head)| (*ordinal, head)).collect();
        let mut touched = touched(view, &others)?;
        let wanted = if self.query.legs { found } else { &[] };
        let mut legs = legs_of(view, &wanted.iter().map(|(ordinal, head)| (*ordinal, head)).collect())?;
        for (ordinal, head) in found {
            if self.legs >= MOST_LEGS {
                self.page.next = Some(RecordPlace { frame: view.number().0, ordinal: *ordinal });
                break;
            }
            let legs = legs.remove(ordinal).unwrap_or_default();
            self.legs += legs.len();
            self.page.transactions.push(TransactionRecord { legs, ..record_of(view, *ordinal, head)? });
            self.page.touched.push(touched.remove(ordinal).unwrap_or_default());
        }
        Ok(())
    }
}

/// The accounts that transactions of a frame touch, by postings, legs on hot accounts, and holds; of a try those of its legs.
fn touched(
    view: &FrameView,
    wanted: &BTreeMap<u32, &Head>,
) -> Result<BTreeMap<u32, BTreeSet<AccountId>>, HistoryError> {
    let mut touched: BTreeMap<u32, BTreeSet<AccountId>> = BTreeMap::new();
    if wanted.is_empty() {
        return Ok(touched);
    }
    for (ordinal, head) in wanted {
        let kept = tail_of(view, head)?.hot_legs;
        touched.insert(*ordinal, kept.iter().map(|leg| leg.account).collect());
    }
    for entry in records::<HistoryError>(view)?.entries() {
        let (account, by) = match entry?.1 {
            Entry::Posting(posting) => match posting.movement {
                Movement::Leg { transaction, .. } => (posting.account, Some(transaction)),
                _ => continue,
            },
            Entry::Held(held) => (held.account, held.transaction),
            _ => continue,
        };
        if let Some(accounts) = by.and_then(|by| touched.get_mut(&by)) {
            accounts.insert(account);
        }
    }
    Ok(touched)
}

impl FindQuery {
    fn wants(&self, view: &FrameView, head: &Head) -> Result<bool, HistoryError> {
        let is_refused = matches!(head.outcome, Outcome::Refused(_) | Outcome::Cancelled);
        // What was refused touches no account: it is nobody's but its first account's.
        if is_refused && self.is_others(head) {
            return Ok(false);
        }
        let is_meant = match self.outcomes {
            Outcomes::Done => !is_refused,
            Outcomes::Refused => is_refused,
            Outcomes::All => true,
        };
        let in_dates = (self.from..=self.to).contains(&head.accounting_date);
        if !is_meant || !in_dates || self.client.is_some_and(|client| client != head.client) {
            return Ok(false);
        }
        Ok(match &self.sought {
            Sought::Id(id) => head.id == *id,
            Sought::Reference(wanted) => {
                let notes = notes_at(head, section(view, SectionKind::Tails, 0)?).unwrap_or_default();
                notes::read(notes).any(|(note, text)| note == Note::Reference && text == &**wanted)
            }
            Sought::All => true,
        })
    }

    /// Whether the first account of a transaction is another entity's than the one asked for.
    fn is_others(&self, head: &Head) -> bool {
        self.entity.is_some_and(|entity| head.entity != entity)
    }
}
