//! `longmen proposals`

use jiff::Timestamp;
use longmen_client::{
    Client, Proposal, Proposals, ProposalsRequest, ProposedAccount, ProposedLeg, TransactionRecord,
};
use longmen_terminal::Table;

use super::approve::find;
use super::transaction;
use crate::account_name::{AccountName, key_text};
use crate::failure::{Conclusion, Failure};
use crate::id_name::{IdName, shown};
use crate::listing::Listing;
use crate::money::money;
use crate::page::Page;

/// List what is proposed, and what became of it (四眼原则)
///
/// With a number, all of one proposal: what is to be done, and the digest that `longmen approve` takes. What was done at once and
/// nobody has reviewed yet is listed as unreviewed among the open ones.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen proposals                      what waits for a decision
  longmen proposals 17
  longmen proposals --all --account LM/U1/CNY")]
pub(crate) struct Args {
    /// The number of one proposal
    #[arg(conflicts_with_all = ["all", "account", "after", "maker"])]
    number: Option<u64>,
    /// Also those that have ended
    #[arg(long)]
    all: bool,
    /// Only those about this account
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<AccountName>,
    /// Of the page, only those that this principal made
    #[arg(long, value_name = "PRINCIPAL")]
    maker: Option<String>,
    /// Go on behind this number
    #[arg(long, value_name = "NUMBER")]
    after: Option<u64>,
    #[command(flatten)]
    listing: Listing,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.listing.ask_args.connect().await?;
    if let Some(number) = args.number {
        let proposal = find(&mut client, number).await?;
        let original = original_of(&mut client, &proposal).await;
        args.listing.output.show(&proposal, |proposal| {
            let mut page = describe_one(proposal);
            original.iter().for_each(|original| describe_original(&mut page, original));
            page
        })?;
        return Ok(Conclusion::Held);
    }
    let account = args.account.as_ref().map(|name| name.0.clone());
    let request =
        ProposalsRequest { after: args.after, limit: Some(args.listing.limit), open: !args.all, account };
    let mut page = client.proposals(&request).await.map_err(|error| match &args.account {
        Some(name) => Failure::about(error, name),
        None => error.into(),
    })?;
    if let Some(maker) = &args.maker {
        page.proposals.retain(|proposal| *proposal.maker == **maker);
    }
    args.listing.output.show(&page, describe)?;
    Ok(Conclusion::Held)
}

fn describe(page: &Proposals) -> Page {
    let mut table =
        Table::new(&["=number", "state", "maker", "operation", "=about", ">amount", "ends", "decided by"]);
    for proposal in &page.proposals {
        table.row([
            proposal.proposal.to_string(),
            proposal.state.to_string(),
            proposal.maker.to_string(),
            operation(proposal).to_owned(),
            about(proposal),
            how_much(proposal),
            ends(proposal),
            proposal.decided_by.to_string(),
        ]);
    }
    let mut shown = Page::from(table);
    if let Some(next) = page.next {
        shown.line(format_args!("more: --after {next}"));
    }
    shown
}

/// All of a proposal, as its approver reads it.
pub(super) fn describe_one(proposal: &Proposal) -> Page {
    let mut table = Table::new(&["", "="]);
    let mut row = |name: &str, value: String| {
        if !value.is_empty() {
            table.row([name.to_owned(), value]);
        }
    };
    row("proposal", proposal.proposal.to_string());
    row("state", proposal.state.to_string());
    row("maker", proposal.maker.to_string());
    row("id", shown(&proposal.id, proposal.text_id.as_deref()));
    row("ends", ends(proposal));
    proposal.content.iter().for_each(|(name, value)| row(name, value.to_string()));
    for leg in &proposal.legs {
        row(&leg.side, format!("{} {}", name_of(&leg.account), amount(leg)));
    }
    let accounts: Vec<String> = proposal.accounts.iter().map(name_of).collect();
    row("accounts", accounts.join(", "));
    row("decided by", proposal.decided_by.to_string());
    proposal.decision.iter().for_each(|(name, value)| row(&format!("their {name}"), value.to_string()));
    row("digest", proposal.digest.to_string());
    Page::from(table)
}

/// What a proposal would undo, give back, confirm or cancel, by the id and the client that it names; why it cannot be shown, where
/// it cannot.
async fn original_of(client: &mut Client, proposal: &Proposal) -> Option<Result<TransactionRecord, String>> {
    let (_, named) = proposal.content.iter().find(|(name, _)| &**name == "original")?;
    let (id, number) = named.rsplit_once(" of client ")?;
    let (id, number): (IdName, u32) = (id.parse().ok()?, number.parse().ok()?);
    let found = client.transaction_of(number, id.id()).await;
    Some(found.map_err(|error| error.to_string()))
}

fn describe_original(page: &mut Page, original: &Result<TransactionRecord, String>) {
    page.gap();
    match original {
        Ok(record) => {
            page.line("The original:");
            page.page(transaction::describe(record, &[], None));
        }
        Err(why) => page.line(format_args!("The original cannot be shown: {why}")),
    }
}

/// When it ends by itself, where it is open.
fn ends(proposal: &Proposal) -> String {
    let is_open = &*proposal.state == "open";
    proposal.expires_us.filter(|_| is_open).map(moment).unwrap_or_default()
}

/// What its legs move, or its content says.
fn how_much(proposal: &Proposal) -> String {
    let debits = proposal.legs.iter().filter(|leg| &*leg.side == "debit");
    let currency = proposal.legs.first().and_then(|leg| leg.account.currency.as_deref());
    let one = proposal.legs.iter().all(|leg| leg.account.currency.as_deref() == currency);
    let sum: i128 = debits.map(|leg| i128::from(leg.amount)).sum();
    match currency.filter(|_| one) {
        Some(currency) => money(currency, sum),
        None => {
            let told = proposal.content.iter().find(|(name, _)| &**name == "amount");
            told.map_or(String::new(), |(_, amount)| amount.to_string())
        }
    }
}

fn operation(proposal: &Proposal) -> &str {
    proposal.content.first().map_or("", |(_, value)| value)
}

/// The first account of it, or what its content names first.
fn about(proposal: &Proposal) -> String {
    match &proposal.accounts[..] {
        [] => proposal.content.get(1).map_or(String::new(), |(_, value)| value.to_string()),
        [one] => name_of(one),
        [first, rest @ ..] => format!("{} and {} more", name_of(first), rest.len()),
    }
}

pub(super) fn amount(leg: &ProposedLeg) -> String {
    match &leg.account.currency {
        Some(currency) => money(currency, leg.amount.into()),
        None => format!("{} minor units", leg.amount),
    }
}

pub(super) fn name_of(account: &ProposedAccount) -> String {
    match (&account.entity, &account.number, &account.account_type, &account.currency) {
        (Some(entity), Some(number), Some(kind), Some(currency)) => key_text(entity, number, kind, currency),
        _ => format!("#{}", account.account),
    }
}

/// A moment by RFC 3339; one beyond its years in microseconds.
fn moment(microseconds: i64) -> String {
    Timestamp::from_microsecond(microseconds)
        .map_or_else(|_| microseconds.to_string(), |moment| moment.to_string())
}
