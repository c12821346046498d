//! The sums of a comparison, which prove it.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use crate::finding::{Class, Fate, Finding};
use crate::hung::Hung;

/// Sums of one side, or of one class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub rows: u64,
    /// What they moved, in minor units.
    pub net: i128,
}

impl AddAssign for Sums {
    fn add_assign(&mut self, other: Sums) {
        self.rows += other.rows;
        self.net += other.net;
    }
}

/// What was compared, in one currency, with every finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// By merchant's number and kind.
    pub findings: Vec<Finding>,
    /// What waits for the next file.
    pub hung: Vec<Hung>,
    /// The books of the date.
    pub book: Sums,
    /// The file of the date.
    pub file: Sums,
    /// Rows of either side that moved nothing and that the other knows nothing of.
    pub unmoved: u64,
}

impl Compared {
    /// Findings by class and fate, and what they explain.
    #[must_use]
    pub fn by_class(&self) -> BTreeMap<(Class, Fate), Sums> {
        let mut sums: BTreeMap<(Class, Fate), Sums> = BTreeMap::new();
        for finding in &self.findings {
            let one = Sums { rows: 1, net: finding.explains };
            *sums.entry((finding.class, finding.fate)).or_default() += one;
        }
        sums
    }

    /// What the findings make of the books' net: that of the file, always.
    #[must_use]
    pub fn explained(&self) -> i128 {
        self.book.net + self.findings.iter().map(|finding| finding.explains).sum::<i128>()
    }

    /// Whether nothing is left for anybody to do.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.findings.iter().all(|finding| matches!(finding.fate, Fate::Closed | Fate::Adjusted))
    }
}
