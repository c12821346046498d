//! What a comparison of any size came to.

use std::collections::BTreeMap;

use longmen_reconciliation::{Found, Totals};

use crate::error::RunError;
use crate::findings::{Findings, SortedRun};
use crate::spill::Spill;

/// What was compared: totals by currency, and the findings that are kept, as often as they are asked for.
#[derive(Debug)]
pub struct Compared {
    totals: BTreeMap<&'static str, Totals>,
    kept: Kept,
}

/// Where findings are.
#[derive(Debug)]
pub(crate) enum Kept {
    /// All of them, in order.
    Memory(Vec<Found>),
    /// Runs of them, each in order, in the files of those who wrote them.
    Runs { spills: Vec<Spill>, runs: Vec<SortedRun> },
}

impl Compared {
    pub(crate) fn new(totals: BTreeMap<&'static str, Totals>, kept: Kept) -> Compared {
        Compared { totals, kept }
    }

    /// The totals of each currency, by its code.
    #[must_use]
    pub fn totals(&self) -> &BTreeMap<&'static str, Totals> {
        &self.totals
    }

    /// Whether nothing is left for anybody to do.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.totals.values().all(Totals::agrees)
    }

    /// The findings that are kept, by currency, merchant's number and kind.
    ///
    /// # Errors
    /// [`RunError::Read`] and [`RunError::Changed`], here or instead of a finding; none follows behind it.
    pub fn findings(&self) -> Result<Findings<'_>, RunError> {
        match &self.kept {
            Kept::Memory(found) => Ok(Findings::of_memory(found)),
            Kept::Runs { spills, runs } => Findings::merged(spills, runs),
        }
    }
}
