//! `longmen holds`

use std::collections::BTreeMap;

use jiff::Timestamp;
use longmen_client::{Account, AccountRef, Client, Hold, Holds, HoldsRequest, MAX_LIST};
use longmen_loadtest::table::Table;

use crate::account_name::{AccountName, with_account_names};
use crate::failure::{Failure, Verdict};
use crate::money::money;
use crate::output::Output;
use crate::page::Page;
use crate::reach::Reach;

/// List holds (冻结): of one account, or all of which something remains
///
/// The id shown names a hold in `longmen unfreeze` and `longmen consume`, as the text that it was frozen under does.
#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
Examples:
  longmen holds
  longmen holds LM/U1/CNY                      with those of which nothing remains"))]
pub(crate) struct Args {
    /// The account; without it, every account
    account: Option<AccountName>,
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_LIST)))]
    limit: u32,
    /// Go on where the page before ended
    #[arg(long, value_name = "POSITION")]
    after: Option<String>,
    #[command(flatten)]
    reach: Reach,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Verdict, Failure> {
    let mut client = args.reach.connect().await?;
    let account = args.account.as_ref().map(|name| name.0.clone());
    let request = HoldsRequest { account, after: args.after.as_deref(), limit: args.limit };
    let page = client.holds(&request).await.map_err(|error| match &args.account {
        Some(name) => Failure::about(error, name),
        None => error.into(),
    })?;
    let accounts = accounts_of(&mut client, &page.holds).await?;
    args.output.show(&page, |page| describe(page, &accounts))?;
    Ok(Verdict::Held)
}

/// The held accounts.
async fn accounts_of(client: &mut Client, holds: &[Hold]) -> Result<BTreeMap<u64, Account>, Failure> {
    let mut ids: Vec<u64> = holds.iter().map(|hold| hold.account).collect();
    ids.dedup();
    let asked: Vec<AccountRef> = ids.into_iter().map(AccountRef::Id).collect();
    let mut accounts = BTreeMap::new();
    for account in client.balances(&asked).await? {
        let account = account.map_err(Failure::Refused)?;
        accounts.insert(account.id, account);
    }
    Ok(accounts)
}

fn describe(page: &Holds, accounts: &BTreeMap<u64, Account>) -> Page {
    let heads = [
        "id",
        ">account",
        "number",
        "kind",
        "authority",
        "expires",
        "",
        ">frozen at first",
        ">remaining",
        "",
    ];
    let mut table = Table::new(&heads);
    for hold in &page.holds {
        let account = &accounts[&hold.account];
        let print = |minor: i64| money(&account.currency, minor.into());
        table.row([
            format!("0x{}", hold.id),
            format!("@{}", hold.account),
            account.number.to_string(),
            hold.kind.to_string(),
            hold.authority.to_string(),
            hold.expires_us.map(moment).unwrap_or_default(),
            account.currency.to_string(),
            print(hold.amount),
            print(hold.remaining),
            if hold.expired { "expired".to_owned() } else { String::new() },
        ]);
    }
    let mut shown = Page::from(table);
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
