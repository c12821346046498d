//! `longmen desk import`

use std::fs::File;
use std::path::PathBuf;

use longmen_engine::ledger::Date;
use longmen_reconciliation_store::{FileFormat, Import, NewFile};
use serde_json::json;

use crate::argument::date;
use crate::argument::said;
use crate::desk_args::{DeskArgs, failed, now_us, person};
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::reconciling::Channel;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
A file is imported once for its channel, merchant, date and format. The same bytes again are nothing new; other bytes for a day that has
a file wait until somebody else approves them: `longmen desk approve-file`.

Example:
  longmen desk import 1900000100All2024-06-18.csv --desk desk --channel wechat.toml --date 2024-06-18 --by ann")]
pub(crate) struct Args {
    /// The channel's file
    file: PathBuf,
    /// The file of the channel
    #[arg(long, value_name = "FILE")]
    channel: PathBuf,
    /// The date that it must be of
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    date: Date,
    /// The SHA-1 of what is packed in it, in hexadecimal digits, where the channel gives one
    #[arg(long, value_name = "DIGITS", value_parser = said)]
    sha1: Option<String>,
    /// Who imports it
    #[arg(long, value_name = "NAME", value_parser = said)]
    by: String,
    #[command(flatten)]
    desk: DeskArgs,
    #[command(flatten)]
    output: Output,
}

pub(super) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let channel = Channel::read(&args.channel)?;
    let mut source = File::open(&args.file)
        .map_err(|error| Failure::Usage(format!("cannot read {}: {error}", args.file.display())))?;
    let new = NewFile {
        channel: channel.desk_name()?,
        merchant: channel.desk_merchant()?,
        date: args.date,
        format: FileFormat::Trades(channel.format),
        sha1: args.sha1.as_deref().map(Into::into),
    };
    let mut store = args.desk.open()?;
    let imported = store.import(&new, &mut source, &person(&args.by)?, now_us()).map_err(failed)?;
    let (id, words) = match imported {
        Import::New(id) => (id, "is the file of its day"),
        Import::Known(id) => (id, "is there already: nothing new"),
        Import::NeedsApproval(id) => (
            id,
            "has other bytes than the file of its day, which stays until somebody else approves this one",
        ),
    };
    let file = store.read().file(id).map_err(failed)?;
    let told = json!({
        "file": id.0, "state": file.state.name(), "version": file.version, "rows": file.rows,
        "sha256": file.sha256.to_string(), "is_new": !matches!(imported, Import::Known(_)),
    });
    args.output.show(&told, |_| {
        format!("file {id} of {} on {} {words}; {} rows", channel.name, args.date, file.rows)
    })?;
    Ok(Conclusion::Held)
}
