//! `longmen desk approve-file` and `longmen desk reject-file`

use longmen_reconciliation_store::FileId;
use serde_json::json;

use crate::argument::said;
use crate::desk_args::{DeskArgs, failed, now_us, person};
use crate::failure::{Conclusion, Failure};
use crate::output::Output;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen desk approve-file 2 --desk desk --by bob
  longmen desk reject-file 2 --desk desk --by bob")]
pub(crate) struct Args {
    /// The number of the file, as `longmen desk files` lists it
    file: i64,
    /// Who decides: somebody else than who imported it
    #[arg(long, value_name = "NAME", value_parser = said)]
    by: String,
    #[command(flatten)]
    desk: DeskArgs,
    #[command(flatten)]
    output: Output,
}

pub(super) fn run(args: &Args, approves: bool) -> Result<Conclusion, Failure> {
    let (id, by) = (FileId(args.file), person(&args.by)?);
    let mut store = args.desk.open()?;
    let file = match approves {
        true => store.approve_file(id, &by, now_us()),
        false => store.reject_file(id, &by, now_us()),
    }
    .map_err(failed)?;
    let told = json!({"file": id.0, "state": file.state.name(), "date": file.key.date.to_string()});
    args.output.show(&told, |_| match approves {
        true => format!(
            "file {id} is the file of {} now: compare that day again, and those behind it (`longmen desk run`)",
            file.key.date
        ),
        false => format!("file {id} is rejected; the file of {} stays what it was", file.key.date),
    })?;
    Ok(Conclusion::Held)
}
