//! Originals: what the log has of a transaction that another one undoes, refunds, confirms or cancels.

use longmen_wal::{FrameNumber, FrameView, ReadError};

use super::{History, HistoryError, head_of, kind_of, section};
use crate::ledger::{
    AccountId, Amount, Currency, Entry, Head, Hold, HotLeg, Leg, Movement, Original, Outcome, RecordPlace, SectionKind,
    Tail, TransactionKey, read_tail,
};
use crate::recovery::records;

impl History {
    /// The transaction `key`, whose record lies at `place`; `None` where another one lies there, or none. Its legs carry
    /// no currencies: those are their accounts', which the ledger knows.
    ///
    /// # Errors
    /// [`HistoryError`], where a frame that is there cannot be read.
    pub fn original(&self, key: TransactionKey, place: RecordPlace) -> Result<Option<Original>, HistoryError> {
        let view = match self.reader.frame(FrameNumber(place.frame)) {
            Ok(view) => view,
            // Whoever names the place may name any.
            Err(ReadError::NotDurable { .. } | ReadError::BeforeFirst { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let head = head_of(&view, place.ordinal).filter(|head| (head.client, head.id) == (key.client, key.id));
        let Some(head) = head else { return Ok(None) };
        let tail = read_tail(&head, section(&view, SectionKind::Tails, 0)).unwrap_or_default();
        let (legs, holds) = moved(&view, place.ordinal, &head, &tail)?;
        Ok(Some(Original {
            place,
            action: head.action,
            done: matches!(head.outcome, Outcome::Posted | Outcome::Tried),
            date: head.accounting_date,
            kind: kind_of(&view, &head).into(),
            legs,
            holds,
            names: tail.named.map(|named| named.key),
        }))
    }
}

type Moved = (Vec<Leg>, Vec<(AccountId, Hold, Amount)>);

/// The legs and the holds of the transaction with this ordinal: both lie among the frame's entries, but the legs of a try
/// and those on hot accounts, which its tail keeps.
fn moved(view: &FrameView, ordinal: u32, head: &Head, tail: &Tail<'_>) -> Result<Moved, HistoryError> {
    let kept = |kept: &HotLeg| {
        let HotLeg { account, amount, step, side } = *kept;
        Leg { account, amount, currency: Currency::default(), step, side }
    };
    let (mut legs, mut holds) = (Vec::new(), Vec::new());
    if matches!(head.outcome, Outcome::Posted | Outcome::Tried) {
        legs.extend(tail.hot_legs.iter().map(kept));
        for entry in records(view)?.entries() {
            match entry?.1 {
                Entry::Posting(posting) => {
                    let Movement::Leg { transaction, step, side, amount } = posting.movement else { continue };
                    if transaction == ordinal {
                        let (account, currency) = (posting.account, Currency::default());
                        legs.push(Leg { account, amount, currency, step, side });
                    }
                }
                Entry::Held(held) if held.transaction == Some(ordinal) => {
                    holds.push((held.account, held.hold, Amount(held.amount)));
                }
                _ => {}
            }
        }
        legs.sort_unstable_by_key(|leg| leg.step);
    }
    Ok((legs, holds))
}
