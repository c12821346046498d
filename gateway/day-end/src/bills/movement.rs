//! What a transaction is to bills.

use std::collections::BTreeMap;

use longmen_bills::{Key, Movement, MovementKind, Original, PostingKind, Refusal, Settings};
use longmen_client::{Client, Side, TransactionRecord};
use longmen_ledger::{Amount, Date};
use longmen_reconciliation_store::{BillMovement, BillOriginal, BillsRun};

use crate::account_name::name_of;
use crate::bills::error::BillsError;
use crate::error::NodeError;
use crate::journal::date as date_of;

/// What a transaction moves on an account with bills, debit-positive and in all.
pub(super) struct Moved {
    pub(super) account: String,
    pub(super) subject: String,
    pub(super) amount: i64,
}

/// What a transaction moves on accounts with bills, leg with leg.
pub(super) fn moved(settings: &Settings, record: &TransactionRecord) -> Result<Vec<Moved>, BillsError> {
    let mut sums: BTreeMap<String, (&str, i64)> = BTreeMap::new();
    for leg in &record.legs {
        let account = name_of(leg);
        if settings.assigned(&account, &leg.subject).is_none() {
            continue;
        }
        let signed = match leg.side {
            Side::Debit => Some(leg.amount),
            Side::Credit => leg.amount.checked_neg(),
        };
        let (_, sum) = sums.entry(account.clone()).or_insert((&leg.subject, 0));
        let total = signed.and_then(|signed| sum.checked_add(signed));
        *sum = total.ok_or(BillsError::Refused { account, refusal: Refusal::Overflow })?;
    }
    let all = sums.into_iter().filter(|(_, (_, amount))| *amount != 0);
    Ok(all
        .map(|(account, (subject, amount))| Moved { account, subject: subject.to_owned(), amount })
        .collect())
}

/// A transaction as a movement of one account. What it goes back to is asked for.
pub(super) async fn movement(
    client: &mut Client,
    write: &BillsRun<'_>,
    settings: &Settings,
    record: &TransactionRecord,
    moved: &Moved,
) -> Result<BillMovement, BillsError> {
    let Moved { account, amount, .. } = moved;
    let found = kind(settings, record, account).ok_or_else(|| BillsError::UnknownType {
        id: id_of(record).to_owned(),
        account: account.clone(),
        label: label_of(record).to_owned(),
    })?;
    let original = match (found, own(record, account)) {
        (MovementKind::Refund, Some(key)) => charged(write, key)?,
        (MovementKind::Refund | MovementKind::Reversal, None) => {
            original(client, settings, record, account).await?
        }
        _ => None,
    };
    Ok(BillMovement {
        account: account.clone(),
        date: date_of("an accounting date", &record.accounting_date)?,
        place: (record.frame, record.ordinal),
        id: id_of(record).to_owned(),
        kind: by_side(found, original.as_ref().map(|(_, kind)| *kind), *amount).name().to_owned(),
        value: date_of("a value date", &record.value_date)?,
        amount: Amount(*amount),
        original: original.map(|(original, _)| original),
    })
}

/// A movement that is kept, as bills take it.
pub(super) fn taken(row: &BillMovement) -> Result<Movement, BillsError> {
    let refused = |refusal| BillsError::Refused { account: row.account.clone(), refusal };
    let original = row.original.as_ref();
    let original = original.map(|one| {
        Ok::<_, NodeError>(Original {
            id: name_of_place(one.place),
            date: one.date,
            kind: kind_named(&one.kind)?,
        })
    });
    let effect = kind_named(&row.kind)?.effect(original.transpose()?);
    Ok(Movement {
        id: name_of_place(row.place),
        date: row.date,
        value: row.value,
        amount: Amount(row.amount.0.checked_abs().ok_or_else(|| refused(Refusal::Overflow))?),
        effect: effect.ok_or_else(|| NodeError::Answer { what: "an original", text: row.id.clone() })?,
    })
}

/// Clients may give the same id; a place in the log is one transaction's.
fn name_of_place((frame, ordinal): (u64, u32)) -> Box<str> {
    format!("{frame}/{ordinal}").into()
}

fn kind_named(name: &str) -> Result<MovementKind, NodeError> {
    name.parse().map_err(|_| NodeError::Answer { what: "a kind", text: name.to_owned() })
}

fn id_of(record: &TransactionRecord) -> &str {
    record.text_id.as_deref().unwrap_or(&record.id)
}

/// What is said by the key of a transaction that a run asked for.
fn own<'a>(record: &'a TransactionRecord, account: &str) -> Option<Key<'a>> {
    let id = record.text_id.as_deref().filter(|_| &*record.action == "post")?;
    let key = id.rsplit_once("|again-").map_or(id, |(key, _)| key);
    Key::read(key).filter(|key| key.account == account)
}

fn kind(settings: &Settings, record: &TransactionRecord, account: &str) -> Option<MovementKind> {
    let by_key = own(record, account).and_then(|key| match key.kind {
        PostingKind::Charge => Some(MovementKind::Interest),
        PostingKind::ReturnCharge => Some(MovementKind::Refund),
        PostingKind::Withhold => Some(MovementKind::Repayment),
        PostingKind::Accrue | PostingKind::ReturnAccrual | PostingKind::ReleaseReserve => None,
    });
    match &*record.action {
        "reverse" => Some(MovementKind::Reversal),
        "refund" => Some(MovementKind::Refund),
        _ => by_key.or_else(|| settings.kind_of(label_of(record))),
    }
}

fn label_of(record: &TransactionRecord) -> &str {
    record.notes.get("type").map_or("", |label| label)
}

/// A type may stand on either side. What goes back to nothing, or stands on the other side than its kind, is what its side says.
fn by_side(kind: MovementKind, original: Option<MovementKind>, amount: i64) -> MovementKind {
    let is_debit = match (kind, original) {
        (MovementKind::Refund, Some(original)) if original.part().is_none() => return plain(amount),
        (MovementKind::Reversal, Some(MovementKind::Reversal)) => return plain(amount),
        (MovementKind::Refund | MovementKind::Reversal, None) => return plain(amount),
        (MovementKind::Reversal, Some(original)) => original.part().is_none(),
        (kind, _) => kind.part().is_some(),
    };
    if is_debit == (amount > 0) { kind } else { plain(amount) }
}

fn plain(amount: i64) -> MovementKind {
    if amount > 0 { MovementKind::Spend } else { MovementKind::Repayment }
}

/// Late interest of a bill that was charged last: what is given back of it.
fn charged(write: &BillsRun<'_>, key: Key<'_>) -> Result<Option<(BillOriginal, MovementKind)>, BillsError> {
    let charge = format!("bill|{}|{}|{}|", key.account, key.bill, PostingKind::Charge.name());
    let found = write.last_movement(key.account, &charge)?;
    let kind = MovementKind::Interest;
    Ok(found
        .map(|one| (BillOriginal { place: one.place, date: one.date, kind: kind.name().to_owned() }, kind)))
}

async fn original(
    client: &mut Client,
    settings: &Settings,
    record: &TransactionRecord,
    account: &str,
) -> Result<Option<(BillOriginal, MovementKind)>, BillsError> {
    let Some(place) = record.named.as_ref().and_then(|named| named.place.as_deref()) else { return Ok(None) };
    let original = client.transaction_at(place).await?;
    let Some(found) = kind(settings, &original, account) else { return Ok(None) };
    let date: Date = date_of("an accounting date", &original.accounting_date)?;
    let place = (original.frame, original.ordinal);
    Ok(Some((BillOriginal { place, date, kind: found.name().to_owned() }, found)))
}
