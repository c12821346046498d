//! `longmen transaction`

use clap::ArgGroup;
use longmen_client::{AccountRef, Client, Hold, HoldsRequest, MAX_LIST, TransactionRecord};
use longmen_terminal::Table;

use super::holds;
use crate::account_name::key_text;
use crate::connect_args::ConnectArgs;
use crate::failure::{Conclusion, Failure};
use crate::id_name::{IdName, shown};
use crate::money::money;
use crate::output::Output;
use crate::page::Page;

/// At most 32 pages of holds are searched.
const MOST_PAGES: usize = 32;
/// On so many accounts holds are looked for.
const MOST_ACCOUNTS: usize = 32;

/// Show a transaction as the log has it: one of this client, or whichever lies at a place
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen transaction order-17
  longmen transaction 0x1cf8320d8c5be8fc9f1841f7e4de2cdd --client switch
  longmen transaction --place 412/3            as `longmen find` and results name it")]
#[command(group = ArgGroup::new("which").args(["id", "place"]).required(true))]
pub(crate) struct Args {
    /// Its id, as it was posted, or as a statement shows it
    id: Option<IdName>,
    /// Where its record lies; whose it is does not matter
    #[arg(long, value_name = "FRAME/RECORD")]
    place: Option<String>,
    #[command(flatten)]
    connect_args: ConnectArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.connect_args.connect().await?;
    let record = match (&args.id, &args.place) {
        (Some(id), _) => {
            client.transaction(id.id()).await.map_err(|error| Failure::about(error, not_found(&args, id)))?
        }
        (None, place) => {
            let place = place.as_deref().unwrap_or_default();
            client.transaction_at(place).await.map_err(|error| Failure::about(error, place))?
        }
    };
    let held = match sets_aside(&record) {
        true => holds_of(&mut client, &record).await?,
        false => Vec::new(),
    };
    args.output.show(&record, |record| describe(record, &held))?;
    Ok(Conclusion::Held)
}

/// What was looked for where nothing was found, and how else it may be.
fn not_found(args: &Args, id: &IdName) -> String {
    let client = args.connect_args.client();
    let id = id.quoted();
    format!(
        "the node knows no transaction {id} of client {client}; `longmen find --id {id}` looks for one of any client, however \
         old it is"
    )
}

/// Whether it set amounts aside and posted nothing.
fn sets_aside(record: &TransactionRecord) -> bool {
    &*record.outcome == "posted" && matches!(&*record.action, "freeze" | "try")
}

/// What it set aside, as far as the node remembers it: its record has no legs.
async fn holds_of(client: &mut Client, record: &TransactionRecord) -> Result<Vec<Hold>, Failure> {
    if record.held.is_empty() {
        // An older node does not say where it set something aside, and lists what remains alone.
        return holds_among(client, record, None).await;
    }
    let mut found = Vec::new();
    for held in record.held.iter().take(MOST_ACCOUNTS) {
        found.extend(holds_among(client, record, Some(held.account)).await?);
    }
    Ok(found)
}

/// Those of its holds that are on this account, or of which something remains.
async fn holds_among(
    client: &mut Client,
    record: &TransactionRecord,
    account: Option<u64>,
) -> Result<Vec<Hold>, Failure> {
    let mut found = Vec::new();
    let mut after: Option<Box<str>> = None;
    for _ in 0..MOST_PAGES {
        let account = account.map(AccountRef::Id);
        let request = HoldsRequest { account, after: after.as_deref(), limit: MAX_LIST };
        let page = client.holds(&request).await?;
        let own = |hold: &Hold| hold.client == record.client && hold.id == record.id;
        found.extend(page.holds.into_iter().filter(own));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(found)
}

fn describe(record: &TransactionRecord, held: &[Hold]) -> Page {
    let mut page = Page::new();
    page.line(format_args!(
        "{} {} {} on {} (value date {}), frame {} record {}",
        record.action,
        shown(&record.id, record.text_id.as_deref()),
        record.outcome,
        record.accounting_date,
        record.value_date,
        record.frame,
        record.ordinal
    ));
    if record.text_id.is_some() {
        page.line(format_args!("id: 0x{}", record.id));
    }
    if let Some(named) = &record.named {
        let place = named.place.as_ref().map_or(String::new(), |place| format!(" at {place}"));
        let forced = if named.forced { ", forced" } else { "" };
        let blue = if named.blue { ", on the opposite sides (蓝字反方向)" } else { "" };
        let id = shown(&named.id, named.text_id.as_deref());
        page.line(format_args!("names {id} of client {}{place}{forced}{blue}", named.client));
    }
    for (name, note) in &record.notes {
        page.line(format_args!("{name}: {note}"));
    }
    if record.legs.is_empty() && &*record.outcome != "posted" {
        // It moved nothing.
        if record.step > 0 {
            page.line(format_args!("refused at step {}", record.step));
        }
        return page;
    }
    if sets_aside(record) {
        match held {
            [] => page.line("the node remembers nothing of it any more that was set aside"),
            held => page.table(holds::table(held)),
        }
    }
    if record.legs.is_empty() && record.tried.is_empty() {
        return page;
    }
    let mut table = Table::new(&[">step", "=account", "side", ">amount", ""]);
    for leg in &record.tried {
        table.row([
            leg.step.to_string(),
            key_text(&leg.entity, &leg.number, &leg.account_type, &leg.currency),
            format!("{:?}", leg.side).to_lowercase(),
            money(&leg.currency, leg.amount.into()),
            "when it is confirmed".to_owned(),
        ]);
    }
    for leg in &record.legs {
        table.row([
            leg.step.to_string(),
            key_text(&leg.entity, &leg.number, &leg.account_type, &leg.currency),
            format!("{:?}", leg.side).to_lowercase(),
            money(&leg.currency, leg.amount.into()),
            if leg.merged { "in a merged entry".to_owned() } else { String::new() },
        ]);
    }
    page.table(table);
    page
}
