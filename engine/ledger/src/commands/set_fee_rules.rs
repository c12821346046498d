//! The rules for fees and splits (手续费, 分账) of an entity, from a date on.
//!
//! Judged in this order: it can be read, and is not too long (`malformed`); the entity is there (`unknown_entity`); the date is not
//! before the current one (`date_closed`); all accounts that it names are there (`unknown_account`): a payment must not find out.

use crate::answer::Answer;
use crate::ids::ClientId;
use crate::money::date::Date;
use crate::record::admin::Admin;
use crate::rejection::Rejection;
use crate::state::State;
use crate::tariff::{MAX_FEE_RULES, Tariff, about_fee_rules as about};

pub(super) fn run(
    state: &mut State,
    client: ClientId,
    entity: &str,
    (file, from): (&str, Date),
    notes: &[u8],
) -> Result<Answer, Rejection> {
    let rules = (file.len() <= MAX_FEE_RULES).then_some(file);
    let rules = rules.and_then(|file| state.settings.tariffs.as_deref()?.read(file));
    let rules = rules.ok_or(Rejection::Malformed)?;
    let State { books, output, .. } = state;
    let id = books.catalog.entity(entity).ok_or(Rejection::UnknownEntity)?;
    if from < books.catalog.date(id) {
        return Err(Rejection::DateClosed);
    }
    let there = |rules: &dyn Tariff| {
        rules.accounts().iter().all(|account| books.catalog.find_of_tariff(id, account).is_some())
    };
    if !there(&*rules) {
        return Err(Rejection::UnknownAccount);
    }
    output.register(client, "set_fee_rules", &about(entity, file, from), notes);
    output.frame.push_admin(&Admin::FeeRules { entity: id, from, file: file.into() });
    books.catalog.add_fee_rules(id, from, file);
    Ok(Answer::Done)
}
