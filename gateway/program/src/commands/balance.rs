//! `longmen balance`

use jiff::Timestamp;
use longmen_client::{Account, AccountRef, BalanceAtRequest, PastBalance};
use longmen_terminal::Table;

use super::accounts::table;
use crate::account_name::{AccountName, name_of_account, with_account_names};
use crate::connect_args::AskArgs;
use crate::failure::{Conclusion, Failure};
use crate::moment::{Moment, time};
use crate::money::money;
use crate::output::{Output, remark};
use crate::page::Page;

/// Show how accounts stand, or what they had at a moment of the past
#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
Examples:
  longmen balance LM/U1/CNY LM/fee/CNY @7
  longmen balance LM/U1/CNY --at 2026-11-30
  longmen balance LM/U1/CNY --at 2026-11-30T16:00:00Z --json"))]
pub(crate) struct Args {
    /// The accounts
    #[arg(required = true, value_name = "ACCOUNT")]
    accounts: Vec<AccountName>,
    /// At the end of this accounting date, or at this time
    #[arg(long, value_name = "DATE|TIME")]
    at: Option<Moment>,
    /// Count late postings on their value dates (期望入账日)
    #[arg(long, requires = "at")]
    by_value: bool,
    #[command(flatten)]
    ask_args: AskArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let asked: Vec<AccountRef> = args.accounts.iter().map(|name| name.0.clone()).collect();
    if let Some(at) = args.at {
        return past(&args, at, asked).await;
    }
    let mut client = args.ask_args.connect().await?;
    let found = client.balances(&asked).await?;
    let named = found.into_iter().zip(&args.accounts);
    let found: Vec<Account> = named
        .map(|(account, name)| account.map_err(|refusal| Failure::Refused(refusal).naming(name)))
        .collect::<Result<_, _>>()?;
    args.output.show(&found, |found| describe(found))?;
    Ok(Conclusion::Held)
}

/// The accounts, and where the newest record of each lies.
fn describe(found: &[Account]) -> Page {
    let mut page = Page::from(table(found));
    match found {
        [one] => page.line(format_args!("newest record: {}", one.last)),
        several => {
            let each = several.iter().map(|one| format!("{} {}", name_of_account(one), one.last));
            page.line(format_args!("newest records: {}", each.collect::<Vec<_>>().join(", ")));
        }
    }
    page
}

async fn past(args: &Args, at: Moment, asked: Vec<AccountRef>) -> Result<Conclusion, Failure> {
    let text;
    let (mut date, mut time_us, mut value_date) = (None, None, None);
    match at {
        Moment::Time(_) if args.by_value => {
            return Err(Failure::Usage("a value date is a date: --by-value --at YYYY-MM-DD".to_owned()));
        }
        Moment::Time(moment) => time_us = Some(moment),
        Moment::Date(day) => {
            text = day.to_string();
            *if args.by_value { &mut value_date } else { &mut date } = Some(text.as_str());
        }
    }
    let mut client = args.ask_args.connect().await?;
    let mut found = Vec::new();
    for (account, name) in asked.into_iter().zip(&args.accounts) {
        let past = client.balance_at(&BalanceAtRequest { account, date, time_us, value_date }).await;
        let past = past.map_err(|error| Failure::about(error, name))?;
        if let Some(words) = not_over(at, &past.account, name) {
            remark(words);
        }
        found.push(past);
    }
    args.output.show(&found, |found| past_table(found))?;
    Ok(Conclusion::Held)
}

/// That a moment is still to come, so that the balance is what there is so far.
fn not_over(at: Moment, account: &Account, name: &AccountName) -> Option<String> {
    let so_far = "what is told is the balance so far";
    match at {
        Moment::Time(time_us) if time_us > Timestamp::now().as_microsecond() => {
            Some(format!("{name}: {} is still to come; {so_far}", time(time_us)))
        }
        Moment::Date(date) if *date.to_string() > *account.date => Some(format!(
            "{name}: {date} is still to come in the books, where it is {}; {so_far}",
            account.date
        )),
        _ => None,
    }
}

fn past_table(found: &[PastBalance]) -> Table {
    let mut table =
        Table::new(&[">id", "entity", "=number", "type", "", ">balance", ">frozen", "=newest entry"]);
    for past in found {
        let account = &past.account;
        table.row([
            account.id.to_string(),
            account.entity.to_string(),
            account.number.to_string(),
            account.kind.to_string(),
            account.currency.to_string(),
            money(&account.currency, past.balance),
            past.frozen.map(|frozen| money(&account.currency, frozen.into())).unwrap_or_default(),
            past.position.as_deref().unwrap_or_default().to_owned(),
        ]);
    }
    table
}
