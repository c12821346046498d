//! What the end of a year carried forward (年终结转): legs that stand among a date's turnovers and are no business of it.

use longmen_wal::{FrameView, ReadError};

use super::{History, HistoryError, section};
use crate::ledger::{
    AccountId, ActionCode, Amount, Date, EntityId, HEAD_BYTES, Head, Outcome, SectionKind, Side,
};

/// A leg that carried an account forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CarriedLeg {
    pub account: AccountId,
    /// Debit or credit.
    pub side: Side,
    /// Minor units.
    pub amount: Amount,
}

impl History {
    /// The legs that carried income and expense of an entity forward on a date that `frame` closed. They were posted right
    /// before it was closed, so they lie in that frame or in those before it.
    ///
    /// # Errors
    /// [`HistoryError`], where a frame cannot be read.
    pub fn carried_forward(
        &self,
        mut frame: u64,
        entity: EntityId,
        date: Date,
    ) -> Result<Vec<CarriedLeg>, HistoryError> {
        let closing = frame;
        let mut legs = Vec::new();
        loop {
            let view = match self.frame(frame) {
                Ok(view) => view,
                Err(HistoryError::Read(ReadError::BeforeFirst { .. })) => return Ok(legs),
                Err(error) => return Err(error),
            };
            let parts = parts(&view, entity, date)?;
            for (ordinal, _) in &parts {
                let record = self.transaction(frame, *ordinal)?;
                legs.extend(record.into_iter().flat_map(|record| record.legs).map(|leg| CarriedLeg {
                    account: leg.account,
                    side: leg.side,
                    amount: leg.amount,
                }));
            }
            let goes_on = match parts.iter().map(|(_, part)| *part).min() {
                Some(first) => first > 0,
                None => frame == closing,
            };
            if !goes_on || frame == 0 {
                return Ok(legs);
            }
            frame -= 1;
        }
    }
}

/// The transactions of the frame that carry forward: ordinal, and number among those of the date.
fn parts(view: &FrameView, entity: EntityId, date: Date) -> Result<Vec<(u32, u128)>, HistoryError> {
    let heads = section(view, SectionKind::Heads, 0)?.chunks_exact(HEAD_BYTES);
    let heads = (0..).zip(heads).filter_map(|(ordinal, bytes)| Some((ordinal, Head::read(bytes, 0)?)));
    let carries = |head: &Head| {
        let of_date = (head.entity, head.accounting_date) == (entity, date);
        of_date && head.action == ActionCode::CarryForward && head.outcome == Outcome::Posted
    };
    let carries = heads.filter(|(_, head)| carries(head));
    // The ledger counts them in the lowest bits of their ids.
    Ok(carries.map(|(ordinal, head)| (ordinal, head.id.0 & u128::from(u32::MAX))).collect())
}
