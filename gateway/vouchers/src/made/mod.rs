//! A day's entries made into vouchers.

mod blocks;
pub(crate) mod conditions;
pub(crate) mod draft;
mod local;
pub(crate) mod mode;
mod parts;
pub(crate) mod plan;
mod sums;
mod tone;

use longmen_ledger::Date;

use crate::entry::Day;
use crate::refusal::{Refusal, RefusalCode};
use conditions::Conditions;
use draft::Draft;
use parts::Part;
use plan::{Attachments, Plan, WhenClosed};

/// The most source documents that a voucher tells of.
const MOST_ATTACHMENTS: u64 = 999;

/// Makes the vouchers of a day, without their numbers. Of the same day they are the same, in the same order: by transaction in the order of
/// posting, or by type; off-balance last.
///
/// Nothing is netted: what is debit stays debit, and red entries are lines of their own, negative on their side. Entries of nothing are dropped.
/// Transactions with memo entries are always summed up, whatever the mode: the books keep only their totals.
///
/// # Errors
/// [`Refusal`], of the day as a whole.
pub fn drafts(day: &Day, plan: &Plan, conditions: &Conditions) -> Result<Vec<Draft>, Refusal> {
    let posting_date = posting_date(day, plan, conditions)?;
    let mut blocks = blocks::blocks(day, plan)?;
    for block in &mut blocks {
        local::value(block, plan.local_currency, &conditions.rates)?;
    }
    let parts = parts::parts(blocks, plan)?;
    parts.into_iter().map(|part| draft(day, plan, posting_date, part)).collect()
}

fn posting_date(day: &Day, plan: &Plan, conditions: &Conditions) -> Result<Date, Refusal> {
    let Some(closed) = conditions.closed_through.filter(|closed| *closed >= day.date) else {
        return Ok(day.date);
    };
    let refused = |reason: String| Refusal::new(RefusalCode::ClosedPeriod, &day.entity, reason);
    match plan.when_closed {
        WhenClosed::Refuse => Err(refused(format!("{} is closed there through {closed}", day.date))),
        WhenClosed::NextOpenDate => {
            closed.following().ok_or_else(|| refused(format!("no date is open after {closed}")))
        }
    }
}

fn draft(day: &Day, plan: &Plan, posting_date: Date, part: Part) -> Result<Draft, Refusal> {
    let moved = if posting_date == day.date { String::new() } else { format!(" 原日期{}", day.date) };
    let attachments = match plan.attachments {
        Attachments::None => 0,
        Attachments::One => 1,
        Attachments::Transactions => part.transactions,
    };
    if attachments > MOST_ATTACHMENTS {
        let reason = format!("{attachments} source documents, and {MOST_ATTACHMENTS} fit");
        return Err(Refusal::new(RefusalCode::TooManyAttachments, &part.about, reason));
    }
    let mut lines = part.lines;
    for line in &mut lines {
        line.summary = format!("{}{moved}", line.summary).into();
    }
    Ok(Draft {
        entity: day.entity.clone(),
        date: day.date,
        posting_date,
        mode: plan.mode,
        is_off_balance: part.is_off_balance,
        word: part.word,
        tone: part.tone,
        attachments: u16::try_from(attachments).expect("was held to the most"),
        header_text: if moved.is_empty() {
            format!("{} {}", day.date, plan.mode.name())
        } else {
            moved.trim().into()
        }
        .into(),
        local_currency: plan.local_currency,
        lines,
    })
}
