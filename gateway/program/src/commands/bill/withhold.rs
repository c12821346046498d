//! `longmen bill withhold`

use longmen_day_end::bills::{run_bills, withhold};
use longmen_terminal::Progress;

use super::outcome::{SettingsArgs, json_of_posting, lines_of_posting, of_bills};
use crate::argument::said;
use crate::connect_args::AskArgs;
use crate::desk_args::DeskArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::page::Page;

/// Take what is due from the accounts that pay (代扣)
///
/// Closed dates are taken first. Of each bill that is due by the accounting date what is still open is taken from its payer, as far as that has
/// it: once a date, and what came in today counts. A payer's reserve (代扣备用金) is released first where the settings say that it is
/// for bills.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen bill withhold LM --desk desk --bills bills.toml")]
pub(crate) struct Args {
    /// Whose books
    #[arg(value_name = "ENTITY", value_parser = said)]
    entity: String,
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
    let mut store = args.desk_args.open()?;
    let progress = Progress::counting("movements and accounts");
    let watched = |count| progress.at(count, String::new());
    let ran = run_bills(&mut client, &mut store, &settings, &args.entity, None, watched).await;
    progress.finish();
    ran.map_err(of_bills)?;
    let done = withhold(&mut client, &mut store, &settings, &args.entity).await.map_err(of_bills)?;
    let posting = json_of_posting(&done.posting);
    let value = serde_json::json!({"bills": done.bills, "asked": done.asked, "posting": posting});
    args.output.show(&value, |_| {
        let first = format!("{} bills are due, {} withheld for", done.bills, done.asked);
        Page::of_lines([vec![first], lines_of_posting(&done.posting)].concat())
    })?;
    Ok(Conclusion::of(done.posting.refused.is_empty()))
}
