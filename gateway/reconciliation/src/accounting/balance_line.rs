//! A subject's line of a table of balances (余额表).

use longmen_ledger::{Currency, Date};

/// Balances and turnovers of a period, in minor units. Balances are debit-positive: a credit balance has a minus, whatever the subject's side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub opening: i128,
    pub debit: i128,
    pub credit: i128,
    pub closing: i128,
}

impl Figures {
    /// What the closing balance has to be.
    #[must_use]
    pub fn follows(&self) -> i128 {
        self.opening + self.debit - self.credit
    }

    /// Whether it would add up if its balances were credit-positive: then they most likely are, and it does not as it stands.
    #[must_use]
    pub fn adds_up_the_other_way(&self) -> bool {
        self.closing != self.follows() && self.opening - self.debit + self.credit == self.closing
    }

    /// What these lack to be as others, figure by figure.
    #[must_use]
    pub fn lacks(&self, other: &Figures) -> Figures {
        Figures {
            opening: other.opening - self.opening,
            debit: other.debit - self.debit,
            credit: other.credit - self.credit,
            closing: other.closing - self.closing,
        }
    }

    pub(super) fn add(&mut self, other: &Figures) {
        self.opening += other.opening;
        self.debit += other.debit;
        self.credit += other.credit;
        self.closing += other.closing;
    }
}

/// A line of a table of balances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BalanceLine {
    pub entity: Box<str>,
    pub subject: Box<str>,
    pub currency: Currency,
    /// The first date and the last of the period.
    pub from: Date,
    pub to: Date,
    pub figures: Figures,
    /// Where it stands: the line of the file.
    pub line: u64,
}

impl BalanceLine {
    /// Whose balances they are.
    pub(super) fn account(&self) -> Account {
        Account { entity: self.entity.clone(), subject: self.subject.clone(), currency: self.currency }
    }
}

/// A subject of an entity in a currency.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Account {
    pub(super) entity: Box<str>,
    pub(super) subject: Box<str>,
    pub(super) currency: Currency,
}
