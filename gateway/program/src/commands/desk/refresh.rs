//! `longmen desk refresh`

use longmen_client::{Client, ClientError, TransactionId};
use longmen_reconciliation_store::{Handling, HandlingState, Store};
use longmen_terminal::Table;

use super::propose::propose;
use super::show::handling_json;
use crate::commands::approve::find;
use crate::connect_args::ConnectArgs;
use crate::desk_args::{DeskArgs, failed, now_us};
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::page::Page;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Asks the ledger about everything that is under way, as the client who proposed it. What was drafted and never reached the ledger is
proposed now.

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
        after.push(ask(client, &mut store, &handling).await?);
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
        Ok(record) if &*record.outcome == "posted" => {
            return store.posted(handling.id, now_us()).map_err(failed);
        }
        Ok(record) => return store.refused(handling.id, &record.outcome, now_us()).map_err(failed),
        Err(ClientError::Refused(refusal)) if &*refusal.code == "unknown_transaction" => {}
        Err(error) => return Err(error.into()),
    }
    let Some(number) = handling.proposal.as_deref().and_then(|text| text.parse().ok()) else {
        return propose(client, store, handling).await;
    };
    let proposal = find(&mut client, number).await?;
    match &*proposal.state {
        "rejected" | "withdrawn" | "expired" => {
            store.refused(handling.id, &proposal.state, now_us()).map_err(failed)
        }
        _ => Ok(handling.clone()),
    }
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
