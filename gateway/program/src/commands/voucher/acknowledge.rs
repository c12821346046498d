//! `longmen voucher acknowledge`

use std::path::PathBuf;

use longmen_day_end::vouchers::{Answered, acknowledge, acknowledge_galaxy, digest_of};

use super::outcome::of_run;
use crate::desk_args::DeskArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;

/// Take in what the accounting system said about vouchers
///
/// A CSV file with the columns source_key, number, reason: a number says accepted, a reason rejected. Or, with --sent, what Kingdee Galaxy
/// (金蝶云星空) answered to each line of a file, an answer a line. All of it is taken in, or nothing; the same again changes nothing. Ends with 1 where
/// something was rejected.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen voucher acknowledge answers.csv --desk desk
  longmen voucher acknowledge answers.jsonl --sent 0618.jsonl --desk desk")]
pub(crate) struct Args {
    /// The answers
    file: PathBuf,
    /// The file that was sent, whose lines Galaxy answered
    #[arg(long, value_name = "FILE")]
    sent: Option<PathBuf>,
    #[command(flatten)]
    desk_args: DeskArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let text = std::fs::read(&args.file)
        .map_err(|error| Failure::Usage(format!("{}: {error}", args.file.display())))?;
    let mut store = args.desk_args.open()?;
    let answered = match &args.sent {
        None => acknowledge(&mut store, &*text),
        Some(sent) => {
            let text = std::str::from_utf8(&text)
                .map_err(|error| Failure::Usage(format!("{}: {error}", args.file.display())))?;
            digest_of(sent).and_then(|digest| acknowledge_galaxy(&mut store, &digest, text))
        }
    };
    let Answered { accepted, rejected, unanswered } = answered.map_err(of_run)?;
    let value = serde_json::json!({"accepted": accepted, "rejected": rejected, "unanswered": unanswered});
    args.output.show(&value, |_| {
        format!("accepted {accepted}, rejected {rejected}, without an answer {unanswered}")
    })?;
    Ok(Conclusion::of(rejected == 0))
}
