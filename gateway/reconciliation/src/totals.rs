//! What a comparison comes to, in one currency.

use std::collections::BTreeMap;

use crate::candidate::Candidate;
use crate::finding::{Class, Fate};
use crate::hung::Side;
use crate::sums::Sums;

/// The sums of both sides and of all that was found, in one currency. Those of parts that have no name in common add up to those of the
/// whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// The books of the date.
    pub book: Sums,
    /// The file of the date.
    pub file: Sums,
    /// Findings by class and fate, and what they explain.
    pub classes: BTreeMap<(Class, Fate), Sums>,
    /// Findings that are differences, or were one the day before.
    pub told: u64,
    /// Rows of either side that moved nothing and that the other knows nothing of.
    pub unmoved: u64,
}

impl Totals {
    /// Counts a transaction of either side. What waits was counted on its own date.
    pub(crate) fn count(&mut self, candidate: &Candidate) {
        if candidate.since.is_some() {
            return;
        }
        let sums = if candidate.side == Side::Book { &mut self.book } else { &mut self.file };
        sums.rows += 1;
        sums.net += candidate.of_today();
    }

    /// Counts a finding.
    pub(crate) fn add(&mut self, class: Class, fate: Fate, explains: i128, is_told: bool) {
        self.told += u64::from(is_told);
        *self.classes.entry((class, fate)).or_default() += Sums { rows: 1, net: explains };
    }

    /// Adds those of another part.
    pub fn merge(&mut self, part: &Totals) {
        self.book += part.book;
        self.file += part.file;
        for (class, sums) in &part.classes {
            *self.classes.entry(*class).or_default() += *sums;
        }
        self.told += part.told;
        self.unmoved += part.unmoved;
    }

    /// What the findings make of the books' net: that of the file, always.
    #[must_use]
    pub fn explained(&self) -> i128 {
        self.book.net + self.classes.values().map(|sums| sums.net).sum::<i128>()
    }

    /// Holds the findings to both nets, which were summed apart from them.
    ///
    /// # Panics
    /// If the findings do not make the file of the books: a comparison that does not prove itself is none.
    pub fn prove(&self) {
        assert_eq!(self.explained(), self.file.net, "what differs makes the file of the books");
    }

    /// Whether nothing is left for anybody to do.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.classes.keys().all(|(_, fate)| matches!(fate, Fate::Closed | Fate::Adjusted))
    }

    /// How many wait for the next file.
    #[must_use]
    pub fn hung(&self) -> u64 {
        let hung = self.classes.iter().filter(|((_, fate), _)| *fate == Fate::Hung);
        hung.map(|(_, sums)| sums.rows).sum()
    }
}
