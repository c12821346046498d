//! `longmen entry`

use longmen_client::{EntryRequest, MergedEntry};

use super::statement::{row, table};
use crate::account_name::{AccountName, with_account_names};
use crate::failure::{Conclusion, Failure};
use crate::listing::Listing;
use crate::money::money;
use crate::page::Page;

/// Open a merged entry of a hot account (热点账户) into its transactions
#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
Examples:
  longmen statement LM/fee/CNY                 shows where each merged entry lies
  longmen entry LM/fee/CNY 1042/0/7 --limit 100"))]
pub(crate) struct Args {
    /// The account
    account: AccountName,
    /// Where the entry lies, as a statement says
    position: String,
    /// The first leg to show, counted from 0
    #[arg(long, default_value_t = 0)]
    from: u32,
    #[command(flatten)]
    listing: Listing,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.listing.ask_args.connect().await?;
    let (account, position) = (args.account.0.clone(), args.position.as_str());
    let request = EntryRequest { account, position, from: args.from, limit: args.listing.limit };
    let entry = client.entry(&request).await.map_err(|error| Failure::about(error, &args.account))?;
    args.listing.output.show(&entry, describe)?;
    Ok(Conclusion::Held)
}

fn describe(entry: &MergedEntry) -> Page {
    let currency = &entry.account.currency;
    let mut table = table();
    table.row(["", "", "opening", "", "", "", &money(currency, entry.opening)]);
    for line in &entry.lines {
        table.row(row(currency, line));
    }
    table.row(["", "", "closing", "", "", "", &money(currency, entry.closing)]);
    let mut page = Page::new();
    page.line(format_args!("{} legs", entry.count));
    page.table(table);
    if let Some(next) = entry.next {
        page.line(format_args!("further legs: --from {next}"));
    }
    page
}
