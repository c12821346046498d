//! `longmen statement`

use longmen_client::{MAX_LIST, Side, Statement, StatementLine};
use longmen_loadtest::table::Table;

use crate::account_name::{ACCOUNT_HELP, AccountName};
use crate::failure::{Failure, Verdict};
use crate::money::money;
use crate::output::Output;
use crate::reach::Reach;

/// Show the entries (流水) of an account, newest first
///
/// Each page says its opening and its closing balance; with --before the next, older page follows.
#[derive(Debug, clap::Args)]
#[command(after_help = ACCOUNT_HELP)]
pub(crate) struct Args {
    /// The account
    account: AccountName,
    /// How many entries at most
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_LIST)))]
    limit: u32,
    /// Go on where the page before ended
    #[arg(long, value_name = "POSITION")]
    before: Option<String>,
    #[command(flatten)]
    reach: Reach,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Verdict, Failure> {
    let mut client = args.reach.connect().await?;
    let statement = client.statement(args.account.0, args.before.as_deref(), args.limit).await?;
    args.output.show(&statement, describe)?;
    Ok(Verdict::Held)
}

fn describe(statement: &Statement) -> String {
    let account = &statement.account;
    let print = |minor| money(&account.currency, minor);
    let mut table =
        Table::new(&["date", "value date", "type", "transaction", ">debit", ">credit", ">balance"]);
    table.row(["", "", "closing", "", "", "", &print(statement.closing)]);
    for line in &statement.lines {
        let [debit, credit] = sides(line).map(|minor| minor.map(print).unwrap_or_default());
        let what = match (&line.transaction, line.merged) {
            (_, Some(merged)) => format!("{} postings merged", merged.count),
            (Some(id), None) => format!("{id}/{}", line.step),
            (None, None) => String::new(),
        };
        let [date, value_date, kind] =
            [&line.accounting_date, &line.value_date, &line.kind].map(|text| &**text);
        table.row([date, value_date, kind, &what, &debit, &credit, &print(line.after)]);
    }
    table.row(["", "", "opening", "", "", "", &print(statement.opening)]);
    let mut text = format!(
        "{} {} {} ({}, subject {})\n{table}",
        account.entity, account.number, account.kind, account.currency, account.subject
    );
    if let Some(next) = &statement.next {
        text.push_str(&format!("\nolder entries: --before {next}"));
    }
    text
}

/// Debit and credit of a line.
fn sides(line: &StatementLine) -> [Option<i128>; 2] {
    match (line.merged, line.side) {
        (Some(merged), _) => [Some(merged.debit), Some(merged.credit)],
        (None, Side::Debit) => [Some(line.amount), None],
        (None, Side::Credit) => [None, Some(line.amount)],
    }
}
