//! `longmen desk refresh`

use longmen_client::{Side, TransactionRecord};
use longmen_reconciliation::Entries;
use longmen_reconciliation_store::{Handling, HandlingState, Settlement, Store};
use longmen_terminal::Table;
use serde_json::{Value, json};

use super::became::{Asked, Became};
use super::propose::{SETTLEMENT, propose, propose_settlement, type_of};
use super::show::handling_json;
use crate::account_name::key_text;
use crate::connect_args::ConnectArgs;
use crate::desk_args::{DeskArgs, failed, now_us};
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::page::Page;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Asks the ledger about everything that is under way, settlements among it, whoever proposed it: who may see what others propose notes what
became of it. What was drafted and never reached the ledger is proposed now, where the client that asks drafted it; what the ledger does not
take is noted as refused, and may be handled anew.

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
    let (mut handlings, mut settlements) = (Vec::new(), Vec::new());
    for handling in store.read().in_hand().map_err(failed)? {
        let asked = of_handling(&args.connect_args, &mut store, &handling).await;
        handlings.push(asked.map_err(|error| {
            error.naming(format_args!("handling {} of {}", handling.id, handling.break_id))
        })?);
    }
    for settlement in store.read().settlements_in_hand().map_err(failed)? {
        let asked = of_settlement(&args.connect_args, &mut store, &settlement).await;
        settlements.push(asked.map_err(|error| error.naming(settlement.transaction_text()))?);
    }
    let mut states = handlings.iter().map(|one| one.state).chain(settlements.iter().map(|one| one.state));
    let waits = states.any(|state| matches!(state, HandlingState::Drafted | HandlingState::Proposed));
    let told = json!({
        "handlings": handlings.iter().map(handling_json).collect::<Vec<_>>(),
        "settlements": settlements.iter().map(settlement_json).collect::<Vec<_>>(),
    });
    args.output.show(&told, |_| describe(&handlings, &settlements))?;
    Ok(Conclusion::of(!waits))
}

async fn of_handling(
    connect_args: &ConnectArgs,
    store: &mut Store,
    handling: &Handling,
) -> Result<Handling, Failure> {
    let mut client = connect_args.connect().await?;
    let asked = Asked {
        maker: handling.maker.as_str(),
        transaction: handling.transaction_text(),
        proposal: number(handling.proposal.as_deref()),
        client: handling.client,
    };
    let id = handling.id;
    match asked.became(&mut client, connect_args.client(), &|record| is_of(handling, record)).await? {
        Became::Posted { client } => store.posted(id, client, now_us()).map_err(failed),
        Became::Refused(code) => store.refused(id, &code, now_us()).map_err(failed),
        Became::Waits { proposal, client } => {
            store.proposed(id, &proposal.to_string(), client, now_us()).map_err(failed)
        }
        Became::Unsent => match propose(client, store, handling).await {
            // It was noted, and those behind it are asked about.
            Err(Failure::Refused(_)) => store.read().handling(id).map_err(failed),
            proposed => proposed,
        },
        Became::Unseen => Ok(handling.clone()),
    }
}

/// The same of a settlement.
pub(super) async fn of_settlement(
    connect_args: &ConnectArgs,
    store: &mut Store,
    settlement: &Settlement,
) -> Result<Settlement, Failure> {
    let mut client = connect_args.connect().await?;
    let asked = Asked {
        maker: settlement.maker.as_str(),
        transaction: settlement.transaction_text(),
        proposal: number(settlement.proposal.as_deref()),
        client: settlement.client,
    };
    let is_it = |record: &TransactionRecord| {
        let reference = Settlement::reference_of(&settlement.channel, settlement.date);
        has_notes(record, SETTLEMENT, &reference) && has_legs(record, &settlement.entries)
    };
    let id = settlement.id;
    match asked.became(&mut client, connect_args.client(), &is_it).await? {
        Became::Posted { .. } => store.settlement_posted(id, now_us()).map_err(failed),
        Became::Refused(code) => store.settlement_refused(id, &code, now_us()).map_err(failed),
        Became::Waits { proposal, client } => {
            store.settlement_proposed(id, &proposal.to_string(), client, now_us()).map_err(failed)
        }
        Became::Unsent => match propose_settlement(client, store, settlement).await {
            Err(Failure::Refused(_)) => store.read().settlement(id).map_err(failed),
            proposed => proposed,
        },
        Became::Unseen => Ok(settlement.clone()),
    }
}

fn number(proposal: Option<&str>) -> Option<u64> {
    proposal.and_then(|text| text.parse().ok())
}

/// Whether a transaction is this step, and not another one of the same id, of a database that was made again.
fn is_of(handling: &Handling, record: &TransactionRecord) -> bool {
    let entries = handling.draft.entries.as_ref().filter(|_| handling.draft.kind.has_entries());
    has_notes(record, type_of(&handling.draft), handling.break_id.as_str())
        && entries.is_none_or(|entries| has_legs(record, entries))
}

fn has_notes(record: &TransactionRecord, kind: &str, reference: &str) -> bool {
    let is = |name: &str, wanted: &str| record.notes.get(name).is_some_and(|text| **text == *wanted);
    is("type", kind) && is("reference", reference)
}

/// Whether it posted these entries; what was refused has no legs.
fn has_legs(record: &TransactionRecord, entries: &Entries) -> bool {
    let side = |is_debit: bool| if is_debit { "debit" } else { "credit" };
    let mut posted: Vec<(String, &str, i64)> = Vec::new();
    for leg in &record.legs {
        let account = key_text(&leg.entity, &leg.number, &leg.account_type, &leg.currency);
        posted.push((account, side(leg.side == Side::Debit), leg.amount));
    }
    let mut drafted: Vec<(String, &str, i64)> =
        entries.legs().iter().map(|leg| (leg.account.to_string(), leg.side.name(), leg.amount.0)).collect();
    posted.sort();
    drafted.sort();
    posted == drafted || &*record.outcome != "posted"
}

pub(super) fn settlement_json(one: &Settlement) -> Value {
    json!({
        "channel": one.channel.as_str(), "date": one.date.to_string(), "maker": one.maker.as_str(),
        "state": one.state.name(), "transaction": one.transaction_text(), "proposal": one.proposal,
        "refusal": one.refusal, "made_at_us": one.made_at_us,
    })
}

fn describe(handlings: &[Handling], settlements: &[Settlement]) -> Page {
    if handlings.is_empty() && settlements.is_empty() {
        return "nothing is under way".to_owned().into();
    }
    let mut table = Table::new(&["=about", "what", "=transaction", "=maker", "proposal", "state"]);
    let came = |state: HandlingState, refusal: &Option<Box<str>>| {
        refusal.as_deref().map_or_else(|| state.name().to_owned(), |code| format!("refused: {code}"))
    };
    for one in handlings {
        table.row([
            one.break_id.to_string(),
            one.draft.kind.name().to_owned(),
            one.transaction_text(),
            one.maker.to_string(),
            one.proposal.as_deref().unwrap_or_default().to_owned(),
            came(one.state, &one.refusal),
        ]);
    }
    for one in settlements {
        table.row([
            one.channel.to_string(),
            format!("settles {}", one.date),
            one.transaction_text(),
            one.maker.to_string(),
            one.proposal.as_deref().unwrap_or_default().to_owned(),
            came(one.state, &one.refusal),
        ]);
    }
    table.into()
}
