//! `longmen close-day`

use crate::failure::{Failure, Verdict};
use crate::output::Output;
use crate::reach::Reach;

/// End the accounting date of an entity (日切)
///
/// Payments go on meanwhile: what comes after the close belongs to the next date. Closing to the date that is
/// current already does nothing.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The entity's code
    entity: String,
    /// The accounting date that begins
    #[arg(value_name = "YYYY-MM-DD")]
    next: String,
    #[command(flatten)]
    reach: Reach,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Verdict, Failure> {
    let mut client = args.reach.connect().await?;
    client.close_day(&args.entity, &args.next).await?;
    let date = serde_json::json!({ "entity": args.entity, "date": args.next });
    args.output.show(&date, |_| format!("the accounting date of {} is {}", args.entity, args.next))?;
    Ok(Verdict::Held)
}
