//! What went in and out by a memo account (备忘) on a date, by transaction type: what the summary of a voucher is made of.

use std::collections::BTreeMap;

use longmen_client::{Side, StatementLine};
use serde::Serialize;

/// A memo account on one accounting date. Amounts are minor units; in is its debit side, out its credit side. Red entries (红字)
/// count negative, in sums and counts, as if what they undo had never been.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct MemoDay {
    /// Debit-positive, before the date.
    pub(crate) opening: i128,
    #[serde(flatten)]
    pub(crate) all: InOut,
    /// In less out.
    pub(crate) net: i128,
    /// Debit-positive, at the end of the date.
    pub(crate) closing: i128,
    /// By transaction type; empty: without one.
    pub(crate) types: BTreeMap<String, InOut>,
}

/// What went in and out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct InOut {
    pub(crate) in_total: i128,
    pub(crate) in_count: i64,
    pub(crate) out_total: i128,
    pub(crate) out_count: i64,
}

impl InOut {
    fn add(&mut self, side: Side, amount: i128, red: bool) {
        let count = if red { -1 } else { 1 };
        match side {
            Side::Debit => {
                self.in_total += amount;
                self.in_count += count;
            }
            Side::Credit => {
                self.out_total += amount;
                self.out_count += count;
            }
        }
    }
}

impl MemoDay {
    /// A date that begins with this balance, debit-positive.
    pub(crate) fn begin(opening: i128) -> MemoDay {
        MemoDay { opening, closing: opening, ..MemoDay::default() }
    }

    /// Takes a leg of the date.
    pub(crate) fn take(&mut self, line: &StatementLine) {
        self.all.add(line.side, line.amount, line.red);
        self.types.entry(line.kind.to_string()).or_default().add(line.side, line.amount, line.red);
        self.net = self.all.in_total - self.all.out_total;
        self.closing = self.opening + self.net;
    }

    /// Whether nothing moved, and nothing is there.
    pub(crate) fn is_empty(&self) -> bool {
        self.opening == 0 && self.types.is_empty()
    }
}
