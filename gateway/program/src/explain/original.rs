//! What a refusal is about that names an original: a transaction that is undone, given back, confirmed or cancelled.

use jiff::civil::Date;
use longmen_client::{Action, Client, Naming, PostResult, Transaction, TransactionRecord};

use super::dates::accounting_dates;
use super::given_back::{given_back, line_of, without};
use crate::id_name::name_of_id;

pub(super) fn naming(transaction: &Transaction) -> Option<&Naming> {
    match transaction.action.as_ref()? {
        Action::Reverse(reverse) => Some(&reverse.original),
        Action::Refund(refund) => Some(&refund.original),
        Action::Confirm(naming) | Action::CancelTry(naming) => Some(naming),
        _ => None,
    }
}

/// The original that an action names, where it can be asked for.
pub(crate) async fn find_original(client: &mut Client, naming: &Naming) -> Option<TransactionRecord> {
    let own = client.welcome().client;
    match (&naming.place, naming.client) {
        (Some(place), _) => client.transaction_at(place).await.ok(),
        // Only a client itself asks for its transactions by their ids.
        (None, Some(of)) if of != own => None,
        (None, _) => client.transaction(naming.original.clone()).await.ok(),
    }
}

/// The same transaction with the place of an original that is another client's: only its own transactions are asked for by
/// their ids, but the record of the refusal has the place.
pub(super) async fn placed(
    client: &mut Client,
    transaction: &Transaction,
    result: &PostResult,
) -> Option<Transaction> {
    let of_another = |naming: &&Naming| naming.client.is_some_and(|of| of != client.welcome().client);
    naming(transaction).filter(of_another).filter(|naming| naming.place.is_none())?;
    let refused = format!("{}/{}", result.frame, result.ordinal);
    let record = client.transaction_at(&refused).await.ok()?;
    let mut placed = transaction.clone();
    let naming = match placed.action.as_mut()? {
        Action::Reverse(reverse) => &mut reverse.original,
        Action::Refund(refund) => &mut refund.original,
        Action::Confirm(naming) | Action::CancelTry(naming) => naming,
        _ => return None,
    };
    naming.place = Some(record.named?.place?.into());
    Some(placed)
}

/// What can be said of the original.
pub(super) async fn original(client: &mut Client, transaction: &Transaction, code: &str) -> Option<String> {
    let naming = naming(transaction)?;
    let name = name_of_id(&naming.original);
    if code == "unknown_original" {
        let number = format!("{:032x}", naming.original.number());
        let record = find_original(client, naming).await.filter(|record| *record.id == *number);
        if let Some(words) = record.and_then(|record| unfit(transaction, &record)) {
            return Some(format!("{name} {words}"));
        }
    }
    Some(match (code, &naming.place) {
        ("unknown_original", None) => {
            let wanted = match transaction.action.as_ref()? {
                Action::Confirm(_) | Action::CancelTry(_) => "that is a try",
                _ => "that can be undone or given back",
            };
            format!("no transaction {name} of that client {wanted}; an older one needs --place FRAME/RECORD")
        }
        ("unknown_original", Some(place)) => format!("no such transaction {name} at {place}"),
        _ => match found(client, transaction, naming, code).await {
            Some(words) => format!("original {name}: {words}"),
            None => format!("original {name}"),
        },
    })
}

/// What the original itself tells of a refusal: how much of it was given back, or how long ago it was.
async fn found(
    client: &mut Client,
    transaction: &Transaction,
    naming: &Naming,
    code: &str,
) -> Option<String> {
    let record = find_original(client, naming).await?;
    match code {
        "refund_exceeded" if &*record.action == "refund" => without(client, &record).await,
        "refund_exceeded" => given_back(client, transaction, &record).await,
        "refund_window" => {
            let entity = record.legs.first().map_or("", |leg| &leg.entity);
            let now = accounting_dates(client, |other| *other == *entity).await?;
            let kind = record.notes.get("type").map_or(String::new(), |kind| format!(" of type {kind}"));
            let until = refunds_end(client, &record).await;
            let until = until.map_or(String::new(), |date| format!(", which was until {date}"));
            Some(format!(
                "posted on {}, {now}: later than refunds{kind} are taken{until} (`longmen serve --refund-days`, `--refund-window`)",
                record.accounting_date
            ))
        }
        "already_reversed" => {
            let undone = undone_by(client, &record).await?;
            Some(format!("posted on {}, undone {undone}", record.accounting_date))
        }
        _ => None,
    }
}

/// The last accounting date on which an original is refunded; nothing where the node does not say.
async fn refunds_end(client: &mut Client, record: &TransactionRecord) -> Option<Date> {
    let status = client.status().await.ok()?;
    let kind = record.notes.get("type").map_or("", |kind| kind);
    let own = status.refund_windows.iter().find(|(other, _)| **other == *kind).map(|(_, days)| *days);
    let days = own.or(status.refund_days)?;
    let posted: Date = record.accounting_date.parse().ok()?;
    posted.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

/// By what an original was undone, and when.
async fn undone_by(client: &mut Client, record: &TransactionRecord) -> Option<String> {
    let account = record.legs.first()?.account;
    let line = line_of(client, account, record, |line| &*line.action == "reverse").await?;
    let by = match (&line.text_id, &line.transaction) {
        (Some(text), _) => format!(" by {text} of client {}", line.client),
        (None, Some(id)) => format!(" by 0x{id} of client {}", line.client),
        (None, None) => String::new(),
    };
    Some(format!("on {}{by}", line.accounting_date))
}

/// Why the action cannot name a transaction that is there; nothing where that is not the reason.
fn unfit(transaction: &Transaction, record: &TransactionRecord) -> Option<String> {
    if &*record.outcome != "posted" {
        return Some(format!("was not posted: {}", record.outcome));
    }
    let (fit, wanted): (&[&str], &str) = match transaction.action.as_ref()? {
        Action::Confirm(_) | Action::CancelTry(_) => (&["try"], "is no try"),
        Action::Refund(_) => (&["post", "consume", "confirm", "charge"], "cannot be given back"),
        Action::Reverse(_) => (&["post", "consume", "refund", "confirm", "charge"], "cannot be undone"),
        _ => return None,
    };
    (!fit.contains(&&*record.action)).then(|| format!("{wanted}: its action is {}", record.action))
}
