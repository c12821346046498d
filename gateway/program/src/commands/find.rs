//! `longmen find`

use clap::ArgGroup;
use jiff::civil::Date;
use longmen_client::{Client, FindRequest, FoundTransactions, Side, TransactionRecord};
use longmen_terminal::Table;

use crate::account_name::key_text;
use crate::argument::{client_number, said};
use crate::failure::{Conclusion, Failure};
use crate::id_name::{IdName, shown};
use crate::listing::Pages;
use crate::moment::time;
use crate::money::money;
use crate::page::Page;
use crate::report::period::day;

/// Find transactions by their reference (业务流水号), by the id that a client gave, or by accounting date (会计日)
///
/// Of whichever client, in the order of the log: by reference or id posted, refused and cancelled ones, by dates alone those that
/// were done, with --refused the others as well, with --refused-only the others alone. With --entity and dates only the part of the log is read in which they were current;
/// without, all of it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen find --reference T20261129-0001 --entity LM --from 2026-11-29
  longmen find --id order-17 --entity LM --from 2026-11-01 --to 2026-11-03
  longmen find --date 2026-11-29 --refused-only
  longmen find --entity LM --date 2026-11-29 --of-client 3
  longmen find --entity LM --date 2026-11-29 --legs     the journal of a date, leg by leg
  longmen transaction --place 412/3            a transaction that was found, with its legs")]
#[command(group = ArgGroup::new("sought").args(["reference", "id", "date", "from", "to"]).required(true).multiple(true))]
pub(crate) struct Args {
    /// Their reference, whole
    #[arg(long, value_name = "TEXT", value_parser = said, conflicts_with = "id")]
    reference: Option<String>,
    /// Their id, as it was posted, or as a listing shows it
    #[arg(long)]
    id: Option<IdName>,
    /// The entity that they touch, by whichever leg, and whose dates are meant; a refused one counts as that of its first
    /// account
    #[arg(long, value_parser = said)]
    entity: Option<String>,
    /// The accounting date, of --entity, or of the only entity that there is
    #[arg(long, value_name = "DATE", value_parser = day, conflicts_with_all = ["from", "to"])]
    date: Option<Date>,
    /// The first accounting date
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Option<Date>,
    /// The last accounting date; without it, the current one
    #[arg(long, value_name = "DATE", value_parser = day)]
    to: Option<Date>,
    /// Those of this client alone, by its number
    #[arg(long, value_name = "NUMBER", value_parser = client_number)]
    of_client: Option<u32>,
    /// Of a date those as well that were refused or cancelled, with their codes
    #[arg(long)]
    refused: bool,
    /// Only those that were refused or cancelled
    #[arg(long, conflicts_with = "refused")]
    refused_only: bool,
    /// With their legs on accounts of the entity: the journal (序时账)
    #[arg(long, conflicts_with_all = ["refused", "refused_only"])]
    legs: bool,
    #[command(flatten)]
    pages: Pages,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    if args.from.zip(args.to).is_some_and(|(from, to)| to < from) {
        return Err(Failure::Usage("--to lies before --from".to_owned()));
    }
    let mut client = args.pages.listing.ask_args.connect().await?;
    let entity = args.entity_of_dates(&mut client).await?;
    let [from, to] = [args.from, args.to].map(|end| args.date.or(end).map(|date| date.to_string()));
    let mut found =
        FoundTransactions { transactions: Vec::new(), next: args.pages.after.as_deref().map(Box::from) };
    // A page may look at its stretch of the log and find nothing.
    while let Some(left @ 1..) = args.pages.listing.limit.checked_sub(count(&found)) {
        let request = FindRequest {
            reference: args.reference.as_deref(),
            id: args.id.as_ref().map(IdName::id),
            entity: entity.as_deref(),
            from: from.as_deref(),
            to: to.as_deref(),
            after: found.next.as_deref(),
            limit: left,
            client: args.of_client,
            outcomes: args.outcomes(),
            legs: args.legs,
        };
        let page = client.find(&request).await.map_err(|error| match &entity {
            Some(entity) => Failure::about(error, format_args!("entity {entity}")),
            None => error.into(),
        })?;
        found.transactions.extend(page.transactions);
        found.next = page.next;
        if found.next.is_none() {
            break;
        }
    }
    let conclusion = Conclusion::of(!found.transactions.is_empty());
    let describe = if args.legs { describe_journal } else { describe };
    args.pages.listing.output.show(&found, describe)?;
    Ok(conclusion)
}

impl Args {
    fn outcomes(&self) -> Option<&'static str> {
        match (self.refused, self.refused_only) {
            (_, true) => Some("refused"),
            (true, _) => Some("all"),
            _ => None,
        }
    }

    /// The entity that is asked about: dates are those of one, which need not be named where there is no other.
    async fn entity_of_dates(&self, client: &mut Client) -> Result<Option<String>, Failure> {
        let needs_one = self.legs || [self.date, self.from, self.to].iter().any(Option::is_some);
        if self.entity.is_some() || !needs_one {
            return Ok(self.entity.clone());
        }
        let known = client.status().await?.entities;
        match &known[..] {
            [(only, _)] => Ok(Some(only.to_string())),
            known => {
                let known: Vec<&str> = known.iter().take(8).map(|(code, _)| &**code).collect();
                let words =
                    format!("--entity is missing: whose books are meant? There are {}", known.join(", "));
                Err(Failure::Usage(words))
            }
        }
    }
}

fn count(found: &FoundTransactions) -> u32 {
    u32::try_from(found.transactions.len()).expect("no more are asked for than a limit says")
}

fn describe(found: &FoundTransactions) -> Page {
    if found.transactions.is_empty() {
        return "none found".to_owned().into();
    }
    let heads = ["=place", ">client", "=id", "what", "outcome", "date", "time", "reference"];
    let mut table = Table::new(&heads);
    for record in &found.transactions {
        table.row(row(record));
    }
    with_next(table, found)
}

/// Leg by leg, with debits and credits in columns of their own.
fn describe_journal(found: &FoundTransactions) -> Page {
    if found.transactions.is_empty() {
        return "none found".to_owned().into();
    }
    let mut table = Table::new(&["=place", "=id", "type", "=account", "subject", ">debit", ">credit", ""]);
    for record in &found.transactions {
        let kind = record.notes.get("type").unwrap_or(&record.action);
        for (index, leg) in record.legs.iter().enumerate() {
            let [place, id, kind] = match index {
                0 => [
                    format!("{}/{}", record.frame, record.ordinal),
                    shown(&record.id, record.text_id.as_deref()),
                    kind.to_string(),
                ],
                _ => Default::default(),
            };
            let amount = money(&leg.currency, leg.amount.into());
            let [debit, credit] = match leg.side {
                Side::Debit => [amount, String::new()],
                Side::Credit => [String::new(), amount],
            };
            let account = key_text(&leg.entity, &leg.number, &leg.account_type, &leg.currency);
            let currency = leg.currency.to_string();
            table.row([place, id, kind, account, leg.subject.to_string(), debit, credit, currency]);
        }
    }
    with_next(table, found)
}

fn with_next(table: Table, found: &FoundTransactions) -> Page {
    let mut page = Page::from(table);
    if let Some(next) = &found.next {
        page.line(format_args!("more: --after {next}"));
    }
    page
}

fn row(record: &TransactionRecord) -> [String; 8] {
    let note = |name: &str| record.notes.get(name).map_or(String::new(), |text| text.to_string());
    let what = match &*note("type") {
        "" => record.action.to_string(),
        kind => format!("{kind} ({})", record.action),
    };
    [
        format!("{}/{}", record.frame, record.ordinal),
        record.client.to_string(),
        shown(&record.id, record.text_id.as_deref()),
        what,
        record.outcome.to_string(),
        record.accounting_date.to_string(),
        time(record.time_us),
        note("reference"),
    ]
}
