//! What the books have of a desk's steps, whoever booked them: the reference of such a transaction names the difference, and its tags say which
//! step it is.

use longmen_client::{Client, FindRequest, Proposal, ProposedLeg, RecordedLeg, Side, TransactionRecord};
use longmen_engine::ledger::{Amount, Currency, Date, Side as LedgerSide};
use longmen_reconciliation::{Entries, Leg};
use longmen_reconciliation_store::{Booked, Break, BreakId, Channel as ChannelName, Person, Reason, StepTag};

use super::proposals::{proposals_where, said};
use super::propose::{ADJUSTMENT, TRANSFER};
use crate::account_name::key_text;
use crate::commands::approve::find;
use crate::commands::proposals::name_of;
use crate::desk_args::{now_us, person};
use crate::failure::Failure;
use crate::id_name::shown;
use crate::reconciling::{Channel, Search};

/// What was booked about a difference, and what waits for approval.
pub(super) async fn booked_about(
    client: &mut Client,
    channel: &Channel,
    found: &Break,
) -> Result<Vec<Booked>, Failure> {
    booked(client, channel, Some((found.id.as_str(), found.since))).await
}

/// What was booked about any difference of a channel, and what waits for approval, in the order of the ledger.
pub(super) async fn all_booked(client: &mut Client, channel: &Channel) -> Result<Vec<Booked>, Failure> {
    booked(client, channel, None).await
}

async fn booked(
    client: &mut Client,
    channel: &Channel,
    about: Option<(&str, Date)>,
) -> Result<Vec<Booked>, Failure> {
    let name = channel.desk_name()?;
    let reference = about.map(|(id, _)| id);
    let from = about.map_or(Date::FIRST, |(_, since)| since).to_string();
    let request = FindRequest {
        reference,
        entity: Some(&channel.entity),
        from: Some(&from),
        outcomes: Some("done"),
        ..FindRequest::default()
    };
    let (mut booked, mut search) = (Vec::new(), Search::of(request));
    while let Some(page) = search.page(client).await? {
        for record in page.transactions {
            let note = |name: &str| record.notes.get(name).map(|text| &**text);
            if let Some(step) = Step::of(&name, note) {
                booked.push(in_the_books(client, channel, &record, step).await?);
            }
        }
    }
    let is_meant = |one: &Proposal| {
        let is_of = Step::of(&name, |name| said(one, name)).is_some();
        is_of && reference.is_none_or(|id| said(one, "reference") == Some(id))
    };
    for proposal in proposals_where(client, true, &is_meant).await? {
        let step = Step::of(&name, |name| said(&proposal, name));
        booked.extend(step.map(|step| proposed(channel, &proposal, step)).transpose()?);
    }
    Ok(booked)
}

/// What notes say of a step.
struct Step {
    id: BreakId,
    tag: StepTag,
    reason: Reason,
}

impl Step {
    /// The step of a desk's transaction that is about this channel.
    fn of<'a>(channel: &ChannelName, note: impl Fn(&str) -> Option<&'a str>) -> Option<Step> {
        let tag = StepTag::parse(note("tags")?).filter(|tag| tag.channel == *channel)?;
        let id = BreakId::parse(note("reference")?)?;
        let reason = Reason::new(note("reason")?).ok()?;
        note("type").is_some_and(|kind| [ADJUSTMENT, TRANSFER].contains(&kind)).then_some(Step {
            id,
            tag,
            reason,
        })
    }
}

async fn in_the_books(
    client: &mut Client,
    channel: &Channel,
    found: &TransactionRecord,
    Step { id, tag, reason }: Step,
) -> Result<Booked, Failure> {
    let place = format!("{}/{}", found.frame, found.ordinal);
    let record = client.transaction_at(&place).await.map_err(|error| Failure::about(error, &place))?;
    let leg = |leg: &RecordedLeg| {
        let account = key_text(&leg.entity, &leg.number, &leg.account_type, &leg.currency);
        let is_debit = leg.side == Side::Debit;
        (account, is_debit, leg.amount)
    };
    let legs: Vec<_> = record.legs.iter().map(leg).collect();
    let original = record.named.as_ref().map(|named| {
        let id = shown(&named.id, named.text_id.as_deref());
        format!("{}/{id}", named.client).into()
    });
    Ok(Booked {
        break_id: id,
        transaction: record.text_id.as_deref().unwrap_or(&record.id).into(),
        client: record.client,
        entries: entries_of(channel.currency, &legs, &tag)?,
        tag,
        reason,
        original,
        currency: channel.currency,
        maker: maker_of(client, &record).await?,
        at_us: record.time_us,
        proposal: None,
    })
}

/// Who proposed it, as far as the ledger remembers.
async fn maker_of(client: &mut Client, record: &TransactionRecord) -> Result<Person, Failure> {
    let number = record.notes.get("proposal").and_then(|text| text.parse().ok());
    let proposal = match number {
        Some(number) => find(client, number).await.ok(),
        None => None,
    };
    let name = proposal.map_or_else(|| format!("client {}", record.client), |one| one.maker.to_string());
    person(&name)
}

fn proposed(
    channel: &Channel,
    proposal: &Proposal,
    Step { id, tag, reason }: Step,
) -> Result<Booked, Failure> {
    let leg = |leg: &ProposedLeg| (name_of(&leg.account), &*leg.side == "debit", leg.amount);
    let legs: Vec<_> = proposal.legs.iter().map(leg).collect();
    let original = said(proposal, "original").and_then(|named| named.rsplit_once(" of client "));
    Ok(Booked {
        break_id: id,
        transaction: said(proposal, "id").unwrap_or_default().into(),
        client: proposal.client,
        entries: entries_of(channel.currency, &legs, &tag)?,
        tag,
        reason,
        original: original.map(|(id, number)| format!("{number}/{id}").into()),
        currency: channel.currency,
        maker: person(&proposal.maker)?,
        at_us: now_us(),
        proposal: Some(proposal.proposal.to_string().into()),
    })
}

/// The entries of legs (account, whether it is debited, minor units), where a step has its own.
fn entries_of(
    currency: Currency,
    legs: &[(String, bool, i64)],
    tag: &StepTag,
) -> Result<Option<Entries>, Failure> {
    if !tag.kind.has_entries() {
        return Ok(None);
    }
    let leg = |(account, is_debit, amount): &(String, bool, i64)| Leg {
        account: account.as_str().into(),
        side: if *is_debit { LedgerSide::Debit } else { LedgerSide::Credit },
        amount: Amount(*amount),
    };
    let entries = Entries::new(currency, legs.iter().map(leg).collect());
    entries.map(Some).map_err(|error| Failure::Usage(format!("a transaction tagged `{tag}`: {error}")))
}
