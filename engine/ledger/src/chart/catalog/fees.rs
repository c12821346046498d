//! Rules for fees and splits, from accounting dates on.

use std::num::NonZeroU32;

use crate::chart::catalog::Catalog;
use crate::ids::{AccountId, EntityId};
use crate::money::date::Date;
use crate::record::admin::Admin;
use crate::tariff::{Tariff, TariffAccount, Tariffs};

impl Catalog {
    /// Adds a file of rules behind those of its entity.
    pub fn add_fee_rules(&mut self, entity: EntityId, from: Date, file: &str) {
        self.fees.add(entity, from, file);
    }

    /// All files of an entity, in the order in which they were set: the number of each, from when it holds, and its text.
    pub fn all_fee_rules(&self, entity: EntityId) -> impl Iterator<Item = (NonZeroU32, Date, &str)> {
        self.fees.of(entity).map(|(number, file)| (number, file.from, &*file.text))
    }

    /// The file that holds on a date.
    #[must_use]
    pub fn fee_file_on(&self, entity: EntityId, date: Date) -> Option<NonZeroU32> {
        self.fees.on(entity, date).map(|(number, _)| number)
    }

    /// The rules that hold on a date, with the number of their file.
    pub(crate) fn fee_rules_on(
        &self,
        entity: EntityId,
        date: Date,
        tariffs: &dyn Tariffs,
    ) -> Option<(NonZeroU32, &dyn Tariff)> {
        let (number, file) = self.fees.on(entity, date)?;
        Some((number, file.rules(tariffs)?))
    }

    /// The rules of a file by its number.
    pub(crate) fn fee_rules(
        &self,
        entity: EntityId,
        number: NonZeroU32,
        tariffs: &dyn Tariffs,
    ) -> Option<&dyn Tariff> {
        self.fees.get(entity, number)?.rules(tariffs)
    }

    /// The account of an entity that a file of rules names.
    pub(crate) fn find_of_tariff(&self, entity: EntityId, account: &TariffAccount) -> Option<AccountId> {
        self.find_in(entity, &account.number, &account.kind, account.currency)
    }

    pub(super) fn write_fees(&self, out: &mut Vec<u8>) {
        fail_point!("SnapshotWithoutFees", |_| ());
        for (entity, _) in (0..).map(EntityId).zip(self.entities()) {
            for (_, from, file) in self.all_fee_rules(entity) {
                Admin::FeeRules { entity, from, file: file.into() }.write(out);
            }
        }
    }
}
