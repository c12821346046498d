//! The accounts that a workload posts to.

use longmen_engine::ledger::{Owner, Side, SubjectClass};

/// The currency of every account.
pub(crate) const CURRENCY: &str = "CNY";

/// A subject to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubjectPlan {
    /// Its code, in levels of 4-2-2-2 digits.
    pub code: &'static str,
    pub name: &'static str,
    pub class: SubjectClass,
    /// Its normal side.
    pub normal: Side,
}

/// An account to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountPlan {
    pub number: String,
    /// Index of its subject.
    pub subject: usize,
    /// Who owns it.
    pub owner: Owner,
    /// Whether its balance may go below zero.
    pub may_go_negative: bool,
    /// How far its balance may go below zero, in minor units; funds are checked all the same.
    pub overdraft: Option<i64>,
    /// Whether it is opened with a batching actor.
    pub hot: bool,
    /// Its opening balance in minor units, paid in from the account at index 0.
    pub funding: i64,
    /// Whether its payment state is set to "receives only" (只收不付) once it is funded.
    pub receives_only: bool,
}

/// Subjects and accounts. The account at index 0 is the house's bank account: it may go negative, and funds the
/// others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Population {
    /// The chart.
    pub subjects: Vec<SubjectPlan>,
    /// The accounts, in order of opening.
    pub accounts: Vec<AccountPlan>,
}

impl Population {
    /// A population over `subjects`, of which the first is the bank's, with the bank account opened.
    pub(crate) fn new(subjects: &[SubjectPlan]) -> Population {
        let mut population = Population { subjects: subjects.to_vec(), accounts: Vec::new() };
        population.open("bank", 0, Owner::Internal);
        population
    }

    /// Adds an account with nothing on it, which may go negative if the house owns it, and gives its index.
    pub(crate) fn open(&mut self, number: impl Into<String>, subject: usize, owner: Owner) -> u32 {
        let may_go_negative = owner == Owner::Internal;
        let number = number.into();
        let plan = AccountPlan {
            number,
            subject,
            owner,
            may_go_negative,
            overdraft: None,
            hot: false,
            funding: 0,
            receives_only: false,
        };
        self.accounts.push(plan);
        u32::try_from(self.accounts.len() - 1).expect("populations are far below 2^32")
    }

    /// The account at `index`, to change its plan.
    pub(crate) fn account(&mut self, index: u32) -> &mut AccountPlan {
        &mut self.accounts[usize::try_from(index).expect("an index into a table in memory")]
    }
}
