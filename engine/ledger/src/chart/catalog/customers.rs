//! The customers (客户) whose accounts are.

use std::ops::Bound;

use crate::chart::catalog::Catalog;
use crate::ids::{AccountId, EntityId};

impl Catalog {
    /// Ties an account to a customer.
    pub fn add_customer(&mut self, entity: EntityId, customer: &str, account: AccountId) {
        self.customers.entry((entity, customer.into())).or_default().insert(account);
    }

    /// The accounts of a customer, in order of opening.
    pub fn accounts_of(&self, entity: EntityId, customer: &str) -> impl Iterator<Item = AccountId> {
        self.customers.get(&(entity, Box::from(customer))).into_iter().flatten().copied()
    }

    /// The accounts of a customer after one, in order of opening.
    pub fn accounts_of_after(
        &self,
        entity: EntityId,
        customer: &str,
        after: AccountId,
    ) -> impl Iterator<Item = AccountId> {
        let accounts = self.customers.get(&(entity, Box::from(customer)));
        let later = accounts.map(|accounts| accounts.range((Bound::Excluded(after), Bound::Unbounded)));
        later.into_iter().flatten().copied()
    }
}
