//! Accounts of a type get another subject from a date on.

use crate::answer::Answer;
use crate::chart::catalog::MAX_NAME;
use crate::ids::ClientId;
use crate::money::date::Date;
use crate::record::admin::Admin;
use crate::rejection::Rejection;
use crate::state::State;

pub(super) fn run(
    state: &mut State,
    client: ClientId,
    (entity, kind, subject): (&str, &str, &str),
    from: Date,
    notes: &[u8],
) -> Result<Answer, Rejection> {
    if kind.is_empty() || kind.len() > MAX_NAME {
        return Err(Rejection::Malformed);
    }
    let State { books, output, .. } = state;
    let entity = books.catalog.entity(entity).ok_or(Rejection::UnknownEntity)?;
    let found = books.catalog.subject_by_code(entity, subject).ok_or(Rejection::UnknownSubject)?;
    let (takes_accounts, id) = (books.catalog.takes_accounts(found), found.id);
    if !takes_accounts {
        return Err(Rejection::NotLeaf);
    }
    if from < books.catalog.date(entity) {
        return Err(Rejection::DateClosed);
    }
    output.register(client, "map_type", &format!("{kind} to subject {subject} from {from}"), notes);
    output.frame.push_admin(&Admin::Mapping { entity, subject: id, from, kind: kind.into() });
    books.catalog.add_mapping(entity, kind, from, id);
    Ok(Answer::Done)
}
