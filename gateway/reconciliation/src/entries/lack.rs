//! What the books lack to be as the channel has it.

use crate::finding::Finding;
use crate::transaction::{BookState, Transaction};

/// What the books lack of one finding, whatever its day: positive what is to be added to what the channel owes, and to the fee.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lack {
    /// In minor units.
    pub gross: i128,
    /// In minor units.
    pub fee: i128,
}

impl Finding {
    /// What the books lack, before anything is booked about it. A try that was not confirmed has booked nothing.
    #[must_use]
    pub fn lack(&self) -> Lack {
        let (book, file) = (moved(self.book.as_ref()), moved(self.file.as_ref()));
        Lack { gross: file.gross - book.gross, fee: file.fee - book.fee }
    }

    /// What goes to suspense of it, in minor units: positive what is owed to somebody, negative what is claimed. Of a try that is confirmed that is only
    /// what the channel has above it.
    #[must_use]
    pub fn suspense(&self) -> i128 {
        let confirmed = if self.is_to_confirm() { gross(self.book.as_ref()) } else { 0 };
        self.lack().gross - confirmed
    }

    /// Whether nothing moved on either side, and nothing is under way.
    #[must_use]
    pub fn is_unmoved(&self) -> bool {
        [&self.book, &self.file].into_iter().flatten().all(|one| one.state == BookState::Failed)
    }

    /// By how much the channel's fee is above that of the books, in minor units. Of a try that is confirmed that is what it has above the fee that was
    /// tried with it.
    #[must_use]
    pub fn fee_to_adjust(&self) -> i128 {
        let confirmed =
            self.book.as_ref().filter(|_| self.is_to_confirm()).map_or(0, |book| i128::from(book.fee.0));
        self.lack().fee - confirmed
    }

    /// Whether the channel has done what the books have only tried.
    #[must_use]
    pub fn is_to_confirm(&self) -> bool {
        let is = |side: &Option<Transaction>, state| side.as_ref().is_some_and(|one| one.state == state);
        is(&self.book, BookState::Pending) && is(&self.file, BookState::Done)
    }
}

fn moved(side: Option<&Transaction>) -> Lack {
    side.filter(|one| one.state == BookState::Done)
        .map_or(Lack::default(), |one| Lack { gross: i128::from(one.gross.0), fee: i128::from(one.fee.0) })
}

fn gross(side: Option<&Transaction>) -> i128 {
    side.map_or(0, |one| i128::from(one.gross.0))
}
