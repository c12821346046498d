//! `longmen transaction`

use clap::ArgGroup;
use longmen_client::{
    AccountRef, Client, Hold, HoldMoved, HoldsRequest, MAX_LIST, RegisterRequest, RegisterRow,
    TransactionRecord,
};
use longmen_terminal::Table;

use super::holds;
use crate::account_name::key_text;
use crate::argument::client_number;
use crate::connect_args::AskArgs;
use crate::failure::{Conclusion, Failure};
use crate::id_name::{IdName, shown};
use crate::money::money;
use crate::output::Output;
use crate::page::Page;

/// At most 32 pages of holds are searched.
const MOST_PAGES: usize = 32;
/// On so many accounts holds are looked for.
const MOST_ACCOUNTS: usize = 32;

/// Show a transaction as the log has it: one of this client or of another, or whichever lies at a place
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen transaction order-17
  longmen transaction 0x1cf8320d8c5be8fc9f1841f7e4de2cdd --client switch
  longmen transaction order-17 --of-client 3   another client's, by its number
  longmen transaction --place 412/3            as `longmen find` and results name it")]
#[command(group = ArgGroup::new("which").args(["id", "place"]).required(true))]
pub(crate) struct Args {
    /// Its id, as it was posted, or as a statement shows it
    id: Option<IdName>,
    /// The number of the client whose id it is; without it, your own
    #[arg(long, value_name = "NUMBER", value_parser = client_number, requires = "id")]
    of_client: Option<u32>,
    /// Where its record lies; whose it is does not matter
    #[arg(long, value_name = "FRAME/RECORD")]
    place: Option<String>,
    #[command(flatten)]
    ask_args: AskArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.ask_args.connect().await?;
    let record = match (&args.id, &args.place) {
        (Some(id), _) => {
            let found = match args.of_client {
                Some(number) => client.transaction_of(number, id.id()).await,
                None => client.transaction(id.id()).await,
            };
            found.map_err(|error| Failure::about(error, not_found(&args, id)))?
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
    let end = match record.tried.is_empty() || held.iter().any(|hold| hold.remaining > 0) {
        true => None,
        false => end_of_try(&mut client, &record).await?,
    };
    args.output.show(&record, |record| describe(record, &held, end.as_ref()))?;
    Ok(Conclusion::Held)
}

/// What was looked for where nothing was found, and how else it may be.
fn not_found(args: &Args, id: &IdName) -> String {
    let own = || args.ask_args.client().to_string();
    let client = args.of_client.map_or_else(own, |number| number.to_string());
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

/// What became of a try.
pub(super) struct End {
    /// What did it, and when; nothing where it expired, which its holds say.
    told: Option<String>,
    /// What that means for a leg.
    of_leg: &'static str,
}

/// What became of a try whose holds have ended, by the register of an account that it held something on; nothing where that
/// does not say.
async fn end_of_try(client: &mut Client, record: &TransactionRecord) -> Result<Option<End>, Failure> {
    let Some(held) = record.held.first() else { return Ok(None) };
    let about = format!("{}/{}", record.client, record.id);
    let mut after: Option<Box<str>> = None;
    for _ in 0..MOST_PAGES {
        let account = Some(held.account.into());
        let request = RegisterRequest {
            account,
            entity: None,
            from: None,
            to: None,
            after: after.as_deref(),
            limit: MAX_LIST,
        };
        let page = client.register(&request).await?;
        let ends = |row: &&RegisterRow| {
            *row.about == *about && matches!(&*row.action, "consumed" | "released" | "expired")
        };
        if let Some(row) = page.rows.iter().find(ends) {
            return Ok(Some(End::of(row)));
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(None)
}

impl End {
    fn of(row: &RegisterRow) -> End {
        let by = row.transaction.as_deref().map(|id| format!(" by {}", shown(id, row.text_id.as_deref())));
        let on = row.date.as_deref().map_or(String::new(), |date| format!(" on {date}"));
        let told = |what: &str| Some(format!("{what}{}{on}", by.unwrap_or_default()));
        match &*row.action {
            "consumed" => End { told: told("confirmed"), of_leg: "posted by its confirm" },
            "released" => End { told: told("cancelled"), of_leg: "not posted" },
            _ => End { told: None, of_leg: "not posted" },
        }
    }
}

pub(super) fn describe(record: &TransactionRecord, held: &[Hold], end: Option<&End>) -> Page {
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
    } else {
        for HoldMoved { entity, number, account_type, currency, moved, amount, .. } in &record.held {
            let account = key_text(entity, number, account_type, currency);
            page.line(format_args!("{moved} {} {currency} on {account}", money(currency, (*amount).into())));
        }
    }
    if let Some(end) = end {
        end.told.iter().for_each(|told| page.line(told));
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
            end.map_or("when it is confirmed", |end| end.of_leg).to_owned(),
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
