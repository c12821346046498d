//! `longmen statement`

use clap::ValueEnum;
use longmen_client::{
    MAX_LIST, Merged, RangeEnd, Side, Statement, StatementLine, StatementRequest, Turnover,
};
use longmen_terminal::Table;

use crate::account_name::{AccountName, with_account_names};
use crate::connect_args::AskArgs;
use crate::failure::{Conclusion, Failure};
use crate::id_name::shown;
use crate::moment::Moment;
use crate::money::money;
use crate::output::Output;
use crate::page::Page;

/// Show the entries (对账单) of an account, newest first
///
/// Each page says its opening and its closing balance; opening + turnover = closing. With --before the next page
/// follows. A red entry (红字) has a negative amount on its side.
#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
Examples:
  longmen statement LM/U1/CNY
  longmen statement LM/U1/CNY --from 2026-11-01 --to 2026-11-30 --totals
  longmen statement LM/U1/CNY --by time --from 2026-11-30T00:00:00Z --oldest-first
  longmen statement LM/U1/CNY --visible-to customer --json"))]
pub(crate) struct Args {
    /// The account
    account: AccountName,
    /// How many entries at most
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_LIST)))]
    limit: u32,
    /// Go on where the page before ended
    #[arg(long, value_name = "POSITION")]
    before: Option<String>,
    /// The first date, or by time the first moment
    #[arg(long, value_name = "DATE|TIME")]
    from: Option<Moment>,
    /// The last date, or by time the last moment
    #[arg(long, value_name = "DATE|TIME")]
    to: Option<Moment>,
    /// What the range goes by; by value date, lines stand in that order, and balances are sums by it
    #[arg(long, value_enum, default_value_t = By::Accounting)]
    by: By,
    /// For whose eyes; what is hidden is summed up
    #[arg(long, value_enum, default_value_t = Eyes::Internal)]
    visible_to: Eyes,
    /// Show what moved holds (冻结), too
    #[arg(long)]
    holds: bool,
    /// Show the legs of merged entries, each for itself
    #[arg(long)]
    legs: bool,
    /// Oldest first
    #[arg(long)]
    oldest_first: bool,
    /// Add up the turnover of the whole range
    #[arg(long)]
    totals: bool,
    #[command(flatten)]
    ask_args: AskArgs,
    #[command(flatten)]
    output: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    /// The accounting date (会计日)
    Accounting,
    /// The ledger's time
    Time,
    /// The value date (期望入账日)
    Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Eyes {
    /// What customers may see
    Customer,
    /// What operations may see
    Operations,
    /// Everything
    Internal,
}

impl Args {
    fn request(&self) -> Result<StatementRequest<'_>, Failure> {
        if let (Some(from), Some(to)) = (&self.from, &self.to)
            && to.ends_before(from)
        {
            return Err(Failure::Usage("--to lies before --from".to_owned()));
        }
        let end = |moment: &Option<Moment>, last: bool| -> Result<Option<RangeEnd>, Failure> {
            moment.as_ref().map(|moment| self.end(moment, last)).transpose()
        };
        Ok(StatementRequest {
            before: self.before.as_deref(),
            from: end(&self.from, false)?,
            to: end(&self.to, true)?,
            by: Some(match self.by {
                By::Accounting => "accounting",
                By::Time => "time",
                By::Value => "value",
            }),
            order: Some(if self.oldest_first { "oldest_first" } else { "newest_first" }),
            visible_to: Some(match self.visible_to {
                Eyes::Customer => "customer",
                Eyes::Operations => "operations",
                Eyes::Internal => "internal",
            }),
            holds: self.holds,
            legs: self.legs,
            totals: self.totals,
            ..StatementRequest::new(self.account.0.clone(), self.limit)
        })
    }

    /// By time, a date stands for its first or its last moment.
    fn end(&self, moment: &Moment, last: bool) -> Result<RangeEnd, Failure> {
        match (self.by, moment) {
            (By::Time, Moment::Time(time_us)) => Ok(RangeEnd::Number(*time_us)),
            (By::Time, Moment::Date(date)) => Ok(RangeEnd::Number(Moment::edge(*date, last))),
            (_, Moment::Date(date)) => Ok(RangeEnd::Date(date.to_string().into())),
            (_, Moment::Time(_)) => {
                Err(Failure::Usage("a time is a bound by time alone: --by time".to_owned()))
            }
        }
    }
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let request = args.request()?;
    let mut client = args.ask_args.connect().await?;
    let statement =
        client.statement_with(&request).await.map_err(|error| Failure::about(error, &args.account))?;
    args.output.show(&statement, |statement| describe(statement, args.by, args.oldest_first))?;
    Ok(Conclusion::Held)
}

fn describe(statement: &Statement, by: By, oldest_first: bool) -> Page {
    let account = &statement.account;
    let print = |minor| money(&account.currency, minor);
    let mut table = table();
    let (mut top, mut bottom) = (("closing", statement.closing), ("opening", statement.opening));
    if oldest_first {
        std::mem::swap(&mut top, &mut bottom);
    }
    table.row(["", "", top.0, "", "", "", &print(top.1)]);
    for line in &statement.lines {
        let mut row = row(&account.currency, line);
        if by == By::Value {
            // It stands by this date.
            row[1] = line.value_date.to_string();
        }
        table.row(row);
    }
    table.row(["", "", bottom.0, "", "", "", &print(bottom.1)]);
    let mut page = Page::new();
    page.line(format_args!(
        "{} {} {} ({}, subject {})",
        account.entity, account.number, account.kind, account.currency, account.subject
    ));
    page.table(table);
    let say = |words: &str, turnover: Turnover| {
        let Turnover { lines, debit, credit } = turnover;
        format!("{words}: {lines} lines, debits {}, credits {}", print(debit), print(credit))
    };
    if statement.hidden.lines > 0 {
        page.line(say("hidden on this page", statement.hidden));
    }
    if let Some(shown) = statement.range.shown {
        let [opening, closing] = [statement.range.opening, statement.range.closing].map(print);
        page.line(format_args!("whole range: opening {opening}, closing {closing}"));
        page.line(say("whole range, shown", shown));
    }
    if let Some(hidden) = statement.range.hidden.filter(|hidden| hidden.lines > 0) {
        page.line(say("whole range, hidden", hidden));
    }
    if let Some(next) = &statement.next {
        page.line(format_args!("{} entries: --before {next}", if oldest_first { "newer" } else { "older" }));
    }
    page
}

/// A table for lines of statements.
pub(crate) fn table() -> Table {
    Table::new(&["date", "value date", "type", "transaction", ">debit", ">credit", ">balance"])
}

/// A line of a statement as a row.
pub(crate) fn row(currency: &str, line: &StatementLine) -> [String; 7] {
    let print = |minor| money(currency, minor);
    let [debit, credit] = sides(line).map(|minor| minor.map(print).unwrap_or_default());
    let text = line.text_id.as_deref();
    let of = line.transaction.as_ref().map(|id| format!("{}/{}", shown(id, text), line.step));
    let what = match (&line.merged, &line.hold) {
        (Some(Merged { count: 1, .. }), _) => format!("1 posting merged, at {}", line.position),
        (Some(merged), _) => format!("{} postings merged, at {}", merged.count, line.position),
        (_, Some(hold)) => {
            let id = shown(&hold.id, hold.text_id.as_deref());
            format!("hold {id} of {} {}", print(hold.amount.into()), hold.moved)
        }
        _ => of.unwrap_or_default(),
    };
    let kind = match (&*line.kind, &*line.action) {
        ("", "post") => String::new(),
        ("", action) => action.to_owned(),
        (kind, "post") => kind.to_owned(),
        (kind, action) => format!("{kind} ({action})"),
    };
    let date = line.accounting_date.to_string();
    let value_date = if line.value_date == line.accounting_date { "" } else { &line.value_date }.to_owned();
    [date, value_date, kind, what, debit, credit, print(line.after)]
}

/// Debit and credit of a line; a hold has none.
fn sides(line: &StatementLine) -> [Option<i128>; 2] {
    match (line.merged, line.side) {
        _ if line.hold.is_some() => [None, None],
        (Some(merged), _) => [Some(merged.debit), Some(merged.credit)],
        (None, Side::Debit) => [Some(line.amount), None],
        (None, Side::Credit) => [None, Some(line.amount)],
    }
}
