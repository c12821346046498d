//! What is due is posted.

use longmen_client::{Client, Transaction};
use longmen_ledger::Date;
use longmen_reconciliation_store::{InterestDue, Store};

use crate::account_name::key_of;
use crate::accounting_date::{accounting_date, node_time};
use crate::error::NodeError;
use crate::in_books::outcome_in_books;
use crate::interest::error::InterestError;
use crate::interest::step::{Step, Watch};
use crate::posting_id::posting_id;

/// Postings of one request.
const BATCH: u32 = 2_048;

/// What became of what was due.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostedDues {
    pub posted: u64,
    pub refused: Vec<RefusedDue>,
}

/// What the ledger did not take. It is tried again the next time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedDue {
    pub key: String,
    pub code: String,
}

/// Posts what is due on the entity's accounting date, or was before. What is killed in between is posted by the next call, and once.
///
/// # Errors
/// [`InterestError`]; what the ledger refuses is none.
pub async fn post_dues(
    client: &mut Client,
    store: &mut Store,
    entity: &str,
    watch: Watch<'_>,
) -> Result<PostedDues, InterestError> {
    let (today, _) = accounting_date(client, entity).await?;
    let mut done = PostedDues::default();
    let mut after: Option<(Date, String)> = None;
    loop {
        let behind = after.as_ref().map(|(date, key)| (*date, &**key));
        let mut dues = store.read().interest_to_post(entity, today, behind, BATCH)?;
        let Some(last) = dues.last() else { return Ok(done) };
        after = Some((last.date, last.key.clone()));
        // The ledger forgets ids after days: asked again as of then it says so, and does nothing twice.
        let time = node_time(client).await?;
        store.ask_interest(&dues, time)?;
        dues.iter_mut().for_each(|due| due.asked = due.asked.or(Some(time)));
        let transactions = dues.iter().map(transaction).collect::<Result<Vec<_>, _>>()?;
        let results = client.post(&transactions, false).await.map_err(NodeError::from)?.results;
        let mut answers = Vec::with_capacity(dues.len());
        let mut of_another = None;
        for (due, result) in dues.into_iter().zip(results) {
            // To try it again under another id would book it twice.
            if &*result.outcome == "idempotency_conflict" {
                of_another = Some(due.key);
                continue;
            }
            let is_there = match &*result.outcome {
                // Its id was forgotten, and the books have not.
                "too_old" => {
                    outcome_in_books(client, entity, &posting_id(&due.key, due.refusals), due.date).await?
                        == Some(true)
                }
                _ => result.is_posted(),
            };
            let refusal = (!is_there).then(|| result.outcome.to_string());
            match &refusal {
                None => done.posted += 1,
                Some(code) => {
                    done.refused.push(RefusedDue { key: due.key.clone(), code: code.clone() });
                }
            }
            answers.push((due.key, refusal));
        }
        store.note_interest(&answers)?;
        if let Some(key) = of_another {
            return Err(NodeError::OtherDesk { key }.into());
        }
        watch(Step::Posted { dues: done.posted + u64::try_from(done.refused.len()).unwrap_or(u64::MAX) });
    }
}

/// The same each time: its content is that of what is kept, and the ledger dates it.
fn transaction(due: &InterestDue) -> Result<Transaction, InterestError> {
    let account = |name: &str| {
        key_of(name).ok_or_else(|| NodeError::Answer { what: "an account", text: name.to_owned() })
    };
    let (debit, credit) = (account(&due.debit)?, account(&due.credit)?);
    Ok(Transaction::new(posting_id(&due.key, due.refusals).as_str())
        .time(due.asked.unwrap_or_default())
        .debit(debit, due.amount.0, &due.currency)
        .credit(credit, due.amount.0, &due.currency)
        .value_date(&due.date.to_string())
        .kind(&format!("interest-{}", due.kind))
        .reason(&format!("interest {} {}", due.subject, due.period)))
}
