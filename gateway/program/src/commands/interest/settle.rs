//! `longmen interest settle`

use longmen_day_end::interest::post_dues;

use super::outcome::{Bars, json, lines, of_run};
use crate::argument::said;
use crate::connect_args::AskArgs;
use crate::desk_args::DeskArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::page::Page;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen interest settle LM --desk desk")]
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
    let mut bars = Bars::default();
    let watch = &mut |step| bars.at(step);
    let done = post_dues(&mut client, &mut store, &args.entity, watch).await.map_err(of_run)?;
    bars.finish();
    args.output.show(&json(&done), |_| Page::of_lines(lines(&done)))?;
    Ok(Conclusion::of(done.refused.is_empty()))
}
