//! `longmen interest accrue`

use jiff::civil::Date;
use longmen_day_end::interest::{accrue, post_dues};

use super::outcome::{Bars, SettingsArgs, give_way_if_possible, json, lines, of_run};
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
  longmen interest accrue LM --desk desk --interest interest.toml
  longmen interest accrue LM --desk desk --interest interest.toml --date 2024-06-20")]
pub(crate) struct Args {
    /// Whose books
    #[arg(value_name = "ENTITY", value_parser = said)]
    entity: String,
    /// The last day that is folded; without it, the entity's accounting date (会计日)
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
    let mut client = args.ask_args.connect().await?;
    let date = match args.date {
        Some(date) => date.to_string(),
        None => {
            let entities = client.status().await?.entities;
            let found = entities.into_iter().find(|(code, _)| **code == *args.entity);
            let found = found.ok_or_else(|| Failure::Usage(format!("there is no entity {}", args.entity)))?;
            found.1.into()
        }
    };
    let date = longmen_engine::ledger::Date::parse(&date)
        .ok_or_else(|| Failure::Usage(format!("{date} is no date of a ledger")))?;
    let mut store = args.desk_args.open()?;
    give_way_if_possible();
    let mut bars = Bars::default();
    let watch = &mut |step| bars.at(step);
    let ran = accrue(&mut client, &mut store, &settings, &args.entity, date, watch).await.map_err(of_run)?;
    let done = post_dues(&mut client, &mut store, &args.entity, watch).await.map_err(of_run)?;
    bars.finish();
    let value = serde_json::json!({
        "run": ran.run, "date": date.to_string(), "accounts": ran.accounts, "movements": ran.movements,
        "back_valued": ran.back_valued, "dues": ran.dues, "posting": json(&done),
    });
    args.output.show(&value, |_| {
        let first = format!(
            "run {} up to {date}: {} accounts, {} movements ({} back value), {} dues",
            ran.run, ran.accounts, ran.movements, ran.back_valued, ran.dues
        );
        Page::of_lines([vec![first], lines(&done)].concat())
    })?;
    Ok(Conclusion::of(done.refused.is_empty()))
}
