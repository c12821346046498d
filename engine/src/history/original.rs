//! Originals: what the log has of transactions that others undo, refund, confirm or cancel.

use std::collections::BTreeMap;
use std::sync::Arc;

use longmen_wal::{FrameNumber, FrameView, ReadError};

use super::{History, HistoryError, head_of, kind_of, section};
use crate::ledger::{
    ActionCode, Amount, Charged, Currency, Entry, Head, HotLeg, Leg, Movement, Named, Original, Outcome,
    RecordPlace, SectionKind, TransactionKey, read_tail,
};
use crate::recovery::records;

/// A name, and where its record is said to lie.
type Wanted = (TransactionKey, RecordPlace);

impl History {
    /// The transactions of these names at these places, in order; `None` where another one lies there, or none. Their legs
    /// carry no currencies: those are their accounts', which the ledger knows. A frame is read once, however many of
    /// its transactions are wanted. What a refund gives back can be told only beside what it refunds, so that comes with
    /// it.
    ///
    /// # Errors
    /// [`HistoryError`], where a frame that is there cannot be read.
    pub fn originals(&self, wanted: &[Wanted]) -> Result<Vec<Option<Arc<Original>>>, HistoryError> {
        let mut found = self.read_originals(wanted)?;
        let refunds = found.iter_mut().flatten().filter(|it| it.action == ActionCode::Refund && it.done);
        for refund in refunds {
            let Some(Named { key, place, .. }) = refund.names else { continue };
            let refunded = self.read_originals(&[(key, place)])?.pop().flatten();
            *refund = Arc::new(Original { refunded, ..Original::clone(refund) });
        }
        Ok(found)
    }

    fn read_originals(&self, wanted: &[Wanted]) -> Result<Vec<Option<Arc<Original>>>, HistoryError> {
        let mut order: Vec<usize> = (0..wanted.len()).collect();
        order.sort_unstable_by_key(|index| wanted[*index].1);
        let mut found = vec![None; wanted.len()];
        for of_frame in order.chunk_by(|one, other| wanted[*one].1.frame == wanted[*other].1.frame) {
            let frame = wanted[of_frame[0]].1.frame;
            let view = match self.reader.frame(FrameNumber(frame)) {
                Ok(view) => view,
                // Whoever names a place may name any.
                Err(ReadError::NotDurable { .. } | ReadError::BeforeFirst { .. }) => continue,
                Err(error) => return Err(error.into()),
            };
            let there = in_frame(&view, of_frame.iter().map(|index| &wanted[*index]))?;
            for index in of_frame {
                let (key, place) = wanted[*index];
                found[*index] = there
                    .get(&place.ordinal)
                    .filter(|(there, _)| *there == key)
                    .map(|(_, it)| Arc::clone(it));
            }
        }
        Ok(found)
    }
}

/// What lies at the wanted ordinals of a frame.
fn in_frame<'w>(
    view: &FrameView,
    wanted: impl Iterator<Item = &'w Wanted>,
) -> Result<BTreeMap<u32, (TransactionKey, Arc<Original>)>, HistoryError> {
    let mut there: BTreeMap<u32, (TransactionKey, Original)> = BTreeMap::new();
    for (key, place) in wanted {
        let head = head_of(view, place.ordinal)?;
        if let Some(head) = head.filter(|head| (head.client, head.id) == (key.client, key.id)) {
            let begun = begun(view, *place, &head)?;
            there.entry(place.ordinal).or_insert((*key, begun));
        }
    }
    if there.values().any(|(_, original)| original.done) {
        take_entries(view, &mut there)?;
    }
    let finish = |(ordinal, (key, mut original)): (u32, (TransactionKey, Original))| {
        original.legs.sort_unstable_by_key(|leg| leg.step);
        (ordinal, (key, Arc::new(original)))
    };
    Ok(there.into_iter().map(finish).collect())
}

/// What the head and the tail say of it: of its legs, those of a try and those on hot accounts.
fn begun(view: &FrameView, place: RecordPlace, head: &Head) -> Result<Original, HistoryError> {
    let tail = read_tail(head, section(view, SectionKind::Tails, 0)?).unwrap_or_default();
    let done = matches!(head.outcome, Outcome::Posted | Outcome::Tried);
    let kept = |leg: &HotLeg| {
        let HotLeg { account, amount, step, side } = *leg;
        Leg { account, amount, currency: Currency::default(), step, side }
    };
    Ok(Original {
        place,
        action: head.action,
        done,
        date: head.accounting_date,
        kind: kind_of(view, head)?.into(),
        charged: Charged::read(tail.notes),
        legs: tail.hot_legs.iter().filter(|_| done).map(kept).collect(),
        holds: Vec::new(),
        names: tail.named,
        refunded: None,
    })
}

/// Adds the legs and the holds that lie among the frame's entries.
fn take_entries(
    view: &FrameView,
    there: &mut BTreeMap<u32, (TransactionKey, Original)>,
) -> Result<(), HistoryError> {
    for entry in records::<HistoryError>(view)?.entries() {
        match entry?.1 {
            Entry::Posting(posting) => {
                let Movement::Leg { transaction, step, side, amount } = posting.movement else { continue };
                if let Some((_, original)) = there.get_mut(&transaction) {
                    let (account, currency) = (posting.account, Currency::default());
                    original.legs.push(Leg { account, amount, currency, step, side });
                }
            }
            Entry::Held(held) => {
                if let Some((_, original)) = held.transaction.and_then(|ordinal| there.get_mut(&ordinal)) {
                    original.holds.push((held.account, held.hold, Amount(held.amount)));
                }
            }
            _ => {}
        }
    }
    Ok(())
}
