//! To what a repayment goes first.

use serde::Deserialize;
use strum::VariantArray;

use crate::part::Part;

/// The order in which a repayment settles what is billed (还款顺序).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RepaymentOrder {
    pub(crate) order: Parts,
    pub(crate) first: First,
}

/// Each part once, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<Part>")]
pub(crate) struct Parts(pub(crate) Vec<Part>);

/// Which comes first where several bills are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum First {
    /// The first part of every bill, the oldest bill first; then the next part.
    Part,
    /// All parts of the oldest bill; then the next bill.
    Bill,
}

impl RepaymentOrder {
    /// The places that a repayment goes to, for so many bills: the bill, 0 for the oldest, and its part.
    pub(crate) fn places(&self, bills: usize) -> Vec<(usize, Part)> {
        let parts = &self.order.0;
        match self.first {
            First::Part => parts.iter().flat_map(|part| (0..bills).map(|bill| (bill, *part))).collect(),
            First::Bill => (0..bills).flat_map(|bill| parts.iter().map(move |part| (bill, *part))).collect(),
        }
    }
}

impl TryFrom<Vec<Part>> for Parts {
    type Error = &'static str;

    fn try_from(parts: Vec<Part>) -> Result<Parts, &'static str> {
        let is_whole =
            parts.len() == Part::VARIANTS.len() && Part::VARIANTS.iter().all(|part| parts.contains(part));
        if is_whole {
            Ok(Parts(parts))
        } else {
            Err("fee, interest and principal stand in the order, each once")
        }
    }
}
