//! Transactions by their reference, or by an id that some client gave: a walk over the frames in which the dates asked for
//! were current. There is no index of references: a date narrows the walk, and a page bounds it.

use std::collections::{BTreeMap, BTreeSet};

use longmen_wal::{FrameNumber, FrameView};

use super::transaction::record_of;
use super::{History, HistoryError, TransactionRecord, section, tail_of};
use crate::ledger::{
    AccountId, Date, EntityId, Entry, HEAD_BYTES, Head, Movement, RecordPlace, ReplayError, SectionKind,
    TransactionId,
    notes::{self, Note},
    notes_at,
};
use crate::recovery::records;

/// A page ends with the frame in which it has looked at so many transactions.
const HEADS: u64 = 262_144;

/// What is known of the transactions that are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sought {
    /// Their reference (业务流水号), whole.
    Reference(Box<str>),
    /// Their id, which several clients may have given.
    Id(TransactionId),
}

/// Which transactions are looked for, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindQuery {
    /// What is known of them.
    pub sought: Sought,
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
    /// How many transactions a page has at most; 0 counts as 1.
    pub limit: usize,
    /// How many frames a page looks at, at most; 0 counts as 1.
    pub frames: u64,
}

/// A page of what was found, in the order of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundPage {
    /// The transactions, without their legs.
    pub transactions: Vec<TransactionRecord>,
    /// Of each the accounts that it touches, where the query names an entity that is not its first account's: it is only
    /// meant if one of them is that entity's. A refused one touches none.
    pub touched: Vec<BTreeSet<AccountId>>,
    /// The record with which the next page begins, if the walk is not at its end; a page may be empty and not the last.
    pub next: Option<RecordPlace>,
}

impl History {
    /// The transactions that `query` asks for: posted, tried, refused and cancelled ones. A page ends early when it has
    /// looked at as many frames as it may, or at 262,144 transactions.
    ///
    /// # Errors
    /// [`HistoryError`], where a frame cannot be read.
    pub fn find(&self, query: &FindQuery) -> Result<FoundPage, HistoryError> {
        let mut page = FoundPage::default();
        let (mut frames, mut heads) = (0, 0);
        let mut first = query.begin.ordinal;
        for view in self.reader.frames(FrameNumber(query.begin.frame)) {
            let view = view?;
            let frame = view.number().0;
            if frame > query.last {
                break;
            }
            if frames >= query.frames.max(1) || heads >= HEADS {
                page.next = Some(RecordPlace { frame, ordinal: 0 });
                break;
            }
            let section = section(&view, SectionKind::Heads, 0)?;
            let count = u32::try_from(section.len() / HEAD_BYTES).expect("a frame is below 2^32 bytes");
            let mut wanted = Vec::new();
            for ordinal in first..count {
                let head = Head::read(section, ordinal).ok_or_else(|| ReplayError {
                    frame,
                    what: format!("the head of transaction {ordinal}"),
                })?;
                if !query.wants(&view, &head)? {
                    continue;
                }
                if page.transactions.len() + wanted.len() >= query.limit.max(1) {
                    page.next = Some(RecordPlace { frame, ordinal });
                    break;
                }
                wanted.push((ordinal, head));
            }
            page.take(&view, query, &wanted)?;
            if page.next.is_some() {
                break;
            }
            (first, frames, heads) = (0, frames + 1, heads + u64::from(count));
        }
        Ok(page)
    }
}

impl FoundPage {
    /// Takes in what was found in a frame.
    fn take(
        &mut self,
        view: &FrameView,
        query: &FindQuery,
        found: &[(u32, Head)],
    ) -> Result<(), HistoryError> {
        let is_others = |head: &Head| query.entity.is_some_and(|entity| head.entity != entity);
        let others = found.iter().filter(|(_, head)| is_others(head));
        let others = others.map(|(ordinal, head)| (*ordinal, head)).collect();
        let mut touched = touched(view, &others)?;
        for (ordinal, head) in found {
            self.transactions.push(record_of(view, *ordinal, head)?);
            self.touched.push(touched.remove(ordinal).unwrap_or_default());
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
        let known = match &self.sought {
            Sought::Id(id) => head.id == *id,
            Sought::Reference(wanted) => {
                let notes = notes_at(head, section(view, SectionKind::Tails, 0)?).unwrap_or_default();
                notes::read(notes).any(|(note, text)| note == Note::Reference && text == &**wanted)
            }
        };
        Ok(known && (self.from..=self.to).contains(&head.accounting_date))
    }
}
