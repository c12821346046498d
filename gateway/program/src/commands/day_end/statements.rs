//! Statements of the date are written: what finance keeps on paper.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use longmen_client::{
    Client, GeneralLedgerRequest, MAX_LIST, RangeEnd, Side, StatementLine, StatementRequest,
};
use longmen_engine::ledger::Currency;
use serde_json::json;

use super::day::Day;
use super::ended::Ended;
use crate::account_name::AccountName;
use crate::failure::Failure;
use crate::report::identity::{self, Identity};
use crate::report::period::{self, Period, Span};
use crate::report::sheet::{Kind, checks};
use crate::report::{Book, Level, print};
use longmen_day_end::AtomicFile;

/// Each statement, its file, and the period that ends when it is written.
const STATEMENTS: [(Kind, &str, Span); 9] = [
    (Kind::Daily, "daily", Span::Day),
    (Kind::TrialBalance, "trial-balance", Span::Day),
    (Kind::Monthly, "monthly", Span::Month),
    (Kind::BalanceSheet, "balance-sheet-month", Span::Month),
    (Kind::Income, "income-month", Span::Month),
    (Kind::Quarterly, "quarterly", Span::Quarter),
    (Kind::Yearly, "yearly", Span::Year),
    (Kind::BalanceSheet, "balance-sheet-year", Span::Year),
    (Kind::Income, "income-year", Span::Year),
];

pub(super) async fn run(day: &Day<'_>) -> Result<Ended, Failure> {
    let Some(directory) = day.settings.statements(day.date) else {
        return Ok(Ended::nothing("no statements in the settings"));
    };
    let cannot =
        |error: io::Error| Failure::Usage(format!("cannot write to {}: {error}", directory.display()));
    fs::create_dir_all(&directory).map_err(cannot)?;
    let mut client = day.connect().await?;
    let (mut written, mut broken) = (Vec::new(), Vec::new());
    for (kind, name, span) in STATEMENTS {
        let Some(period) = ended(&mut client, day, span).await? else { continue };
        let (text, breaks) = statement(&mut client, day, kind, period).await?;
        put(&directory.join(format!("{name}.csv")), text.as_bytes()).map_err(cannot)?;
        broken.extend(breaks.into_iter().map(|says| format!("{name}: {says}")));
        written.push(format!("{name}.csv"));
    }
    for account in &day.settings.accounts {
        let name = format!("{}.csv", account.to_string().replace('/', "_"));
        let text = of_account(&mut client, day, account).await?;
        put(&directory.join(&name), &text).map_err(cannot)?;
        written.push(name);
    }
    let mut line = format!("{} files in {}", written.len(), directory.display());
    for says in &broken {
        line.push_str(&format!("; does not hold: {says}"));
    }
    let told = json!({"directory": directory.display().to_string(), "files": written, "broken": broken});
    Ok(Ended { line, told, held: broken.is_empty() })
}

/// The period of that length, where it ends on the date.
async fn ended(client: &mut Client, day: &Day<'_>, span: Span) -> Result<Option<Period>, Failure> {
    let date = period::day(&day.date.to_string()).map_err(Failure::Usage)?;
    let chart = client.chart(day.entity).await?;
    let period = Period::around(span, date, i8::try_from(chart.year_starts).unwrap_or(1));
    Ok(Some(period).filter(|period| period.to == date))
}

/// The text of a statement, and what of it does not hold.
async fn statement(
    client: &mut Client,
    day: &Day<'_>,
    kind: Kind,
    period: Period,
) -> Result<(String, Vec<String>), Failure> {
    let (from, to) = (period.from.to_string(), period.to.to_string());
    let request = GeneralLedgerRequest { entity: day.entity, from: Some(&from), to: Some(&to) };
    let ledger = client.general_ledger(&request).await?;
    let books = Book::of(&ledger, Level::Leaf, None);
    let identity: Identity = identity::DEFAULT.parse().expect("it is one");
    let mut broken = Vec::new();
    for book in &books {
        let checks = checks(book, kind, &identity).into_iter().filter(|check| !check.holds);
        broken.extend(checks.map(|check| format!("{} {}", book.currency, check.says)));
    }
    Ok((print::csv(&books, kind, (&from, &to)), broken))
}

/// The entries of an account on the date, oldest first.
async fn of_account(client: &mut Client, day: &Day<'_>, account: &AccountName) -> Result<Vec<u8>, Failure> {
    let date = day.date.to_string();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let unwritten = |error: csv::Error| Failure::Output(error.into());
    writer
        .write_record([
            "accounting_date",
            "value_date",
            "type",
            "transaction",
            "reference",
            "summary",
            "debit",
            "credit",
            "balance",
        ])
        .map_err(unwritten)?;
    let mut before = None::<Box<str>>;
    loop {
        let request = StatementRequest {
            before: before.as_deref(),
            from: Some(RangeEnd::Date(date.as_str().into())),
            to: Some(RangeEnd::Date(date.as_str().into())),
            by: Some("accounting"),
            order: Some("oldest_first"),
            ..StatementRequest::new(account.0.clone(), MAX_LIST)
        };
        let asked = client.statement_with(&request).await;
        let page = asked.map_err(|error| Failure::about(error, account))?;
        for line in &page.lines {
            writer.write_record(row(&page.account.currency, line)).map_err(unwritten)?;
        }
        match page.next {
            Some(next) => before = Some(next),
            None => break,
        }
    }
    writer.into_inner().map_err(|error| Failure::Output(error.into_error()))
}

fn row(currency: &str, line: &StatementLine) -> [String; 9] {
    let print = |minor: i128| {
        Currency::from_code(currency).map_or_else(|| minor.to_string(), |currency| currency.print(minor))
    };
    let note = |name: &str| line.notes.get(name).map(|text| text.to_string()).unwrap_or_default();
    let (debit, credit) = match (line.merged, line.side) {
        (Some(merged), _) => (print(merged.debit), print(merged.credit)),
        (None, Side::Debit) => (print(line.amount), String::new()),
        (None, Side::Credit) => (String::new(), print(line.amount)),
    };
    let id = line.text_id.as_deref().or(line.transaction.as_deref());
    [
        line.accounting_date.to_string(),
        line.value_date.to_string(),
        line.kind.to_string(),
        id.unwrap_or_default().to_owned(),
        note("reference"),
        note("summary"),
        debit,
        credit,
        print(line.after),
    ]
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = AtomicFile::create(path)?;
    file.write_all(bytes)?;
    file.put()
}
