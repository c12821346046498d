//! The closed dates of an entity, and where they were closed.

use crate::answer::Answer;
use crate::money::date::Date;
use crate::rejection::Rejection;
use crate::state::State;

pub(super) fn run(state: &State, entity: &str, from: Date, to: Date) -> Result<Answer, Rejection> {
    let catalog = &state.books.catalog;
    let entity = catalog.entity(entity).ok_or(Rejection::UnknownEntity)?;
    let closed = catalog.closings(entity, from, to).collect();
    Ok(Answer::Closings { entity, current: catalog.date(entity), closed })
}
