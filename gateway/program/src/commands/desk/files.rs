//! `longmen desk files`

use longmen_reconciliation_store::FileFilter;
use longmen_terminal::{Table, grouped};
use serde_json::json;

use crate::desk_args::{DeskArgs, failed};
use crate::failure::{Conclusion, Failure};
use crate::moment::time;
use crate::output::Output;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  longmen desk files --desk desk")]
pub(crate) struct Args {
    #[command(flatten)]
    desk: DeskArgs,
    #[command(flatten)]
    output: Output,
}

pub(super) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let files = args.desk.read()?.files(&FileFilter::default()).map_err(failed)?;
    let told: Vec<_> = files
        .iter()
        .map(|file| {
            json!({
                "file": file.id.0, "channel": file.key.channel.as_str(), "date": file.key.date.to_string(),
                "format": file.key.format, "version": file.version, "state": file.state.name(), "rows": file.rows,
                "sha256": file.sha256.to_string(), "imported_by": file.imported_by.as_str(),
                "imported_at_us": file.imported_at_us,
                "decided_by": file.decided.as_ref().map(|(person, _)| person.as_str()),
            })
        })
        .collect();
    args.output.show(&told, |_| {
        let mut table =
            Table::new(&[">file", "=channel", "date", "format", ">version", "state", ">rows", "=by", "at"]);
        for file in &files {
            table.row([
                file.id.to_string(),
                file.key.channel.to_string(),
                file.key.date.to_string(),
                file.key.format.to_string(),
                file.version.to_string(),
                file.state.name().to_owned(),
                grouped(file.rows),
                file.imported_by.to_string(),
                time(file.imported_at_us),
            ]);
        }
        table
    })?;
    Ok(Conclusion::Held)
}
