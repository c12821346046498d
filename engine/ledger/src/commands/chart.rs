//! The chart of an entity (科目表).

use crate::answer::{Answer, Chart, Mapping, ModeFrom};
use crate::rejection::Rejection;
use crate::state::State;

pub(super) fn run(state: &State, entity: &str) -> Result<Answer, Rejection> {
    let catalog = &state.books.catalog;
    let entity = catalog.entity(entity).ok_or(Rejection::UnknownEntity)?;
    let mapping = |(kind, from, subject): (&str, _, _)| {
        let subject = catalog.subject(subject).opening.code.clone();
        Mapping { kind: kind.into(), from, subject }
    };
    let mode = |(kind, from, mode): (&str, _, _)| ModeFrom { kind: kind.into(), from, mode };
    Ok(Answer::Chart(Chart {
        start: catalog.first_date(entity),
        year_starts: catalog.year_starts(entity),
        subjects: catalog.chart(entity).map(|subject| subject.opening.clone()).collect(),
        mappings: catalog.mappings(entity).map(mapping).collect(),
        modes: catalog.booking_modes(entity).map(mode).collect(),
    }))
}
