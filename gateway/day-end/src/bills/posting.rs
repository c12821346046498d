//! What is kept is posted.

use longmen_bills::PostingKind;
use longmen_client::{AccountKey, Client, ClientError, Registration, SetReserveRequest, Transaction};
use longmen_ledger::Date;
use longmen_reconciliation_store::{BillDue, Store};

use crate::account_name::key_of;
use crate::accounting_date::{accounting_date, node_time};
use crate::bills::error::BillsError;
use crate::error::NodeError;
use crate::in_books::outcome_in_books;
use crate::posting_id::posting_id;

/// Postings of one request.
const BATCH: u32 = 2_048;

/// What became of what was to be posted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostedBills {
    pub posted: u64,
    pub refused: Vec<RefusedPosting>,
}

/// What the ledger did not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedPosting {
    pub key: String,
    pub code: String,
}

/// Posts what is kept of an entity's bills and not posted. What is killed in between is posted by the next call, and once; what is
/// refused is tried again by it, but for what was withheld: that is of its day.
///
/// # Errors
/// [`BillsError`]; what the ledger refuses is none.
pub async fn post_bills(
    client: &mut Client,
    store: &mut Store,
    entity: &str,
) -> Result<PostedBills, BillsError> {
    post(client, store, entity, false).await
}

/// The same, of that alone which was never tried, or of which nobody knows what came of it.
pub(super) async fn post_waiting(
    client: &mut Client,
    store: &mut Store,
    entity: &str,
) -> Result<PostedBills, BillsError> {
    post(client, store, entity, true).await
}

async fn post(
    client: &mut Client,
    store: &mut Store,
    entity: &str,
    waiting_only: bool,
) -> Result<PostedBills, BillsError> {
    let (today, _) = accounting_date(client, entity).await?;
    let mut done = PostedBills::default();
    let mut after: Option<(Date, String)> = None;
    loop {
        let behind = after.as_ref().map(|(date, key)| (*date, &**key));
        let mut dues = store.read().bills_to_post(entity, waiting_only, behind, BATCH)?;
        let Some(last) = dues.last() else { return Ok(done) };
        after = Some((last.date, last.key.clone()));
        // The ledger forgets ids after days: asked again as of then it says so, and does nothing twice.
        let time = node_time(client).await?;
        store.ask_bills(&dues, time)?;
        dues.iter_mut().for_each(|due| due.asked = due.asked.or(Some(time)));
        let mut answers = sent(client, entity, dues, today).await?;
        // To try it again under another id would book it twice.
        let is_of_another =
            |(_, refusal): &(String, Option<String>)| refusal.as_deref() == Some("idempotency_conflict");
        let of_another = answers.iter().find(|one| is_of_another(one)).map(|(key, _)| key.clone());
        answers.retain(|one| !is_of_another(one));
        store.note_bills(&answers)?;
        if let Some(key) = of_another {
            return Err(NodeError::OtherDesk { key }.into());
        }
        for (key, refusal) in answers {
            match refusal {
                None => done.posted += 1,
                Some(code) => done.refused.push(RefusedPosting { key, code }),
            }
        }
    }
}

/// What the ledger says to each: `None` where it took it.
async fn sent(
    client: &mut Client,
    entity: &str,
    dues: Vec<BillDue>,
    today: Date,
) -> Result<Vec<(String, Option<String>)>, BillsError> {
    let (releases, postings): (Vec<_>, Vec<_>) =
        dues.into_iter().partition(|due| due.kind == PostingKind::ReleaseReserve.name());
    let mut answers = Vec::new();
    for due in releases {
        let refusal = released(client, &due, today).await?;
        answers.push((due.key, refusal));
    }
    let transactions = postings.iter().map(transaction).collect::<Result<Vec<_>, _>>()?;
    if !transactions.is_empty() {
        let results = client.post(&transactions, false).await?.results;
        for (due, result) in postings.into_iter().zip(results) {
            let is_there = match &*result.outcome {
                "posted" => true,
                // Its id was forgotten, and the books have not.
                "too_old" => {
                    outcome_in_books(client, entity, &posting_id(&due.key, due.refusals), due.date).await?
                        == Some(true)
                }
                _ => false,
            };
            answers.push((due.key, (!is_there).then(|| result.outcome.to_string())));
        }
    }
    Ok(answers)
}

/// Sets a payer's withholding reserve free; what the ledger said against it. Doing it again does nothing.
async fn released(client: &mut Client, due: &BillDue, today: Date) -> Result<Option<String>, BillsError> {
    // What was to be withheld that day is not any more.
    if due.date < today {
        return Ok(Some("date_closed".to_owned()));
    }
    let account = account(&due.debit)?;
    let request = async {
        let found = client.balance(account.clone()).await?;
        let rest = found.withholding.saturating_sub(due.amount.0).max(0);
        if rest == found.withholding {
            return Ok(());
        }
        let reason = format!("bill {} {}", due.account, due.statement);
        let registration = Registration { reason: Some(&reason), ..Registration::default() };
        let expected = Some(&*found.last);
        let account = account.into();
        client
            .set_reserve(&SetReserveRequest {
                account,
                amount: rest.into(),
                currency: None,
                expected,
                registration,
            })
            .await
    };
    match request.await {
        Ok(()) => Ok(None),
        Err(ClientError::Refused(refusal)) => Ok(Some(refusal.code.to_string())),
        Err(error) => Err(error.into()),
    }
}

/// The same each time: its content is that of what is kept, and the ledger dates it.
fn transaction(due: &BillDue) -> Result<Transaction, BillsError> {
    let transaction = Transaction::new(posting_id(&due.key, due.refusals).as_str())
        .time(due.asked.unwrap_or_default())
        .debit(account(&due.debit)?, due.amount.0, &due.currency)
        .credit(account(&due.credit)?, due.amount.0, &due.currency)
        .kind(&format!("bill-{}", due.kind))
        .reason(&format!("bill {} {}", due.account, due.statement));
    // What is withheld was asked for on its day: on another the payer may have paid, or have less.
    Ok(match &*due.kind {
        "withhold" => transaction.accounting_date(&due.date.to_string()),
        _ => transaction.value_date(&due.date.to_string()),
    })
}

fn account(name: &str) -> Result<AccountKey, NodeError> {
    key_of(name).ok_or_else(|| NodeError::Answer { what: "an account", text: name.to_owned() })
}
