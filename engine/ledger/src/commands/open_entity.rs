//! An accounting entity is opened, idempotent by its code.

use crate::answer::{Answer, Opened};
use crate::chart::catalog::MAX_NAME;
use crate::ids::EntityId;
use crate::money::date::{Date, YearStart};
use crate::record::admin::Admin;
use crate::rejection::Rejection;
use crate::state::State;

/// The most entities of a ledger.
const MAX_ENTITIES: usize = 10_000;

pub(super) fn run(
    state: &mut State,
    code: &str,
    start: Date,
    year_starts: YearStart,
) -> Result<Answer, Rejection> {
    if code.is_empty() || code.len() > MAX_NAME {
        return Err(Rejection::Malformed);
    }
    let State { books, output, .. } = state;
    if let Some(id) = books.catalog.entity(code) {
        let there = (books.catalog.first_date(id), books.catalog.year_starts(id));
        if there != (start, year_starts) {
            return Err(Rejection::KeyConflict);
        }
        return Ok(Answer::Opened(vec![Ok(Opened { id: u64::from(id.0), existed: true })]));
    }
    let count = books.catalog.entities().len();
    if count >= MAX_ENTITIES {
        return Err(Rejection::LimitExceeded);
    }
    let id = EntityId(u16::try_from(count).expect("entities are capped below 2^16"));
    output.frame.push_admin(&Admin::Entity { id, code: code.into(), start, year_starts });
    books.catalog.add_entity(code, start, year_starts);
    Ok(Answer::Opened(vec![Ok(Opened { id: u64::from(id.0), existed: false })]))
}
