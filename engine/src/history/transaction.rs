//! One transaction with its legs, from its record.

use std::collections::{BTreeMap, VecDeque};

use longmen_wal::{FrameView, ReadError};

use super::{History, HistoryError, head_of, notes_of, section, tail_of};
use crate::ledger::{
    AccountId, ActionCode, Amount, ClientId, Date, EntityId, Entry, Head, HoldMove, HotLeg, Movement, Named,
    Outcome, Posting, RecordPlace, Rejection, ReplayError, SectionKind, Side, TransactionId,
    notes::{Note, TextIds},
    read_tail,
};
use crate::recovery::records;

/// A transaction as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionRecord {
    pub client: ClientId,
    /// The client's id for it.
    pub id: TransactionId,
    /// The text that the id was given as; empty where it was a number.
    pub text_id: Box<str>,
    /// The entity of its first account.
    pub entity: EntityId,
    /// What it does.
    pub action: ActionCode,
    /// The transaction or hold that it names, if any.
    pub named: Option<Named>,
    /// The text of the id that it names; empty where both it and what it names were given as numbers.
    pub named_text: Box<str>,
    /// Why it was refused, or `None`: posted, or tried. A cancelled id is [`Rejection::Cancelled`].
    pub rejection: Option<Rejection>,
    /// The step that a refusal speaks of, else 0.
    pub step: u16,
    pub accounting_date: Date,
    pub value_date: Date,
    /// When it was logged, in microseconds since 1970.
    pub time_us: i64,
    /// The notes that came with it.
    pub notes: Vec<(Note, String)>,
    /// Its legs, in step order; none where it was refused or tried, and none of what was merely looked for.
    pub legs: Vec<RecordedLeg>,
    /// Of a try the legs that its confirm posts; none where it was merely looked for.
    pub tried: Vec<HotLeg>,
    /// What it did to holds, by accounts; none where it was merely looked for.
    pub held: Vec<HoldMoved>,
    /// The frame that holds it.
    pub frame: u64,
    /// Its ordinal among the frame's transactions.
    pub ordinal: u32,
}

/// What a transaction did to a hold of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldMoved {
    /// The account.
    pub account: AccountId,
    /// What became of the hold.
    pub moved: HoldMove,
    /// By how much, in minor units.
    pub amount: i64,
}

/// A leg as the log has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedLeg {
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
    /// The transaction with this place in the log, or `None` where no record of one lies there.
    ///
    /// # Errors
    /// [`HistoryError`], where the frame cannot be read.
    pub fn transaction(&self, frame: u64, ordinal: u32) -> Result<Option<TransactionRecord>, HistoryError> {
        let view = match self.frame(frame) {
            Ok(view) => view,
            // Whoever names a place may name any.
            Err(HistoryError::Read(ReadError::NotDurable { .. } | ReadError::BeforeFirst { .. })) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let Some(head) = head_of(&view, ordinal)? else { return Ok(None) };
        let mut record = record_of(&view, ordinal, &head)?;
        record.legs =
            legs_of(&view, &BTreeMap::from([(ordinal, &head)]))?.remove(&ordinal).unwrap_or_default();
        if head.outcome == Outcome::Tried {
            record.tried = tail_of(&view, &head)?.hot_legs;
        }
        if record.rejection.is_none() && moves_holds(head.action) {
            record.held = holds_moved(&view, ordinal)?;
        }
        if let Some(named) = record.named.filter(|_| record.named_text.is_empty()) {
            record.named_text = self.text_of_named(&view, ordinal, &named)?;
        }
        Ok(Some(record))
    }

    /// The text of what a transaction names by number: an original keeps its own, a hold brings it along in its moves.
    fn text_of_named(&self, view: &FrameView, ordinal: u32, named: &Named) -> Result<Box<str>, HistoryError> {
        if named.place != RecordPlace::default() {
            let there = self.frame(named.place.frame)?;
            let head = head_of(&there, named.place.ordinal)?
                .filter(|head| (head.client, head.id) == (named.key.client, named.key.id));
            let Some(head) = head else { return Ok(Box::default()) };
            return Ok(TextIds::read(tail_of(&there, &head)?.notes).own.into());
        }
        for entry in records::<HistoryError>(view)?.entries() {
            if let (_, Entry::Held(held)) = entry?
                && (held.transaction, held.hold.key) == (Some(ordinal), named.key)
            {
                return Ok(held.hold.terms.text_id);
            }
        }
        Ok(Box::default())
    }
}

/// What head and tail say of a transaction: all but its legs.
pub(super) fn record_of(
    view: &FrameView,
    ordinal: u32,
    head: &Head,
) -> Result<TransactionRecord, HistoryError> {
    let rejection = match head.outcome {
        Outcome::Posted | Outcome::Tried => None,
        Outcome::Refused(rejection) => Some(rejection),
        Outcome::Cancelled => Some(Rejection::Cancelled),
    };
    let tail = tail_of(view, head)?;
    let texts = TextIds::read(tail.notes);
    Ok(TransactionRecord {
        client: head.client,
        id: head.id,
        text_id: texts.own.into(),
        entity: head.entity,
        action: head.action,
        named: tail.named,
        named_text: texts.named.into(),
        rejection,
        step: head.step,
        accounting_date: head.accounting_date,
        value_date: head.value_date,
        time_us: view.time_us(),
        notes: notes_of(tail.notes),
        legs: Vec::new(),
        tried: Vec::new(),
        held: Vec::new(),
        frame: view.number().0,
        ordinal,
    })
}

/// Whether an action may do something to a hold.
fn moves_holds(action: ActionCode) -> bool {
    match action {
        ActionCode::Post | ActionCode::Refund | ActionCode::CarryForward | ActionCode::Charge => false,
        ActionCode::Freeze
        | ActionCode::Unfreeze
        | ActionCode::Consume
        | ActionCode::Reverse
        | ActionCode::Try
        | ActionCode::Confirm
        | ActionCode::CancelTry
        | ActionCode::Raise => true,
    }
}

fn holds_moved(view: &FrameView, ordinal: u32) -> Result<Vec<HoldMoved>, HistoryError> {
    let mut held = Vec::new();
    for entry in records::<HistoryError>(view)?.entries() {
        if let (_, Entry::Held(hold)) = entry?
            && hold.transaction == Some(ordinal)
        {
            held.push(HoldMoved { account: hold.account, moved: hold.moved, amount: hold.amount });
        }
    }
    held.sort_unstable_by_key(|held| held.account);
    Ok(held)
}

/// The legs of transactions of a frame, each one's in step order; those that were not posted have none.
pub(super) fn legs_of(
    view: &FrameView,
    wanted: &BTreeMap<u32, &Head>,
) -> Result<BTreeMap<u32, Vec<RecordedLeg>>, HistoryError> {
    let posted = wanted.iter().filter(|(_, head)| head.outcome == Outcome::Posted);
    let mut legs: BTreeMap<u32, Vec<RecordedLeg>> =
        posted.map(|(ordinal, _)| (*ordinal, Vec::new())).collect();
    let Some(last) = legs.last_key_value().map(|(ordinal, _)| *ordinal) else { return Ok(legs) };
    let records = records::<HistoryError>(view)?;
    let mut hot = HotBalances::default();
    for entry in records.entries() {
        let (_, Entry::Posting(posting)) = entry? else { continue };
        let Movement::Leg { transaction, step, side, amount } = posting.movement else {
            hot.note(&posting);
            continue;
        };
        if let Some(legs) = legs.get_mut(&transaction) {
            let (account, balance_after) = (posting.account, posting.balance_after);
            legs.push(RecordedLeg { account, step, side, amount, balance_after, merged: false });
        }
    }
    let mut tails = wanted.values().map(|head| tail_of(view, head));
    if tails.try_fold(false, |has, tail| tail.map(|tail| has || !tail.hot_legs.is_empty()))? {
        hot.go_through(view, last, &mut legs)?;
    }
    legs.values_mut().for_each(|legs| legs.sort_unstable_by_key(|leg| leg.step));
    Ok(legs)
}

/// Balances of a frame's hot accounts while their legs are gone through. Each leg's balance is that before its merged entry, plus
/// the legs ahead of it in the order of the log.
#[derive(Default)]
struct HotBalances(BTreeMap<AccountId, Running>);

impl HotBalances {
    fn note(&mut self, posting: &Posting) {
        if matches!(posting.movement, Movement::Merged { .. }) {
            self.0.entry(posting.account).or_default().note(posting);
        }
    }

    /// Books the legs of a frame up to a transaction, and gives `wanted` those of its own.
    fn go_through(
        &mut self,
        view: &FrameView,
        last: u32,
        wanted: &mut BTreeMap<u32, Vec<RecordedLeg>>,
    ) -> Result<(), HistoryError> {
        let tails = section(view, SectionKind::Tails, 0)?;
        for (ordinal, head) in (0..=last).zip(records::<HistoryError>(view)?.heads()) {
            let head = head?;
            let tail = read_tail(&head, tails).unwrap_or_default();
            for leg in tail.hot_legs.iter().filter(|_| head.outcome == Outcome::Posted) {
                let HotLeg { account, amount, step, side } = *leg;
                let balance_after = self.0.get_mut(&account).and_then(|running| running.book(leg));
                let Some(legs) = wanted.get_mut(&ordinal) else { continue };
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
        Ok(())
    }
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
