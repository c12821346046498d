//! `longmen desk refresh`

use longmen_client::{Client, ClientError, Side, TransactionId, TransactionRecord};
use longmen_reconciliation_store::{Handling, HandlingState, Store};
use longmen_terminal::Table;

use super::propose::{ADJUSTMENT, propose};
use super::show::handling_json;
use crate::account_name::key_text;
use crate::commands::approve::find;
use crate::connect_args::ConnectArgs;
use crate::desk_args::{DeskArgs, failed, now_us};
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::page::Page;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Asks the ledger about everything that is under way, as the client who proposed it: what others proposed they have to refresh. What was
drafted and never reached the ledger is proposed now; what the ledger does not take is noted as refused, and may be handled anew.

Exit codes: 0 nothing is under way any more, 1 something waits

Example:
  longmen desk refresh --desk desk --client ann")]
pub(crate) struct Args {
    #[command(flatten)]
    desk: DeskArgs,
    #[command(flatten)]
    connect_args: ConnectArgs,
    #[command(flatten)]
    output: Output,
}

pub(super) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut store = args.desk.open()?;
    let under_way = store.read().in_hand().map_err(failed)?;
    let mut after = Vec::new();
    for handling in under_way {
        // Whoever proposed it has its id.
        if *handling.maker.as_str() != *args.connect_args.client() {
            after.push(handling);
            continue;
        }
        let client = args.connect_args.connect().await?;
        let asked = ask(client, &mut store, &handling).await;
        after.push(asked.map_err(|error| {
            error.naming(format_args!("handling {} of {}", handling.id, handling.break_id))
        })?);
    }
    let waits = after.iter().any(|one| matches!(one.state, HandlingState::Drafted | HandlingState::Proposed));
    let told: Vec<_> = after.iter().map(handling_json).collect();
    args.output.show(&told, |_| describe(&after))?;
    Ok(Conclusion::of(!waits))
}

async fn ask(mut client: Client, store: &mut Store, handling: &Handling) -> Result<Handling, Failure> {
    let name = TransactionId::Text(handling.transaction_text());
    // What was done about it is said by its own id, whatever became of the proposal.
    match client.transaction(name).await {
        Ok(record) if !is_of(handling, &record) => {
            return store.refused(handling.id, "idempotency_conflict", now_us()).map_err(failed);
        }
        Ok(record) if &*record.outcome == "posted" => {
            return store.posted(handling.id, now_us()).map_err(failed);
        }
        Ok(record) => return store.refused(handling.id, &record.outcome, now_us()).map_err(failed),
        Err(ClientError::Refused(refusal)) if &*refusal.code == "unknown_transaction" => {}
        Err(error) => return Err(error.into()),
    }
    let Some(number) = handling.proposal.as_deref().and_then(|text| text.parse().ok()) else {
        return match propose(client, store, handling).await {
            // It was noted, and those behind it are asked about.
            Err(Failure::Refused(_)) => store.read().handling(handling.id).map_err(failed),
            proposed => proposed,
        };
    };
    let proposal = find(&mut client, number).await?;
    match &*proposal.state {
        "rejected" | "withdrawn" | "expired" => {
            store.refused(handling.id, &proposal.state, now_us()).map_err(failed)
        }
        _ => Ok(handling.clone()),
    }
}

/// Whether a transaction is this step, and not another one of the same id, of a database that was made again.
fn is_of(handling: &Handling, record: &TransactionRecord) -> bool {
    let reference = record.notes.get("reference").is_some_and(|text| **text == *handling.break_id.as_str());
    let kind = record.notes.get("type").is_some_and(|text| **text == *ADJUSTMENT);
    let side = |is_debit: bool| if is_debit { "debit" } else { "credit" };
    let mut posted: Vec<(String, &str, i64)> = Vec::new();
    for leg in &record.legs {
        let account = key_text(&leg.entity, &leg.number, &leg.account_type, &leg.currency);
        posted.push((account, side(leg.side == Side::Debit), leg.amount));
    }
    let entries = handling.draft.entries.as_ref().filter(|_| handling.draft.kind.has_entries());
    let Some(entries) = entries else { return reference && kind };
    let mut drafted: Vec<(String, &str, i64)> =
        entries.legs().iter().map(|leg| (leg.account.to_string(), leg.side.name(), leg.amount.0)).collect();
    posted.sort();
    drafted.sort();
    // What was refused has no legs.
    reference && kind && (posted == drafted || &*record.outcome != "posted")
}

fn describe(handlings: &[Handling]) -> Page {
    if handlings.is_empty() {
        return "nothing is under way".to_owned().into();
    }
    let mut table = Table::new(&["=break", "what", "=transaction", "proposal", "state"]);
    for one in handlings {
        table.row([
            one.break_id.to_string(),
            one.draft.kind.name().to_owned(),
            one.transaction_text(),
            one.proposal.as_deref().unwrap_or_default().to_owned(),
            one.refusal
                .as_deref()
                .map_or_else(|| one.state.name().to_owned(), |code| format!("refused: {code}")),
        ]);
    }
    table.into()
}
