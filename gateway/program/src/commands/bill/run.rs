//! `longmen bill run`

use jiff::civil::Date;
use longmen_day_end::bills::{check_bills, post_bills, run_bills};
use longmen_engine::ledger::Date as LedgerDate;
use longmen_terminal::Progress;

use super::outcome::{
    SettingsArgs, json_of_check, json_of_posting, lines_of_check, lines_of_posting, of_bills,
};
use crate::argument::said;
use crate::connect_args::AskArgs;
use crate::desk_args::DeskArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::page::Page;
use crate::report::period::day;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen bill run LM --desk desk --bills bills.toml
  longmen bill run LM --desk desk --bills bills.toml --date 2024-05-05")]
pub(crate) struct Args {
    /// Whose books
    #[arg(value_name = "ENTITY", value_parser = said)]
    entity: String,
    /// The last date that is taken, a closed one; without it, the last that is closed
    #[arg(long, value_name = "DATE", value_parser = day)]
    date: Option<Date>,
    #[command(flatten)]
    desk_args: DeskArgs,
    #[command(flatten)]
    settings_args: SettingsArgs,
    #[command(flatten)]
    ask_args: AskArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let settings = args.settings_args.read()?;
    let not_one = |date| Failure::Usage(format!("{date} is no date of a ledger"));
    let date = args.date.map(|date| LedgerDate::parse(&date.to_string()).ok_or_else(|| not_one(date)));
    let date = date.transpose()?;
    let mut client = args.ask_args.connect().await?;
    let mut store = args.desk_args.open()?;
    let progress = Progress::counting("movements and accounts");
    let watched = |count| progress.at(count, String::new());
    let ran = run_bills(&mut client, &mut store, &settings, &args.entity, date, watched).await;
    progress.finish();
    let ran = ran.map_err(of_bills)?;
    let posting = post_bills(&mut client, &mut store, &args.entity).await.map_err(of_bills)?;
    let progress = Progress::counting("bills held to balances");
    let told = |count| progress.at(count, String::new());
    let checked = check_bills(&mut client, &mut store, &args.entity, false, told).await.map_err(of_bills)?;
    progress.finish();
    let taken = ran.taken.map(|date| date.to_string());
    let value = serde_json::json!({
        "taken": taken, "movements": ran.movements, "accounts": ran.accounts, "stated": ran.stated,
        "dues": ran.dues, "posting": json_of_posting(&posting), "check": json_of_check(&checked),
    });
    args.output.show(&value, |_| {
        let first = format!(
            "up to {}: {} movements, {} accounts, {} bills stated, {} postings",
            taken.as_deref().unwrap_or("no date"),
            ran.movements,
            ran.accounts,
            ran.stated,
            ran.dues
        );
        Page::of_lines([vec![first], lines_of_posting(&posting), lines_of_check(&checked)].concat())
    })?;
    Ok(Conclusion::of(posting.refused.is_empty() && checked.differences.is_empty()))
}
