//! `longmen memo`

use jiff::civil::Date;
use longmen_client::{
    Account, Client, ListAccountsRequest, ListAfter, MAX_LIST, RangeEnd, Side, StatementRequest,
};
use longmen_terminal::{Table, grouped};
use serde::Serialize;

use crate::account_name::name_of_account;
use crate::argument::said;
use crate::connect_args::AskArgs;
use crate::failure::{Conclusion, Failure};
use crate::money::money;
use crate::output::Output;
use crate::page::Page;
use crate::report::memo::{InOut, MemoDay};
use crate::report::period::day;

/// Show what went in and out by each memo account (备忘) on an accounting date, by transaction type
///
/// From this the summary of a voucher follows: net in is debited to what the channel owes, net out credited. It reads every leg of
/// the date. What a type moved and took back in red (红字) on the same date counts as if it had never been. Ends with 1 where an
/// account's legs do not lead from its opening to its closing balance.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen memo --entity LM
  longmen memo --entity LM --date 2026-12-01 --json")]
pub(crate) struct Args {
    /// Whose books
    #[arg(long, value_parser = said)]
    entity: String,
    /// The accounting date [default: the current one]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    date: Option<Date>,
    #[command(flatten)]
    ask_args: AskArgs,
    #[command(flatten)]
    output: Output,
}

#[derive(Serialize)]
struct Shown {
    entity: String,
    date: String,
    /// How balances are signed.
    balances: &'static str,
    accounts: Vec<ShownAccount>,
}

#[derive(Serialize)]
struct ShownAccount {
    /// Its name as commands take it.
    account: String,
    id: u64,
    subject: String,
    currency: String,
    #[serde(flatten)]
    day: MemoDay,
    /// Whether the legs lead from the opening to the closing balance.
    holds: bool,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.ask_args.connect().await?;
    let date = match args.date {
        Some(date) => date.to_string(),
        None => current_date(&mut client, &args.entity).await?,
    };
    let mut accounts = Vec::new();
    for account in memo_accounts(&mut client, &args.entity).await? {
        accounts.push(read(&mut client, account, &date).await?);
    }
    let holds = accounts.iter().all(|account| account.holds);
    let shown = Shown { entity: args.entity, date, balances: "debit_positive", accounts };
    args.output.show(&shown, page)?;
    Ok(Conclusion::of(holds))
}

async fn current_date(client: &mut Client, entity: &str) -> Result<String, Failure> {
    let status = client.status().await?;
    let found = status.entities.iter().find(|(code, _)| **code == *entity);
    found.map(|(_, date)| date.to_string()).ok_or_else(|| Failure::Usage(format!("no entity `{entity}`")))
}

async fn memo_accounts(client: &mut Client, entity: &str) -> Result<Vec<Account>, Failure> {
    let chart = client.chart(entity).await;
    let chart = chart.map_err(|error| Failure::about(error, format_args!("entity {entity}")))?;
    let memo = chart.subjects.iter().filter(|subject| subject.leaf && &*subject.class == "memo");
    let mut found = Vec::new();
    for subject in memo {
        let mut next: Option<Box<str>> = None;
        loop {
            let after = next.as_deref().map_or(ListAfter::Account(0), ListAfter::Page);
            let page = client
                .accounts_with(&ListAccountsRequest {
                    after,
                    limit: MAX_LIST,
                    entity: Some(entity),
                    subject: Some(&subject.code),
                    ..ListAccountsRequest::default()
                })
                .await?;
            found.extend(page.accounts);
            next = page.next;
            if next.is_none() {
                break;
            }
        }
    }
    Ok(found)
}

/// Adds up the legs of a date, page by page.
async fn read(client: &mut Client, account: Account, date: &str) -> Result<ShownAccount, Failure> {
    let end = || Some(RangeEnd::Date(date.into()));
    let signed = |natural: i128| if account.normal == Side::Debit { natural } else { -natural };
    let (mut day, mut next): (Option<MemoDay>, Option<Box<str>>) = (None, None);
    loop {
        let request = StatementRequest {
            before: next.as_deref(),
            from: end(),
            to: end(),
            order: Some("oldest_first"),
            legs: true,
            ..StatementRequest::new(account.id, MAX_LIST)
        };
        let page = client.statement_with(&request).await?;
        let so_far = day.get_or_insert_with(|| MemoDay::begin(signed(page.range.opening)));
        page.lines.iter().for_each(|line| so_far.take(line));
        next = page.next;
        if next.is_none() {
            let day = so_far.clone();
            let holds = day.closing == signed(page.range.closing);
            let (subject, currency) = (account.subject.to_string(), account.currency.to_string());
            return Ok(ShownAccount {
                account: name_of_account(&account),
                id: account.id,
                subject,
                currency,
                day,
                holds,
            });
        }
    }
}

fn page(shown: &Shown) -> Page {
    let mut page = Page::from(format!("memo accounts 备忘 of {}, {}", shown.entity, shown.date));
    let moved: Vec<_> = shown.accounts.iter().filter(|account| !account.day.is_empty()).collect();
    if moved.is_empty() {
        page.line("none has a balance or a leg");
        return page;
    }
    let heads = ["type", ">opening", ">in", ">count", ">out", ">count", ">net", ">closing"];
    let mut table = Table::new(&heads);
    for ShownAccount { account, subject, currency, day, holds, .. } in moved {
        let fails = if *holds { "" } else { "; FAIL: its legs do not lead to its balance" };
        table.across([format!("{account}, subject {subject}{fails}")]);
        let print = |minor: i128| money(currency, minor);
        for (kind, moves) in &day.types {
            let kind = if kind.is_empty() { "(no type)" } else { kind };
            table.row(row(kind, currency, moves, [String::new(), String::new()]));
        }
        table.row(row("total 合计", currency, &day.all, [print(day.opening), print(day.closing)]));
    }
    page.table(table);
    page
}

fn row(name: &str, currency: &str, moves: &InOut, [opening, closing]: [String; 2]) -> [String; 8] {
    let InOut { in_total, in_count, out_total, out_count } = *moves;
    let print = |minor: i128| money(currency, minor);
    let count = |count: i64| match count {
        0.. => grouped(count.unsigned_abs()),
        _ => format!("-{}", grouped(count.unsigned_abs())),
    };
    [
        name.to_owned(),
        opening,
        print(in_total),
        count(in_count),
        print(out_total),
        count(out_count),
        print(in_total - out_total),
        closing,
    ]
}
