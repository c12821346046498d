//! Files of rules for fees and splits, from accounting dates on.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};

use crate::ids::EntityId;
use crate::money::date::Date;
use crate::tariff::{Tariff, Tariffs};

/// The files of all entities. None is ever left out: what was charged by it is refunded by it.
#[derive(Clone, Debug, Default)]
pub(crate) struct FeeRules {
    files: BTreeMap<EntityId, Vec<FeeFile>>,
}

/// A file of rules.
#[derive(Clone, Debug)]
pub(crate) struct FeeFile {
    /// The first accounting date on which it holds.
    pub(crate) from: Date,
    pub(crate) text: Arc<str>,
    /// Its rules, once somebody asked for them; `None` inside where this build cannot read it.
    rules: OnceLock<Option<Arc<dyn Tariff>>>,
}

impl FeeRules {
    /// Adds a file behind those of its entity.
    pub(crate) fn add(&mut self, entity: EntityId, from: Date, text: &str) {
        let file = FeeFile { from, text: text.into(), rules: OnceLock::new() };
        self.files.entry(entity).or_default().push(file);
    }

    /// The file that holds on a date, with its number: the one that begins last, and of those the one that was set last.
    pub(crate) fn on(&self, entity: EntityId, date: Date) -> Option<(NonZeroU32, &FeeFile)> {
        let begun = self.of(entity).filter(|(_, file)| file.from <= date);
        begun.max_by_key(|(number, file)| (file.from, *number))
    }

    /// The file of this number.
    pub(crate) fn get(&self, entity: EntityId, number: NonZeroU32) -> Option<&FeeFile> {
        self.files.get(&entity)?.get(usize::try_from(number.get() - 1).ok()?)
    }

    /// All files of an entity, by their numbers, which are counted from 1 in the order in which they were set.
    pub(crate) fn of(&self, entity: EntityId) -> impl Iterator<Item = (NonZeroU32, &FeeFile)> {
        let numbers = (1..).filter_map(NonZeroU32::new);
        numbers.zip(self.files.get(&entity).into_iter().flatten())
    }
}

impl FeeFile {
    /// Its rules, if this build can read them.
    pub(crate) fn rules(&self, tariffs: &dyn Tariffs) -> Option<&dyn Tariff> {
        self.rules.get_or_init(|| tariffs.read(&self.text)).as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_from_its_date_until_the_next_and_keeps_its_number() {
        let date = |text| Date::parse(text).unwrap();
        let (lm, uk) = (EntityId(0), EntityId(1));
        let mut rules = FeeRules::default();
        for (from, text) in [
            ("2026-12-01", "first"),
            ("2026-12-20", "second"),
            ("2026-12-10", "third"),
            ("2026-12-10", "fourth"),
        ] {
            rules.add(lm, date(from), text);
        }
        for (entity, on, expect) in [
            (lm, "2026-11-30", None),
            (lm, "2026-12-01", Some((1, "first"))),
            (lm, "2026-12-09", Some((1, "first"))),
            // What was set last for a date holds on it.
            (lm, "2026-12-10", Some((4, "fourth"))),
            (lm, "2026-12-19", Some((4, "fourth"))),
            (lm, "2026-12-20", Some((2, "second"))),
            (uk, "2026-12-20", None),
        ] {
            let found = rules.on(entity, date(on)).map(|(number, file)| (number.get(), &*file.text));
            assert_eq!(found, expect, "{on}");
        }
        let number = |number| NonZeroU32::new(number).unwrap();
        let texts: Vec<_> = (1..6).map(|at| rules.get(lm, number(at)).map(|file| &*file.text)).collect();
        assert_eq!(texts, [Some("first"), Some("second"), Some("third"), Some("fourth"), None]);
    }
}
