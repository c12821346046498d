//! What is done first about a difference: the books take over what the channel has, and what nobody can explain goes to suspense.

use longmen_ledger::Currency;

use super::chart::Chart;
use super::{Entries, EntriesError};
use crate::finding::{Fate, Finding};
use crate::transaction::BookState;

/// What a step does in the ledger.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum StepKind {
    /// A fee is booked as the channel has it.
    Adjust,
    /// 挂账: the difference goes to a suspense account.
    SuspenseIn,
    /// 销账: it leaves the suspense account.
    SuspenseOut,
    /// The try of the books is confirmed.
    Confirm,
    /// The try of the books is cancelled.
    Cancel,
    /// The transaction of the books is reversed.
    Reverse,
    /// An earlier step is taken back.
    Undo,
}

impl StepKind {
    /// Its name: `suspense_in`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether it has entries of its own: what confirms, cancels or reverses has those of the transaction that it names.
    #[must_use]
    pub fn has_entries(self) -> bool {
        matches!(self, StepKind::Adjust | StepKind::SuspenseIn | StepKind::SuspenseOut)
    }
}

/// One thing to do about a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub kind: StepKind,
    /// The transaction of the books that is confirmed, cancelled or reversed.
    pub original: Option<Box<str>>,
    /// Where [`StepKind::has_entries`].
    pub entries: Option<Entries>,
}

/// Why nothing can be booked about a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepsError {
    /// Amounts of two currencies have no difference.
    #[error("the books have it in {book}, and the file in {file}")]
    Currencies { book: Currency, file: Currency },
    #[error(transparent)]
    Entries(#[from] EntriesError),
}

/// What is to be done first about a finding, in order: nothing where nothing differs, or it still waits. A try is confirmed with the fee
/// that it tried; what the channel has beside that is booked behind it, by a step of its own.
///
/// # Errors
/// [`StepsError`], where both sides are of different currencies, or a difference is beyond what a leg holds.
pub fn first_steps(finding: &Finding, chart: &Chart) -> Result<Vec<Step>, StepsError> {
    let (book, file) = (finding.book.as_ref(), finding.file.as_ref());
    let Some(currency) = file.or(book).map(|one| one.currency) else { return Ok(Vec::new()) };
    if matches!(finding.fate, Fate::Closed | Fate::Hung) {
        return Ok(Vec::new());
    }
    if let Some(book) = book.filter(|book| book.currency != currency) {
        return Err(StepsError::Currencies { book: book.currency, file: currency });
    }
    let mut steps = Vec::new();
    if let Some(tried) = book.filter(|book| book.state == BookState::Pending) {
        let kind = if finding.is_to_confirm() { StepKind::Confirm } else { StepKind::Cancel };
        steps.push(Step { kind, original: Some(tried.reference.clone()), entries: None });
    }
    if let Some(entries) = taken_over(finding, currency, chart)? {
        let kind = if finding.suspense() == 0 { StepKind::Adjust } else { StepKind::SuspenseIn };
        steps.push(Step { kind, original: None, entries: Some(entries) });
    }
    Ok(steps)
}

/// The channel's account takes the difference, against suspense; the fee takes the channel's, against its expense.
fn taken_over(finding: &Finding, currency: Currency, chart: &Chart) -> Result<Option<Entries>, EntriesError> {
    let (gross, fee) = (finding.suspense(), finding.fee_to_adjust());
    let accounts = chart.accounts();
    let suspense = if gross > 0 { &accounts.long_suspense } else { &accounts.short_suspense };
    let (debits_first, swapped) = (gross > 0, fee < 0);
    let mut moves = [
        (&*accounts.channel, gross),
        (&**suspense, -gross),
        (&*accounts.fee_expense, fee),
        (&*accounts.fee_payable, -fee),
    ];
    // People write debits before credits.
    if !debits_first {
        moves.swap(0, 1);
    }
    if swapped {
        moves.swap(2, 3);
    }
    Entries::of_moves(currency, &moves)
}
