//! What became of a currency.

use longmen_revaluation::Entry;

/// What became of a currency: how its figures come about, and its entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done<R> {
    pub row: R,
    /// What is to be booked; `None` where nothing is left to book.
    pub entry: Option<Entry>,
    pub state: EntryState,
}

/// How far an entry has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryState {
    /// There is nothing to book.
    Nothing,
    /// It was not asked for: nothing was to be posted.
    Dry,
    Posted,
    /// An entry for the currency and date was in the books before. What was posted to the accounts since then waits for the next date.
    Before,
    /// The ledger did not take it, by this code. The next call asks again.
    Refused(String),
}

impl EntryState {
    /// Its name, or the ledger's code.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            EntryState::Nothing => "nothing_to_book",
            EntryState::Dry => "not_posted",
            EntryState::Posted => "posted",
            EntryState::Before => "posted_before",
            EntryState::Refused(code) => code,
        }
    }
}
