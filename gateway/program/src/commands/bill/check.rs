//! `longmen bill check`

use longmen_day_end::bills::check_bills;
use longmen_terminal::Progress;

use super::outcome::{json_of_check, lines_of_check, of_bills};
use crate::argument::said;
use crate::connect_args::AskArgs;
use crate::desk_args::DeskArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::page::Page;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen bill check LM --desk desk")]
pub(crate) struct Args {
    /// Whose books
    #[arg(value_name = "ENTITY", value_parser = said)]
    entity: String,
    #[command(flatten)]
    desk_args: DeskArgs,
    #[command(flatten)]
    ask_args: AskArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.ask_args.connect().await?;
    let mut store = args.desk_args.open()?;
    let progress = Progress::counting("bills held to balances");
    let told = |count| progress.at(count, String::new());
    let checked = check_bills(&mut client, &mut store, &args.entity, true, told).await.map_err(of_bills)?;
    progress.finish();
    args.output.show(&json_of_check(&checked), |_| Page::of_lines(lines_of_check(&checked)))?;
    Ok(Conclusion::of(checked.differences.is_empty()))
}
