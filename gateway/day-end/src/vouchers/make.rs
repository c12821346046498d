//! A closed date is made into vouchers.

use std::collections::HashMap;

use longmen_client::{Client, Subject};
use longmen_ledger::Date;
use longmen_reconciliation_store::{Reader, Store, VoucherDay, VoucherFilter};
use longmen_vouchers::{Conditions, Draft, Settings, drafts, prove};

use super::entries::Reading;
use super::error::VoucherError;
use super::turnovers::{Turnovers, general_ledger, turnovers};
use crate::accounting_date::accounting_date;
use crate::error::NodeError;

/// What became of a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub date: Date,
    /// Whether it was made now, and not before.
    pub is_new: bool,
    /// The name of the mode in which it was made.
    pub mode: String,
    pub vouchers: usize,
    pub lines: usize,
}

/// Makes the vouchers of a closed date, holds them to the general ledger, and keeps them with their numbers. All of it is kept, or nothing. A date
/// that was made stays as it is. Dates are made in their order, since numbers are drawn in it; any closed date may be the first.
///
/// `progress` is told how many transactions were read.
///
/// # Errors
/// [`VoucherError`].
pub async fn make(
    client: &mut Client,
    store: &mut Store,
    settings: &Settings,
    conditions: &Conditions,
    (entity, date): (&str, Date),
    progress: &mut dyn FnMut(u64),
) -> Result<Made, VoucherError> {
    if let Some(made) = made_before(store.read(), entity, date)? {
        return Ok(made);
    }
    check_date(client, store.read(), entity, date).await?;
    let chart = client.chart(entity).await.map_err(NodeError::from)?;
    let subjects: HashMap<Box<str>, Subject> =
        chart.subjects.into_iter().map(|subject| (subject.code.clone(), subject)).collect();
    let is_left_out = |subject: &str| settings.plan.left_out.of(subject).is_some();
    let held = turnovers(client, entity, date, subjects.values(), is_left_out).await?;
    let day = Reading { entity, date, settings, subjects }.day(client, progress).await?;
    let drafts = drafts(&day, &settings.plan, conditions)?;
    settings.target.check(&drafts)?;
    seal(store, settings, (entity, date), held, drafts)
}

/// Draws numbers, proves, and keeps: one transaction.
fn seal(
    store: &mut Store,
    settings: &Settings,
    (entity, date): (&str, Date),
    held: Turnovers,
    drafts: Vec<Draft>,
) -> Result<Made, VoucherError> {
    let run = store.begin_vouchers(entity)?;
    // All of a date have one posting date.
    let (year, month) = drafts.first().map_or((date.year(), date.month()), Draft::period);
    let (_, vouchers) = run.numbers(year, month)?.draw(drafts)?;
    let proof = prove(&held.all, &vouchers).map_err(VoucherError::Unproved)?;
    let mode = settings.plan.mode.name().to_owned();
    run.keep(&VoucherDay { date, mode: mode.clone(), left_out: held.left_out }, &vouchers)?;
    run.commit()?;
    Ok(Made { date, is_new: true, mode, vouchers: proof.vouchers, lines: proof.lines })
}

fn made_before(reader: &Reader, entity: &str, date: Date) -> Result<Option<Made>, VoucherError> {
    let Some(day) = reader.voucher_days(entity)?.into_iter().find(|day| day.date == date) else {
        return Ok(None);
    };
    let (entity, from, to) = (Some(entity.to_owned()), Some(date), Some(date));
    let kept = reader.vouchers(&VoucherFilter { entity, from, to, ..VoucherFilter::default() })?;
    let lines = kept.iter().map(|kept| kept.voucher.content.lines.len()).sum();
    Ok(Some(Made { date, is_new: false, mode: day.mode, vouchers: kept.len(), lines }))
}

/// The date is closed, and every accounting date before it was made, from the first on.
async fn check_date(
    client: &mut Client,
    reader: &Reader,
    entity: &str,
    date: Date,
) -> Result<(), VoucherError> {
    let entity_text = || entity.to_owned();
    let (current, _) = accounting_date(client, entity).await?;
    if date >= current {
        return Err(VoucherError::NotClosed { entity: entity_text(), date, current });
    }
    let days = reader.voucher_days(entity)?;
    if let Some(first) = days.first().filter(|first| date < first.date) {
        return Err(VoucherError::BeforeFirst { entity: entity_text(), first: first.date });
    }
    let last = days.last().map(|last| last.date);
    let from = last.and_then(Date::following).unwrap_or(date).min(date);
    let dates = general_ledger(client, entity, from, date).await?.dates;
    let known = |text: &str| crate::journal::date("an accounting date", text);
    let dates = dates.iter().map(|text| known(text)).collect::<Result<Vec<_>, _>>()?;
    match dates.first() {
        Some(first) if *first == date => Ok(()),
        Some(missed) if dates.contains(&date) => Err(VoucherError::Missed { missed: *missed }),
        _ => Err(VoucherError::NoDate { entity: entity_text(), date }),
    }
}
