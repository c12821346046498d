//! `longmen desk undo`

use longmen_reconciliation_store::{HandlingId, Reason};

use super::propose::propose;
use super::show::{describe_handling, handling_json};
use crate::argument::said;
use crate::connect_args::ConnectArgs;
use crate::desk_args::{DeskArgs, failed, now_us, person};
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::page::Page;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  longmen desk undo 7 --desk desk --client ann --reason \"it was in the file after all\"")]
pub(crate) struct Args {
    /// The number of the handling, as `longmen desk show` lists it
    handling: i64,
    /// Why
    #[arg(long, value_name = "TEXT", value_parser = said)]
    reason: String,
    #[command(flatten)]
    desk: DeskArgs,
    #[command(flatten)]
    connect_args: ConnectArgs,
    #[command(flatten)]
    output: Output,
}

pub(super) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let maker = person(args.connect_args.client())?;
    let reason = Reason::new(&args.reason).map_err(|error| Failure::Usage(format!("--reason: {error}")))?;
    let mut store = args.desk.open()?;
    let client = args.connect_args.connect().await?;
    let drafted = store.undo(HandlingId(args.handling), &reason, &maker, now_us()).map_err(failed)?;
    let handling = propose(client, &mut store, &drafted)
        .await
        .map_err(|error| error.naming(format_args!("handling {}", args.handling)))?;
    args.output.show(&handling_json(&handling), |_| {
        let mut page = Page::new();
        describe_handling(&mut page, &handling);
        page
    })?;
    Ok(Conclusion::Held)
}
