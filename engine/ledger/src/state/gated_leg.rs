//! A leg on a hot account, as the coordinator lists it.

use crate::transaction::leg::Leg;

/// A leg on a hot account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GatedLeg {
    /// What all the legs of its transaction move its account by, natural, if it is the first of them.
    pub(crate) net: i128,
    /// Its place among the legs of its transaction.
    pub(crate) leg: u16,
    pub(crate) gate: u16,
    /// Whether it is the first leg on its account.
    pub(crate) first: bool,
}

impl GatedLeg {
    /// The leg itself, of the legs of its transaction.
    #[inline]
    pub(crate) fn of(self, legs: &[Leg]) -> &Leg {
        &legs[usize::from(self.leg)]
    }

    /// The place of its account's gate.
    #[inline]
    pub(crate) fn gate(self) -> usize {
        usize::from(self.gate)
    }

    /// The net movement of its account, natural, if it is the first leg on it.
    #[inline]
    pub(crate) fn net_at_first(self) -> Option<i128> {
        self.first.then_some(self.net)
    }
}

/// Where the hot legs of a transaction stand in the list.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LegRange {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl LegRange {
    pub(crate) const NONE: LegRange = LegRange { start: 0, end: 0 };

    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.start == self.end
    }

    #[inline]
    pub(crate) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}
