//! `longmen holds`

use jiff::Timestamp;
use longmen_client::{Hold, Holds, HoldsRequest};
use longmen_terminal::Table;

use crate::account_name::{AccountName, key_text, with_account_names};
use crate::failure::{Conclusion, Failure};
use crate::id_name::shown;
use crate::listing::Pages;
use crate::money::money;
use crate::page::Page;

/// List holds (冻结): of one account, or all of which something remains
///
/// The id shown names a hold in `longmen unfreeze`, `raise` and `consume`: the text that it was frozen under, or else its
/// digits behind 0x.
#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
Examples:
  longmen holds
  longmen holds LM/U1/CNY                      with those of which nothing remains"))]
pub(crate) struct Args {
    /// The account; without it, every account
    account: Option<AccountName>,
    #[command(flatten)]
    pages: Pages,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.pages.listing.ask_args.connect().await?;
    let account = args.account.as_ref().map(|name| name.0.clone());
    let request =
        HoldsRequest { account, after: args.pages.after.as_deref(), limit: args.pages.listing.limit };
    let page = client.holds(&request).await.map_err(|error| match &args.account {
        Some(name) => Failure::about(error, name),
        None => error.into(),
    })?;
    args.pages.listing.output.show(&page, describe)?;
    Ok(Conclusion::Held)
}

/// Holds, one a row.
pub(super) fn table(holds: &[Hold]) -> Table {
    let heads = ["=id", "=account", "kind", "authority", "expires", ">frozen in all", ">remaining", ""];
    let mut table = Table::new(&heads);
    for hold in holds {
        let print = |minor: i64| money(&hold.currency, minor.into());
        table.row([
            shown(&hold.id, hold.text_id.as_deref()),
            key_text(&hold.entity, &hold.number, &hold.account_type, &hold.currency),
            hold.kind.to_string(),
            hold.authority.to_string(),
            hold.expires_us.map(moment).unwrap_or_default(),
            print(hold.amount),
            print(hold.remaining),
            if hold.expired { "expired".to_owned() } else { String::new() },
        ]);
    }
    table
}

fn describe(page: &Holds) -> Page {
    let mut shown = Page::from(table(&page.holds));
    if let Some(next) = &page.next {
        shown.line(format_args!("more: --after {next}"));
    }
    shown
}

/// A moment by RFC 3339; one beyond its years in microseconds.
fn moment(microseconds: i64) -> String {
    Timestamp::from_microsecond(microseconds)
        .map_or_else(|_| microseconds.to_string(), |moment| moment.to_string())
}
