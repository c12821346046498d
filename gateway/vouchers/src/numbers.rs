//! Numbers of vouchers (凭证号): drawn once, without a gap (断号), never again.

use std::collections::BTreeMap;

use crate::made::draft::Draft;
use crate::made::mode::Mode;
use crate::voucher::Voucher;

/// Why no numbers are drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumbersError {
    /// There are no more numbers in the month.
    #[error("the numbers of {entity}, {word}, {year}-{month:02} are used up")]
    UsedUp { entity: Box<str>, word: Box<str>, year: i16, month: u8 },
}

/// Entity, word, year, month.
type Series = (Box<str>, Box<str>, i16, u8);

/// The last number that was drawn, per entity, word and month of the posting date. Whoever keeps vouchers keeps these with them, in one transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers(BTreeMap<Series, u32>);

impl Numbers {
    /// The last number drawn; 0 where none was.
    #[must_use]
    pub fn last(&self, entity: &str, word: &str, year: i16, month: u8) -> u32 {
        self.0.get(&(entity.into(), word.into(), year, month)).copied().unwrap_or(0)
    }

    /// Says which was the last, as kept vouchers tell it.
    pub fn set_last(&mut self, entity: &str, word: &str, year: i16, month: u8, number: u32) {
        self.0.insert((entity.into(), word.into(), year, month), number);
    }

    /// Numbers drafts, in their order; what is drawn goes on from here. The vouchers of one entity, date and mode come in one call, since they are
    /// counted from 1 for their source keys.
    ///
    /// # Errors
    /// [`NumbersError`]; then nothing is drawn.
    pub fn draw(&self, drafts: Vec<Draft>) -> Result<(Numbers, Vec<Voucher>), NumbersError> {
        let mut numbers = self.clone();
        let mut counts: BTreeMap<(Box<str>, u32, Mode), u32> = BTreeMap::new();
        let mut vouchers = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let count = counts.entry((draft.entity.clone(), draft.date.days(), draft.mode)).or_default();
            *count += 1;
            let number = numbers.next(&draft)?;
            vouchers.push(Voucher { sequence: *count, number, content: draft });
        }
        Ok((numbers, vouchers))
    }

    fn next(&mut self, draft: &Draft) -> Result<u32, NumbersError> {
        let (year, month) = (draft.posting_date.year(), draft.posting_date.month());
        let (entity, word) = (draft.entity.clone(), draft.word.clone());
        let last = self.0.entry((entity.clone(), word.clone(), year, month)).or_default();
        let number = last.checked_add(1).ok_or(NumbersError::UsedUp { entity, word, year, month })?;
        *last = number;
        Ok(number)
    }
}
