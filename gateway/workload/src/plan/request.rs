//! Transactions as the streams make them: side by side in buffers that are used again.

use longmen_engine::ledger::{Rejection, Side};

use super::Kind;

/// One leg, on an account of the population.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Index of the account in its population.
    pub account: u32,
    /// The amount in minor units, positive.
    pub amount: i64,
    /// Debit or credit.
    pub side: Side,
}

/// What a correct node answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Posted.
    Posted,
    /// Refused for this reason.
    Refused(Rejection),
}

impl Expect {
    /// The rejection, if one is expected.
    #[must_use]
    pub fn rejection(self) -> Option<Rejection> {
        match self {
            Expect::Posted => None,
            Expect::Refused(rejection) => Some(rejection),
        }
    }
}

/// The head of a planned transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    pub id: u128,
    /// What it is.
    pub kind: Kind,
    /// What a correct node answers to it.
    pub expect: Expect,
    /// Whether it is the transaction before it, sent again.
    pub again: bool,
    /// Where its legs end.
    end: u32,
}

impl Planned {
    /// Whether its id is to be cancelled before it is sent.
    #[must_use]
    pub fn cancelled_first(&self) -> bool {
        self.expect == Expect::Refused(Rejection::Cancelled) && !self.again
    }

    /// The same, with another answer expected.
    #[must_use]
    pub fn expecting(self, expect: Expect) -> Planned {
        Planned { expect, ..self }
    }
}

/// Transactions that go out together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    planned: Vec<Planned>,
    legs: Vec<Leg>,
}

impl Request {
    /// How many transactions it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.planned.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.planned.is_empty()
    }

    /// How many legs its transactions have.
    #[must_use]
    pub fn leg_count(&self) -> usize {
        self.legs.len()
    }

    /// Forgets its transactions and keeps its buffers.
    pub fn clear(&mut self) {
        self.planned.clear();
        self.legs.clear();
    }

    /// Adds a transaction.
    pub fn push(&mut self, id: u128, kind: Kind, expect: Expect, legs: &[Leg]) {
        self.legs.extend_from_slice(legs);
        self.planned.push(Planned { id, kind, expect, again: false, end: offset(self.legs.len()) });
    }

    /// Adds the last transaction a second time.
    ///
    /// # Panics
    /// If there is none.
    pub fn repeat_last(&mut self) {
        let last = *self.planned.last().expect("a transaction was added before it is repeated");
        let start = self.start(self.planned.len() - 1);
        self.legs.extend_from_within(start..);
        self.planned.push(Planned { again: true, end: offset(self.legs.len()), ..last });
    }

    /// Takes over a transaction of another request.
    pub fn push_from(&mut self, other: &Request, index: usize) {
        self.legs.extend_from_slice(other.legs(index));
        self.planned.push(Planned { end: offset(self.legs.len()), ..other.planned[index] });
    }

    /// These are to be posted, whatever was planned for them.
    pub(crate) fn expect_posted(&mut self, ids: &std::collections::HashSet<u128>) {
        for planned in self.planned.iter_mut().filter(|planned| ids.contains(&planned.id)) {
            planned.expect = Expect::Posted;
        }
    }

    /// Forgets the transactions from the one at `count` on.
    pub fn truncate(&mut self, count: usize) {
        self.legs.truncate(self.start(count));
        self.planned.truncate(count);
    }

    /// The heads, in order.
    #[must_use]
    pub fn planned(&self) -> &[Planned] {
        &self.planned
    }

    /// The legs of the transaction at `index`.
    #[must_use]
    pub fn legs(&self, index: usize) -> &[Leg] {
        &self.legs[self.start(index)..to_usize(self.planned[index].end)]
    }

    /// Heads and legs, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Planned, &[Leg])> {
        self.planned.iter().enumerate().map(|(index, planned)| (planned, self.legs(index)))
    }

    fn start(&self, index: usize) -> usize {
        index.checked_sub(1).map_or(0, |before| to_usize(self.planned[before].end))
    }
}

fn offset(len: usize) -> u32 {
    u32::try_from(len).expect("a request is capped far below 2^32 legs")
}

fn to_usize(offset: u32) -> usize {
    usize::try_from(offset).expect("an offset into a buffer in memory")
}
