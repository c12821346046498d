//! `longmen register`

use longmen_client::{AttributeChange, RangeEnd, Register, RegisterRequest, RegisterRow};
use longmen_terminal::Table;

use crate::account_name::{AccountName, key_text, with_account_names};
use crate::account_state::{account_state, payment_state};
use crate::argument::{plain, said};
use crate::failure::{Conclusion, Failure};
use crate::id_name::shown;
use crate::listing::Pages;
use crate::moment::time;
use crate::money::money;
use crate::page::Page;
use crate::report::period::day;

/// Show who changed what, when and why (登记簿)
///
/// Of an account: opening, states, limits, reserve, holds, newest first. Without one: what was done to names, dates
/// and mappings, oldest first.
#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
Examples:
  longmen register LM/U1/CNY
  longmen register --entity LM --from 2026-11-01 --to 2026-11-30"))]
pub(crate) struct Args {
    /// The account
    account: Option<AccountName>,
    /// Whose dates are meant, where there is no account
    #[arg(long, conflicts_with = "account", value_parser = said)]
    entity: Option<String>,
    /// The first accounting date, or the first frame
    #[arg(long, value_name = "DATE|FRAME", value_parser = end)]
    from: Option<RangeEnd>,
    /// The last accounting date, or the last frame
    #[arg(long, value_name = "DATE|FRAME", value_parser = end)]
    to: Option<RangeEnd>,
    #[command(flatten)]
    pages: Pages,
}

fn end(text: &str) -> Result<RangeEnd, String> {
    match plain(text) {
        Some(frame) => Ok(RangeEnd::Number(frame)),
        None => day(text).map(|date| RangeEnd::Date(date.to_string().into())),
    }
}

/// Whether a range of two dates or two frames is none.
fn is_reversed(from: Option<&RangeEnd>, to: Option<&RangeEnd>) -> bool {
    match (from, to) {
        (Some(RangeEnd::Date(from)), Some(RangeEnd::Date(to))) => to < from,
        (Some(RangeEnd::Number(from)), Some(RangeEnd::Number(to))) => to < from,
        _ => false,
    }
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    if is_reversed(args.from.as_ref(), args.to.as_ref()) {
        return Err(Failure::Usage("--to lies before --from".to_owned()));
    }
    let mut client = args.pages.listing.ask_args.connect().await?;
    let (account, limit) = (args.account.as_ref().map(|name| name.0.clone()), args.pages.listing.limit);
    let mut after = args.pages.after.map(String::into_boxed_str);
    let register = loop {
        let request = RegisterRequest {
            account: account.clone(),
            entity: args.entity.as_deref(),
            from: args.from.clone(),
            to: args.to.clone(),
            after: after.as_deref(),
            limit,
        };
        let page = client.register(&request).await.map_err(|error| match (&args.account, &args.entity) {
            (Some(name), _) => Failure::about(error, name),
            (None, Some(entity)) => Failure::about(error, format_args!("entity {entity}")),
            (None, None) => error.into(),
        })?;
        // A page that found nothing on its stretch of the log is not the last.
        if !page.rows.is_empty() || page.next.is_none() {
            break page;
        }
        after = page.next;
    };
    args.pages.listing.output.show(&register, describe)?;
    Ok(Conclusion::Held)
}

fn describe(register: &Register) -> Page {
    let heads = ["time", "date", ">client", "what", "changed", "operator", "approval", "reason"];
    let mut table = Table::new(&heads);
    for row in &register.rows {
        let note = |name: &str| row.notes.get(name).map_or(String::new(), |text| text.to_string());
        table.row([
            time(row.time_us),
            row.date.as_deref().unwrap_or_default().to_owned(),
            row.client.to_string(),
            what(row),
            changes(row, register.account.as_ref().map_or("", |account| &account.currency)),
            note("operator"),
            note("approval"),
            note("reason"),
        ]);
    }
    let mut page = Page::new();
    if let Some(account) = &register.account {
        let key = key_text(&account.entity, &account.number, &account.kind, &account.currency);
        page.line(format_args!("{key} (@{}, subject {})", account.id, account.subject));
    }
    page.table(table);
    if let Some(next) = &register.next {
        page.line(format_args!("further rows: --after {next}"));
    }
    page
}

/// What was done, and about what: a hold by the id that names it in commands; and by which transaction.
fn what(row: &RegisterRow) -> String {
    let about = hold_of(row).unwrap_or_else(|| row.about.to_string());
    let mover = row.transaction.as_deref().map(|id| shown(id, row.text_id.as_deref()));
    // What froze is named like the hold.
    match mover.filter(|mover| &*row.action != "frozen" && *mover != about) {
        Some(mover) => format!("{} {about} by {mover}", row.action),
        None => [&*row.action, &*about].join(" ").trim_end().to_owned(),
    }
}

/// The hold that a row is about, as people call it; and whose it is, where another client moved it.
fn hold_of(row: &RegisterRow) -> Option<String> {
    let (client, digits) = row.about.split_once('/')?;
    let client: u32 = client.parse().ok()?;
    if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let name = shown(digits, row.about_text_id.as_deref());
    // The ledger itself moves holds when they expire.
    let of_another = client != row.client && row.client != 0;
    Some(if of_another { format!("{name} of client {client}") } else { name })
}

fn changes(row: &RegisterRow, currency: &str) -> String {
    let one = |(name, was, is): &AttributeChange| {
        if (&**name, &**is) == ("forced", "true") {
            return name.to_string();
        }
        let is = value(name, is, currency);
        match was {
            Some(was) => format!("{name} {} to {is}", value(name, was, currency)),
            None => format!("{name} {is}"),
        }
    };
    row.changes.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A value as `longmen balance` shows it: a state in words, an amount in the currency's unit.
fn value(name: &str, value: &str, currency: &str) -> String {
    let shown = match name {
        "account_state" => value.parse().ok().map(|state| account_state(state).to_owned()),
        "payment_state" => value.parse().ok().map(|state| payment_state(state).to_owned()),
        "remaining" | "withholding" | "overdraft_limit" | "credit_limit" | "transaction_limit"
        | "day_limit" => value.parse().ok().map(|minor| money(currency, minor)),
        _ => None,
    };
    shown.unwrap_or_else(|| value.to_owned())
}
