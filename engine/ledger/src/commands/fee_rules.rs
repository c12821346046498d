//! The rules for fees and splits of an entity.

use crate::answer::{Answer, FeeRulesFrom};
use crate::rejection::Rejection;
use crate::state::State;

/// How many files one answer has.
const PAGE: usize = 4;

pub(super) fn run(state: &State, entity: &str, before: u32) -> Result<Answer, Rejection> {
    let catalog = &state.books.catalog;
    let entity = catalog.entity(entity).ok_or(Rejection::UnknownEntity)?;
    let current = catalog.fee_file_on(entity, catalog.date(entity)).map(Into::into);
    let files = catalog.all_fee_rules(entity);
    let mut files: Vec<FeeRulesFrom> = files
        .map(|(number, from, file)| (number.get(), from, file))
        .take_while(|(number, ..)| before == 0 || *number < before)
        .map(|(number, from, file)| FeeRulesFrom { number, from, file: file.into() })
        .collect();
    let page = files.split_off(files.len().saturating_sub(PAGE));
    Ok(Answer::FeeRules { current, files: page })
}
