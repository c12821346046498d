//! `longmen desk rebuild`

use std::path::PathBuf;

use serde_json::json;

use super::booked::all_booked;
use crate::connect_args::ConnectArgs;
use crate::desk_args::{DeskArgs, WAIT, failed};
use crate::failure::{Conclusion, Failure};
use crate::output::{Output, remark};
use crate::reconciling::Channel;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Where the database is damaged or lost: every file that came is known again, from what stands beside its bytes, and what was booked about
differences, by whomever, from the books: they are read from their first date on, which takes a while where they are large. Name each channel
of the desk. Then compare the days again, from the first one on; differences have the same names. What a desk knew of interest (计息),
credit bills (账单) and ends of days (日终) is not restored: only a copy of its directory has it.

Example:
  longmen desk rebuild --desk desk --channel wechat.toml --client ann")]
pub(crate) struct Args {
    /// The file of a channel of the desk; of several, each
    #[arg(long, value_name = "FILE", required = true)]
    channel: Vec<PathBuf>,
    #[command(flatten)]
    desk: DeskArgs,
    #[command(flatten)]
    connect_args: ConnectArgs,
    #[command(flatten)]
    output: Output,
}

pub(super) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.connect_args.connect().await?;
    let mut booked = Vec::new();
    for path in &args.channel {
        booked.extend(all_booked(&mut client, &Channel::read(path)?).await?);
    }
    let rebuilt = longmen_reconciliation_store::rebuild(&args.desk.desk, WAIT, &booked).map_err(failed)?;
    let told = json!({
        "files": rebuilt.files, "handlings": rebuilt.handlings, "vouchers": rebuilt.vouchers,
        "set_aside": rebuilt.set_aside,
    });
    if rebuilt.vouchers.is_none() {
        remark("the vouchers of the old database cannot be read: restore a copy before any is made");
    }
    args.output.show(&told, |_| {
        let aside = rebuilt.set_aside.as_ref();
        let aside =
            aside.map_or(String::new(), |path| format!("; the old database is at {}", path.display()));
        format!(
            "{} files are known again, and {} steps from the books{aside}. {} vouchers were taken over. Compare each day again, from the first one on. Interest, bills and ends of days are not restored",
            rebuilt.files,
            rebuilt.handlings,
            rebuilt.vouchers.unwrap_or_default()
        )
    })?;
    Ok(Conclusion::Held)
}
