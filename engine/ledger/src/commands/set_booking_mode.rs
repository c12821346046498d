//! Transactions of a type are booked in another way from a date on.

use crate::answer::Answer;
use crate::chart::booking_mode::BookingMode;
use crate::chart::catalog::MAX_NAME;
use crate::ids::ClientId;
use crate::money::date::Date;
use crate::record::admin::Admin;
use crate::rejection::Rejection;
use crate::state::State;

pub(super) fn run(
    state: &mut State,
    client: ClientId,
    (entity, kind): (&str, &str),
    (mode, from): (BookingMode, Date),
    notes: &[u8],
) -> Result<Answer, Rejection> {
    if kind.is_empty() || kind.len() > MAX_NAME {
        return Err(Rejection::Malformed);
    }
    let State { books, output, .. } = state;
    let entity = books.catalog.entity(entity).ok_or(Rejection::UnknownEntity)?;
    if from < books.catalog.date(entity) {
        return Err(Rejection::DateClosed);
    }
    let about = format!("{kind} is {} from {from}", mode.name());
    output.register(client, "set_booking_mode", &about, notes);
    output.frame.push_admin(&Admin::BookingMode { entity, mode, from, kind: kind.into() });
    books.catalog.set_booking_mode(entity, kind, from, mode);
    Ok(Answer::Done)
}
