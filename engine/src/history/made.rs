//! Legs that rules made, from the records of transactions.

use std::collections::BTreeMap;

use super::transaction::legs_of;
use super::{History, HistoryError, head_of};
use crate::ledger::{Head, MadeLeg, Posted};

impl History {
    /// Gives an answer the legs of what was posted before: what rules made of it then, its record has.
    ///
    /// # Errors
    /// [`HistoryError`], where a frame cannot be read.
    pub fn give_made_legs(&self, posted: &mut Posted) -> Result<(), HistoryError> {
        let Posted { results, made, .. } = posted;
        let Some(made) = made else { return Ok(()) };
        let made = &mut made.0;
        // A frame is read once, however many of its transactions are wanted.
        let mut by_frame: BTreeMap<u64, Vec<(usize, u32)>> = BTreeMap::new();
        for (place, made) in made.iter().enumerate().filter(|(_, made)| made.legs.is_empty()) {
            let result = results[made.transaction as usize];
            by_frame.entry(result.frame).or_default().push((place, result.ordinal));
        }
        for (frame, wanted) in by_frame {
            let view = self.frame(frame)?;
            let mut heads: BTreeMap<u32, Head> = BTreeMap::new();
            for (_, ordinal) in &wanted {
                heads.extend(head_of(&view, *ordinal)?.map(|head| (*ordinal, head)));
            }
            let mut legs = legs_of(&view, &heads.iter().map(|(ordinal, head)| (*ordinal, head)).collect())?;
            for (place, ordinal) in wanted {
                let found = legs.remove(&ordinal).unwrap_or_default().into_iter();
                let of = found.map(|leg| MadeLeg {
                    step: leg.step,
                    account: leg.account,
                    side: leg.side,
                    amount: leg.amount,
                });
                made[place].legs = of.collect();
            }
        }
        Ok(())
    }
}
