//! One transaction with its legs, from its record.

use std::collections::{BTreeMap, VecDeque};

use longmen_wal::FrameView;

use super::{History, HistoryError, head_of, notes_of, section, tail_of};
use crate::ledger::{
    AccountId, Action, Amount, ClientId, Date, EntityId, Entry, Head, HotLeg, Movement, Named, Outcome,
    Posting, Rejection, ReplayError, SectionKind, Side, TransactionId, notes::Note, read_tail,
};
use crate::recovery::records;

/// A transaction as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionRecord {
    /// The client.
    pub client: ClientId,
    /// The client's id for it.
    pub id: TransactionId,
    /// The entity of its first account.
    pub entity: EntityId,
    /// What it does.
    pub action: Action,
    /// The transaction or hold that it names, if any.
    pub named: Option<Named>,
    /// Why it was refused, or `None`: posted, or tried. A cancelled id is [`Rejection::Cancelled`].
    pub rejection: Option<Rejection>,
    /// The step that a refusal speaks of, else 0.
    pub step: u16,
    /// The accounting date.
    pub accounting_date: Date,
    /// The value date.
    pub value_date: Date,
    /// When it was logged, in microseconds since 1970.
    pub time_us: i64,
    /// The notes that came with it.
    pub notes: Vec<(Note, String)>,
    /// Its legs, in step order; none where it was refused.
    pub legs: Vec<RecordedLeg>,
    /// The frame that holds it.
    pub frame: u64,
    /// Its ordinal among the frame's transactions.
    pub ordinal: u32,
}
/// A leg as the log has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedLeg {
    /// The account.
    pub account: AccountId,
    /// The leg's step.
    pub step: u16,
    /// Debit or credit.
    pub side: Side,
    /// Minor units.
    pub amount: Amount,
    /// The account's balance after it, debit-positive.
    pub balance_after: i128,
    /// Whether its entry is merged with others of the frame.
    pub merged: bool,
}

impl History {
    /// The transaction with this place in the log, or `None` where the frame has no such ordinal.
    ///
    /// # Errors
    /// [`HistoryError`], where the frame is not there or cannot be read.
    pub fn transaction(&self, frame: u64, ordinal: u32) -> Result<Option<TransactionRecord>, HistoryError> {
        let view = self.frame(frame)?;
        let Some(head) = head_of(&view, ordinal)? else { return Ok(None) };
        let mut legs = Vec::new();
        if head.outcome == Outcome::Posted {
            legs = plain_legs(&view, ordinal)?;
            legs.extend(hot_legs(&view, ordinal, &head)?);
            legs.sort_unstable_by_key(|leg| leg.step);
        }
        let rejection = match head.outcome {
            Outcome::Posted | Outcome::Tried => None,
            Outcome::Refused(rejection) => Some(rejection),
            Outcome::Cancelled => Some(Rejection::Cancelled),
        };
        let tail = tail_of(&view, &head)?;
        Ok(Some(TransactionRecord {
            client: head.client,
            id: head.id,
            entity: head.entity,
            action: head.action,
            named: tail.named,
            rejection,
            step: head.step,
            accounting_date: head.accounting_date,
            value_date: head.value_date,
            time_us: view.time_us(),
            notes: notes_of(tail.notes),
            legs,
            frame,
            ordinal,
        }))
    }
}

fn plain_legs(view: &FrameView, ordinal: u32) -> Result<Vec<RecordedLeg>, HistoryError> {
    let records = records::<HistoryError>(view)?;
    let mut legs = Vec::new();
    for entry in records.entries() {
        let (_, Entry::Posting(posting)) = entry? else { continue };
        let Movement::Leg { transaction, step, side, amount } = posting.movement else { continue };
        if transaction == ordinal {
            let (account, balance_after) = (posting.account, posting.balance_after);
            legs.push(RecordedLeg { account, step, side, amount, balance_after, merged: false });
        }
    }
    Ok(legs)
}

/// The legs on hot accounts: each one's balance is that before its merged entry, plus the legs ahead of it in the order
/// of the log.
fn hot_legs(view: &FrameView, ordinal: u32, head: &Head) -> Result<Vec<RecordedLeg>, HistoryError> {
    let tails = section(view, SectionKind::Tails, 0)?;
    let wanted = tail_of(view, head)?.hot_legs;
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let records = records::<HistoryError>(view)?;
    let mut running: BTreeMap<AccountId, Running> =
        wanted.iter().map(|leg| (leg.account, Running::default())).collect();
    for entry in records.entries() {
        if let (_, Entry::Posting(posting)) = entry?
            && let Some(running) = running.get_mut(&posting.account)
        {
            running.note(&posting);
        }
    }
    let mut legs = Vec::new();
    for (other, head) in (0..=ordinal).zip(records.heads()) {
        let head = head?;
        let tail = read_tail(&head, tails).unwrap_or_default();
        for leg in tail.hot_legs.iter().filter(|_| head.outcome == Outcome::Posted) {
            let Some(balance_after) = running.get_mut(&leg.account).map(|running| running.book(leg)) else {
                continue;
            };
            if other == ordinal {
                let HotLeg { account, amount, step, side } = *leg;
                let balance_after = balance_after.ok_or_else(|| ReplayError {
                    frame: view.number().0,
                    what: format!(
                        "no merged entry of account {account} for a leg of transaction {}",
                        head.id
                    ),
                })?;
                legs.push(RecordedLeg { account, step, side, amount, balance_after, merged: true });
            }
        }
    }
    Ok(legs)
}

/// The balance of a hot account while the legs of a frame are gone through.
#[derive(Default)]
struct Running {
    balance: i128,
    /// Legs left of the merged entry that the balance is in.
    left: u32,
    /// Further merged entries: the balance before, and how many legs.
    merged: VecDeque<(i128, u32)>,
}

impl Running {
    fn note(&mut self, posting: &Posting) {
        if let Movement::Merged { count, .. } = posting.movement {
            self.merged.push_back((posting.balance_after - posting.movement.signed(), count));
        }
    }

    /// The balance after the next leg; `None` where no merged entry is left for it.
    fn book(&mut self, leg: &HotLeg) -> Option<i128> {
        if self.left == 0 {
            (self.balance, self.left) = self.merged.pop_front()?;
        }
        self.left = self.left.checked_sub(1)?;
        self.balance += leg.side.signed(leg.amount);
        Some(self.balance)
    }
}
