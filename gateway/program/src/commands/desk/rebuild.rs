//! `longmen desk rebuild`

use serde_json::json;

use crate::desk_args::{DeskArgs, WAIT, failed};
use crate::failure::{Conclusion, Failure};
use crate::output::Output;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Where the database is damaged or lost: every file that came is known again, from what stands beside its bytes. Compare the days again,
from the first one on; differences have the same names. What was booked about them is in the ledger under the same ids, so handling them
again, as the same client, books nothing twice.

Example:
  longmen desk rebuild --desk desk")]
pub(crate) struct Args {
    #[command(flatten)]
    desk: DeskArgs,
    #[command(flatten)]
    output: Output,
}

pub(super) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let rebuilt = longmen_reconciliation_store::rebuild(&args.desk.desk, WAIT).map_err(failed)?;
    let told = json!({"files": rebuilt.files, "set_aside": rebuilt.set_aside});
    args.output.show(&told, |_| {
        let aside = rebuilt.set_aside.as_ref();
        let aside =
            aside.map_or(String::new(), |path| format!("; the old database is at {}", path.display()));
        format!(
            "{} files are known again{aside}. Compare each day again, from the first one on",
            rebuilt.files
        )
    })?;
    Ok(Conclusion::Held)
}
