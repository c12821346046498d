//! `longmen close-day`

use jiff::civil::Date;
use longmen_client::{Account, Client, CloseDayRequest};
use longmen_engine::ledger::{Date as LedgerDate, MOST_AHEAD};

use crate::account_name::{AccountName, name_of_account, with_account_names};
use crate::account_state::state;
use crate::argument::said;
use crate::connect_args::ConnectArgs;
use crate::explain::accounting_dates;
use crate::failure::{Conclusion, Failure};
use crate::output::{Output, remark};
use crate::proposing_args::ProposingArgs;
use crate::register::Register;
use crate::report::period::day;

/// End the accounting date of an entity (日切)
///
/// Payments go on meanwhile: what comes after the close belongs to the next date. Closing to the date that is
/// current already does nothing, and carries nothing forward, which is then told. At the end of a year every income and
/// expense account can first be carried to zero against an account (年终结转), as the last entries of the date; on any
/// other date, too, which is then told.
#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
Examples:
  longmen close-day LM 2018-05-02
  longmen close-day LM 2019-01-01 --carry-forward LM/profit/CNY --carry-forward LM/profit/USD --operator ann"))]
pub(crate) struct Args {
    /// The entity's code
    #[arg(value_parser = said)]
    entity: String,
    /// The accounting date that begins
    #[arg(value_name = "YYYY-MM-DD", value_parser = day)]
    next: Date,
    /// Carry income and expense to this account of an equity or common subject first; once for each currency
    #[arg(long, value_name = "ACCOUNT")]
    carry_forward: Vec<AccountName>,
    /// Close to a date that lies more than ten days ahead of the current one and of the node's clock; needs --approval
    #[arg(long, requires = "approval")]
    forced: bool,
    #[command(flatten)]
    register: Register,
    #[command(flatten)]
    connect_args: ConnectArgs,
    #[command(flatten)]
    proposing: ProposingArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.proposing.on(args.connect_args.connect().await?);
    let next = args.next.to_string();
    let request = CloseDayRequest {
        entity: &args.entity,
        next: &next,
        carry_forward: args.carry_forward.iter().map(|name| name.0.clone()).collect(),
        forced: args.forced,
        registration: args.register.registration(),
    };
    let current = current_date(&mut client, &args.entity).await;
    let closed = current.map(|current| current < args.next);
    let told = match current.filter(|_| closed == Some(true) && !args.carry_forward.is_empty()) {
        Some(current) => carried_early(&mut client, &args.entity, current, args.next).await,
        None if closed == Some(false) => Some(nothing_closed(&args)),
        None => None,
    };
    if let Err(error) = client.close_day_with(&request).await {
        let code = error.refusal().map(|refusal| refusal.code.clone()).unwrap_or_default();
        let failure = Failure::of_change(error, "the close");
        let of_targets = ["wrong_class", "unknown_account", "account_state", "payment_state", "malformed"]
            .contains(&&*code);
        if of_targets && !args.carry_forward.is_empty() {
            return Err(failure.naming(targets(&mut client, &args.entity, &args.carry_forward).await));
        }
        let date = accounting_dates(&mut client, |entity| entity == args.entity).await;
        let about = date.unwrap_or_else(|| format!("entity {}", args.entity));
        let ahead = if &*code == "date_ahead" { far_ahead(&mut client).await } else { String::new() };
        return Err(failure.naming(about + &ahead));
    }
    if let Some(words) = told {
        remark(words);
    }
    let date = serde_json::json!({ "entity": args.entity, "date": next, "closed": closed });
    args.output.show(&date, |_| format!("the accounting date of {} is {}", args.entity, args.next))?;
    Ok(Conclusion::Held)
}

/// How far ahead a date may lie, and how it begins all the same.
async fn far_ahead(client: &mut Client) -> String {
    let clock = client.status().await.map_or(String::new(), |status| {
        format!(", the node's clock shows {}", LedgerDate::of_time_us(status.clock_us))
    });
    format!(
        "{clock}: a date more than {MOST_AHEAD} days ahead of the later of the two begins with --forced and --approval alone"
    )
}

/// The accounting date before the close; nothing where the node cannot be asked or has no such entity.
async fn current_date(client: &mut Client, entity: &str) -> Option<Date> {
    let status = client.status().await.ok()?;
    let (_, current) = status.entities.iter().find(|(code, _)| **code == *entity)?;
    current.parse().ok()
}

/// That the date was current before, so that the node answers as if it had closed one.
fn nothing_closed(Args { entity, next, carry_forward, .. }: &Args) -> String {
    let nothing = match &carry_forward[..] {
        [] => "nothing was done",
        _ => "nothing was carried forward",
    };
    format!("the accounting date of {entity} was {next} already: {nothing}")
}

/// That the year of the books goes on behind the date which a close carries forward on; nothing where it ends there, or where
/// the node cannot be asked.
async fn carried_early(client: &mut Client, entity: &str, current: Date, next: Date) -> Option<String> {
    let starts = i8::try_from(client.chart(entity).await.ok()?.year_starts).ok()?;
    let ends = last_of_year(current, starts)?;
    (next <= ends).then(|| {
        format!("income and expense were carried forward on {current}, but the year of the books of {entity} ends on {ends}")
    })
}

/// Whether the year of an entity's books ends on a date.
pub(crate) async fn ends_a_year(
    client: &mut Client,
    entity: &str,
    date: LedgerDate,
) -> Result<bool, Failure> {
    let chart = client.chart(entity).await?;
    let following = date.following().map_or(1, |next| u32::from(next.month()));
    Ok(u32::from(date.month()) != following && following == u32::from(chart.year_starts))
}

/// The last date of the year of the books that begins in this month.
fn last_of_year(date: Date, starts: i8) -> Option<Date> {
    let year = if date.month() < starts { date.year() } else { date.year().checked_add(1)? };
    Date::new(year, starts, 1).ok()?.yesterday().ok()
}

/// The accounts that were to be carried to, each with what keeps it from that, or the class of its subject.
pub(crate) async fn targets(client: &mut Client, entity: &str, names: &[AccountName]) -> String {
    let mut words = Vec::new();
    let mut seen: Vec<Account> = Vec::new();
    for name in names {
        words.push(match client.balance(name.0.clone()).await {
            Ok(account) => {
                let chart = client.chart(&account.entity).await.ok();
                let subjects = chart.iter().flat_map(|chart| &chart.subjects);
                let class = subjects.into_iter().find(|subject| subject.code == account.subject);
                let class = class.map_or(String::new(), |subject| format!(" is of class {}", subject.class));
                let twice = seen.iter().find(|other| other.currency == account.currency);
                let fault = match twice {
                    _ if *account.entity != *entity => format!(", and no account of {entity}"),
                    Some(other) if other.id == account.id => ", and named twice".to_owned(),
                    Some(other) => format!(", and in {} as {} is", account.currency, name_of_account(other)),
                    None => String::new(),
                };
                let words = format!("{name}{class}, {}{fault}", state(&account));
                seen.push(account);
                words
            }
            Err(error) if error.refusal().is_some_and(|refusal| &*refusal.code == "unknown_account") => {
                format!("no account {name}")
            }
            Err(_) => name.to_string(),
        });
    }
    format!(
        "carried forward to: {}; results go to accounts of {entity} of class equity or common, one for each currency",
        words.join("; ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_of_the_books_end_before_their_first_month() {
        for (date, starts, expect) in [
            ("2026-12-31", 1, "2026-12-31"),
            ("2026-01-01", 1, "2026-12-31"),
            ("2026-03-31", 4, "2026-03-31"),
            ("2026-04-01", 4, "2027-03-31"),
            ("2023-03-01", 3, "2024-02-29"),
        ] {
            let date: Date = date.parse().unwrap();
            assert_eq!(last_of_year(date, starts), Some(expect.parse().unwrap()), "{date} {starts}");
        }
    }
}
