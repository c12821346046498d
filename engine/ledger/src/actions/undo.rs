//! How an original is undone: in which style, and what that gives back of day limits.

use crate::account::hold::HoldKind;
use crate::ids::AccountId;
use crate::record::entry::Counting;
use crate::state::State;
use crate::transaction::action_code::ActionCode;
use crate::transaction::original::Original;

/// Whether an original is undone on the opposite sides (蓝字): its accounting date lies in an earlier year of the books.
/// Else it is undone by negative amounts (红字).
pub(super) fn is_blue(original: &Original, state: &State) -> bool {
    let catalog = &state.books.catalog;
    let account = original.legs.first().and_then(|leg| catalog.account(leg.account));
    account.is_some_and(|account| {
        let year_starts = catalog.year_starts(account.entity);
        year_starts.year_of(catalog.date(account.entity)) != year_starts.year_of(original.date)
    })
}

/// What undoes a transaction of the same date gives back what that used of day limits; what undoes one of an earlier date
/// has none of today's to give, and a court's or a forced consume used none.
pub(super) fn counting_of_undoing(original: &Original, state: &State) -> Counting {
    let today = original.legs.first().and_then(|leg| state.books.date_of(leg.account));
    let judicial = || original.holds.iter().any(|(_, hold, _)| hold.terms.kind == HoldKind::Judicial);
    let forced = original.names.is_some_and(|named| named.forced);
    let uncounted = original.action == ActionCode::Consume && (forced || judicial());
    if today == Some(original.date) && !uncounted { Counting::GivesBack } else { Counting::Takes }
}

/// The accounts by way of which an original may be refunded.
pub(super) fn clearing_of(original: Option<&Original>, state: &State) -> Vec<AccountId> {
    let keys =
        original.map_or(&[][..], |original| state.settings.refund_clearing.accounts_for(&original.kind));
    let found = keys.iter().filter_map(|key| state.books.catalog.find(key));
    // What a memo account has is no money that could wait there.
    found.filter(|account| !state.books.is_memo(*account)).collect()
}
