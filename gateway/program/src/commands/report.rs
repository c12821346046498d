//! `longmen report`

use std::collections::BTreeSet;

use jiff::civil::Date;
use longmen_client::{Client, GeneralLedger, GeneralLedgerRequest};
use serde::Serialize;

use crate::argument::said;
use crate::connect_args::AskArgs;
use crate::failure::{Conclusion, Failure};
use crate::money::currency_code;
use crate::output::{Output, write_data};
use crate::page::Page;
use crate::report::identity::{self, Identity};
use crate::report::period::{self, Period, Quarter, Span, Year};
use crate::report::sheet::{Check, Kind, checks};
use crate::report::{Book, Level, print};

const AFTER_HELP: &str = "\
Without a period, a daily statement, a trial balance and a balance sheet are of the current accounting date, the others \
of the month, quarter or year in which it lies; an income statement is of the year. A year is the entity's own (会计年度): one \
that begins in April 2018 is the year 2018, and its first quarter April to June. A date that is not closed counts up \
to the frame that the statement names, while payments go on. Ends with 1 if something that must hold does not.

With --csv and --json balances are debit-positive: a credit balance has a minus, whatever the subject's normal side; `debit` \
and `credit` are turnovers. In CSV the last two columns, `from` and `to`, have the period, and the balance sheet and the income statement show each class on its own side instead, as for \
people: what is owed, owned and earned has no minus.

Examples:
  longmen report daily --entity LM --date 2018-05-02
  longmen report monthly --entity LM --month 2018-05 --level 1
  longmen report balance-sheet --entity LM --year 2018
  longmen report income --entity LM --quarter 2018-Q2 --csv";

/// Statements: daily, monthly, quarterly, yearly (日计表, 月计表, 季报, 年报), trial balance (余额表), balance sheet
/// (资产负债表), income statement (利润表)
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Which statement
    kind: Kind,
    /// Whose books
    #[arg(long, value_parser = said)]
    entity: String,
    #[command(flatten)]
    when: When,
    /// The subjects to show: level 1 to 4, in codes of 4-2-2-2 digits, or `leaf`
    #[arg(long, default_value = "leaf")]
    level: Level,
    /// Only this currency
    #[arg(long, value_name = "CODE", value_parser = currency_code)]
    currency: Option<String>,
    /// The equation over classes that must hold
    #[arg(long, default_value = identity::DEFAULT)]
    identity: Identity,
    /// Print CSV, with amounts as decimals
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    #[command(flatten)]
    ask_args: AskArgs,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct When {
    /// This date, or the period of the statement's kind in which it lies
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = period::day)]
    date: Option<Date>,
    /// This month
    #[arg(long, value_name = "YYYY-MM", value_parser = period::month)]
    month: Option<Date>,
    /// This quarter of the books' year that begins in YYYY
    #[arg(long, value_name = "YYYY-Qn", value_parser = period::quarter)]
    quarter: Option<Quarter>,
    /// The books' year that begins in YYYY
    #[arg(long, value_name = "YYYY", value_parser = period::year)]
    year: Option<Year>,
}

impl When {
    /// The period, if the command line says so, in books whose year begins in the month `starts`.
    fn period(&self, kind: Kind, starts: i8) -> Option<Period> {
        let of_date = match kind {
            Kind::Monthly => Span::Month,
            Kind::Quarterly => Span::Quarter,
            Kind::Yearly => Span::Year,
            Kind::Daily | Kind::TrialBalance | Kind::BalanceSheet | Kind::Income => Span::Day,
        };
        let date = self.date.map(|day| Period::around(of_date, day, starts));
        let month = self.month.map(|day| Period::around(Span::Month, day, starts));
        let quarter = self.quarter.map(|quarter| Period::of_quarter(quarter, starts));
        date.or(month).or(quarter).or(self.year.map(|year| Period::of_year(year, starts)))
    }
}

#[derive(Serialize)]
struct Shown<'a> {
    statement: &'static str,
    entity: &'a str,
    from: &'a str,
    to: &'a str,
    current: &'a str,
    frame: u64,
    /// How the figures of the books are signed.
    balances: &'static str,
    dates: &'a [Box<str>],
    books: Vec<ShownBook<'a>>,
}

#[derive(Serialize)]
struct ShownBook<'a> {
    #[serde(flatten)]
    book: &'a Book,
    checks: Vec<Check>,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.ask_args.connect().await?;
    let about = |error| Failure::about(error, format_args!("entity {}", args.entity));
    let chart = client.chart(&args.entity).await.map_err(about)?;
    let starts = i8::try_from(chart.year_starts).unwrap_or(1);
    let period = match args.when.period(args.kind, starts) {
        Some(period) => period,
        None => default_period(&mut client, &args, starts).await?,
    };
    let (from, to) = (period.from.to_string(), period.to.to_string());
    let request = GeneralLedgerRequest { entity: &args.entity, from: Some(&from), to: Some(&to) };
    let ledger = client.general_ledger(&request).await.map_err(about)?;
    if let Some(currency) = &args.currency {
        must_have(&ledger, &args.entity, currency)?;
    }
    let books = Book::of(&ledger, args.level, args.currency.as_deref());
    let shown = shown(&args, &ledger, &books);
    let holds = shown.books.iter().all(|book| book.checks.iter().all(|check| check.holds));
    if args.csv {
        write_data(&print::csv(&books, args.kind, (&ledger.from, &ledger.to)))?;
    } else {
        args.output.show(&shown, |shown| text(args.kind, shown))?;
    }
    Ok(Conclusion::of(holds))
}

/// Refuses a currency in which the entity has no account.
fn must_have(ledger: &GeneralLedger, entity: &str, currency: &str) -> Result<(), Failure> {
    let known: BTreeSet<&str> = ledger.lines.iter().map(|line| &*line.currency).collect();
    if known.contains(currency) {
        return Ok(());
    }
    let known: Vec<&str> = known.into_iter().collect();
    let known = if known.is_empty() { "no accounts".to_owned() } else { known.join(", ") };
    Err(Failure::Usage(format!("--currency {currency}: {entity} has no accounts in it; it has {known}")))
}

/// The period that the kind of statement has, around the current accounting date.
async fn default_period(client: &mut Client, args: &Args, starts: i8) -> Result<Period, Failure> {
    let status = client.status().await?;
    let date = status.entities.iter().find(|(code, _)| **code == *args.entity);
    let (_, date) = date.ok_or_else(|| Failure::Usage(format!("no entity `{}`", args.entity)))?;
    let day = period::day(date).map_err(Failure::Usage)?;
    let span = match args.kind {
        Kind::Daily | Kind::TrialBalance | Kind::BalanceSheet => Span::Day,
        Kind::Monthly => Span::Month,
        Kind::Quarterly => Span::Quarter,
        Kind::Yearly | Kind::Income => Span::Year,
    };
    Ok(Period::around(span, day, starts))
}

fn shown<'a>(args: &'a Args, ledger: &'a GeneralLedger, books: &'a [Book]) -> Shown<'a> {
    let book = |book| ShownBook { book, checks: checks(book, args.kind, &args.identity) };
    Shown {
        statement: args.kind.title(),
        entity: &args.entity,
        from: &ledger.from,
        to: &ledger.to,
        current: &ledger.current,
        frame: ledger.frame,
        balances: "debit_positive",
        dates: &ledger.dates,
        books: books.iter().map(book).collect(),
    }
}

fn text(kind: Kind, shown: &Shown<'_>) -> Page {
    let mut text = format!("{} of {}, {} to {}", shown.statement, shown.entity, shown.from, shown.to);
    match shown.dates {
        [] => text.push_str(": no accounting date"),
        [one] => text.push_str(&format!(": accounting date {one}")),
        [first, .., last] => {
            text.push_str(&format!(": {} accounting dates, {first} to {last}", shown.dates.len()));
        }
    }
    if shown.dates.iter().any(|date| **date == *shown.current) {
        text.push_str(&format!("; {} is not closed and counts up to frame {}", shown.current, shown.frame));
    }
    let mut page = Page::from(text);
    for ShownBook { book, checks } in &shown.books {
        page.gap();
        page.page(print::page(book, kind, checks));
    }
    page
}
