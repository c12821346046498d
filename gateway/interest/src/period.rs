//! A period of interest.

use std::fmt;

use longmen_ledger::Date;
use serde::{Deserialize, Serialize};

/// Days from the first to the last, both of which count (计息期).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Period {
    #[serde(with = "crate::date_serde")]
    pub from: Date,
    #[serde(with = "crate::date_serde")]
    pub to: Date,
}

impl Period {
    /// Whether a day is one of its days.
    #[must_use]
    pub fn contains(self, day: Date) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

impl fmt::Display for Period {
    /// `2024-03-21/2024-06-20`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.from, self.to)
    }
}
