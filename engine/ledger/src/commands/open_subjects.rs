//! Subjects (科目) of an entity are opened, each idempotent by its code.

use crate::answer::{Answer, Opened};
use crate::chart::subject::SubjectOpening;
use crate::ids::EntityId;
use crate::record::admin::Admin;
use crate::rejection::Rejection;
use crate::state::State;

pub(super) fn run(
    state: &mut State,
    entity: &str,
    subjects: Vec<SubjectOpening>,
) -> Result<Answer, Rejection> {
    let entity = state.books.catalog.entity(entity).ok_or(Rejection::UnknownEntity)?;
    let results = subjects.into_iter().map(|opening| open(state, entity, opening));
    Ok(Answer::Opened(results.collect()))
}

fn open(state: &mut State, entity: EntityId, opening: SubjectOpening) -> Result<Opened, Rejection> {
    let State { books, output, .. } = state;
    if let Some(there) = books.catalog.judge_subject(entity, &opening)? {
        return Ok(Opened { id: u64::from(there.0), existed: true });
    }
    output.begin_rules(&mut books.catalog);
    let id = books.catalog.add_subject(entity, opening.clone());
    output.frame.push_admin(&Admin::Subject { id, entity, opening });
    Ok(Opened { id: u64::from(id.0), existed: false })
}
