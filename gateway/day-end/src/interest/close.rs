//! An account is closed (销户结息).

use longmen_client::Client;
use longmen_ledger::Date;
use longmen_reconciliation_store::{InterestDue, Store};

use crate::accounting_date::accounting_date;
use crate::interest::error::InterestError;
use crate::interest::held::Held;
use crate::interest::run::Run;
use crate::interest::settings::Settings;
use crate::interest::step::Watch;

/// What the end of an account's interest came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// The day of closing, which earns nothing any more.
    pub on: Date,
    /// Whether it had ended before: nothing was done.
    pub had_ended: bool,
    /// What is to be posted: of the account, and accruals that the run has summed.
    pub dues: Vec<InterestDue>,
}

/// Whether it is done, or only told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    Done,
    /// Nothing is kept.
    Told,
}

/// Ends an account's interest on the entity's accounting date: the journal is read on, its days are folded up to the day before, and interest
/// of the period is due. The account itself is not closed: that is done when what is due is posted and paid out. All is kept, or nothing.
///
/// # Errors
/// [`InterestError::NoInterest`], [`InterestError::Folded`], where the day is accrued already; whatever a run has.
pub async fn close(
    client: &mut Client,
    store: &mut Store,
    settings: &Settings,
    (entity, account): (&str, &str),
    closing: Closing,
    watch: Watch<'_>,
) -> Result<Closed, InterestError> {
    let (on, frame) = accounting_date(client, entity).await?;
    let mut run = Run::new(store.begin_interest(entity, on, frame)?, settings, entity, watch);
    run.hold_to_terms()?;
    let pending = run.read(client, frame).await?;
    run.take_in(pending)?;
    let kept = run.write.account(account)?;
    let mut held = Held::read(settings, kept.ok_or_else(|| InterestError::NoInterest(account.to_owned()))?)?;
    if held.interest.has_ended() {
        run.write.commit()?;
        return Ok(Closed { on, had_ended: true, dues: Vec::new() });
    }
    if held.interest.next_day() > on {
        return Err(InterestError::Folded { account: account.to_owned(), date: on });
    }
    if let Some(before) = on.previous() {
        run.advance(&mut held, before)?;
    }
    let dues = held.interest.close(&held.terms, account, on).map_err(|refusal| held.refused(refusal))?;
    run.take_dues(&mut held, &dues)?;
    run.write.keep(&held.kept()?)?;
    run.keep_sums()?;
    let mut dues = run.write.dues()?;
    dues.retain(|due| due.subject == account || due.kind.starts_with("accrue"));
    if closing == Closing::Done {
        run.end(client).await?;
    }
    Ok(Closed { on, had_ended: false, dues })
}
