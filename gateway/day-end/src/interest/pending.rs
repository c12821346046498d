//! Movements that were read and are not taken in yet.

use std::collections::HashMap;

use longmen_client::{RecordedLeg, Side};
use longmen_interest::Product;
use longmen_ledger::Date;

use crate::account_name::name_of;
use crate::interest::assignment::Assignment;
use crate::interest::error::InterestError;
use crate::interest::settings::Settings;

/// So many are kept in memory at most, some 200 bytes each, and what a page of the journal has more.
const MOST: usize = 1 << 20;

/// Movements that were read and are not taken in yet, by account. Those of an account that count alike are one.
#[derive(Default)]
pub(crate) struct Pending<'s> {
    /// By the ledger's number; none for accounts without interest.
    accounts: HashMap<u64, Option<Box<Met<'s>>>>,
    held: usize,
}

/// An account with its movements, as they were booked.
pub(crate) struct Met<'s> {
    pub(crate) name: String,
    /// What the settings say of it.
    pub(crate) product: &'s Product,
    pub(crate) assignment: &'s Assignment,
    pub(crate) moved: Vec<Moved>,
}

/// Movements of an account that count alike.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moved {
    pub(crate) dates: Dates,
    /// Debits less credits.
    pub(crate) debit: i64,
    pub(crate) count: u32,
}

/// What tells from when a movement counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dates {
    pub(crate) booked: Date,
    pub(crate) value: Date,
    /// Of a reversal the value date of what it reverses.
    pub(crate) reverses: Option<Date>,
}

impl<'s> Pending<'s> {
    /// Whether it has so much that it is to be taken in.
    pub(crate) fn is_full(&self) -> bool {
        self.held >= MOST
    }

    /// What is known of a leg's account, where it has interest.
    pub(crate) fn met(&mut self, settings: &'s Settings, leg: &RecordedLeg) -> Option<&Met<'s>> {
        let held = &mut self.held;
        let met = self.accounts.entry(leg.account).or_insert_with(|| {
            *held += 1;
            let name = name_of(leg);
            let (product, assignment) = settings.assigned(&name, &leg.subject)?;
            Some(Box::new(Met { name, product, assignment, moved: Vec::new() }))
        });
        met.as_deref()
    }

    /// Takes a leg of an account that was [met](Pending::met).
    pub(crate) fn add(&mut self, leg: &RecordedLeg, dates: Dates) -> Result<(), InterestError> {
        let Some(Some(met)) = self.accounts.get_mut(&leg.account) else { return Ok(()) };
        let debit = match leg.side {
            Side::Debit => Some(leg.amount),
            Side::Credit => leg.amount.checked_neg(),
        };
        let debit = debit.ok_or_else(|| met.overflows())?;
        if let Some(last) = met.moved.last_mut().filter(|last| last.dates == dates)
            && let (Some(sum), Some(count)) = (last.debit.checked_add(debit), last.count.checked_add(1))
        {
            (last.debit, last.count) = (sum, count);
            return Ok(());
        }
        self.held += usize::from(!met.moved.is_empty());
        // Most have one.
        met.moved.reserve_exact(usize::from(met.moved.is_empty()));
        met.moved.push(Moved { dates, debit, count: 1 });
        Ok(())
    }

    /// Accounts with their movements, by name.
    #[expect(clippy::vec_box, reason = "a million of them are sorted")]
    pub(crate) fn by_name(self) -> Vec<Box<Met<'s>>> {
        let met = self.accounts.into_values().flatten().filter(|met| !met.moved.is_empty());
        let mut met: Vec<Box<Met<'s>>> = met.collect();
        met.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        met
    }
}

impl Met<'_> {
    fn overflows(&self) -> InterestError {
        InterestError::Refused { account: self.name.clone(), refusal: longmen_interest::Refusal::Overflow }
    }
}
