//! Which subjects accounts of a type get.

use crate::chart::catalog::Catalog;
use crate::ids::{EntityId, SubjectId};
use crate::money::date::Date;

impl Catalog {
    /// Says which subject accounts of a type get from a date on.
    pub fn add_mapping(&mut self, entity: EntityId, kind: &str, from: Date, subject: SubjectId) {
        self.mappings.entry((entity, kind.into())).or_default().insert(from, subject);
    }

    /// The subject that an account of this type gets on a date.
    #[must_use]
    pub fn mapped(&self, entity: EntityId, kind: &str, date: Date) -> Option<SubjectId> {
        let dates = self.mappings.get(&(entity, Box::from(kind)))?;
        dates.range(..=date).next_back().map(|(_, subject)| *subject)
    }

    /// Which subjects the account types of an entity get, from when on: by type and date.
    pub fn mappings(&self, entity: EntityId) -> impl Iterator<Item = (&str, Date, SubjectId)> {
        let own =
            self.mappings.range((entity, Box::default())..).take_while(move |((of, _), _)| *of == entity);
        own.flat_map(|((_, kind), dates)| dates.iter().map(|(from, subject)| (&**kind, *from, *subject)))
    }
}
