//! `longmen interest list`

use super::outcome::{due_json, table};
use crate::argument::said;
use crate::desk_args::{DeskArgs, failed};
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::page::Page;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen interest list LM --desk desk
  longmen interest list LM --desk desk --all --json")]
pub(crate) struct Args {
    /// Whose books
    #[arg(value_name = "ENTITY", value_parser = said)]
    entity: String,
    /// With what is posted
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    desk_args: DeskArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let dues = args.desk_args.read()?.interest_dues(&args.entity, args.all).map_err(failed)?;
    let rows: Vec<_> = dues.iter().map(due_json).collect();
    args.output.show(&serde_json::json!({"dues": rows}), |_| Page::from(table(&dues)))?;
    Ok(Conclusion::Held)
}
