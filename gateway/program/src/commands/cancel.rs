//! `longmen cancel`

use longmen_client::Client;

use crate::connect_args::ConnectArgs;
use crate::failure::{Conclusion, Failure};
use crate::id_name::IdName;
use crate::output::Output;
use crate::posting::{Sent, show};

/// Cancel a transaction id, seen or not
///
/// What a try of that id holds is released. An id that was never seen is noted, and a late original is refused (空回滚,
/// 防悬挂). What is in the books is not cancelled: see `longmen reverse`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  longmen cancel T1")]
pub(crate) struct Args {
    /// The id
    id: IdName,
    #[command(flatten)]
    sent: Sent,
    #[command(flatten)]
    connect_args: ConnectArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.connect_args.connect().await?;
    let time = args.sent.time(false);
    let mut result =
        client.cancel(args.id.id(), time).await.map_err(|error| Failure::of_change(error, "the cancel"))?;
    let cancelled = &*result.outcome == "cancelled";
    if &*result.outcome == "already_posted" && result.message.is_none() {
        result.message = posted(&mut client, &args.id).await.map(Into::into);
    }
    show(&args.id, result, args.output)?;
    Ok(Conclusion::of(cancelled))
}

/// What was posted under the id, and what undoes it.
async fn posted(client: &mut Client, id: &IdName) -> Option<String> {
    let record = client.transaction(id.id()).await.ok()?;
    let words = match &*record.action {
        "try" => "the try was confirmed, and `longmen reverse` undoes its confirm".to_owned(),
        action => format!(
            "its {action} is in the books since {}, and `longmen reverse` undoes it",
            record.accounting_date
        ),
    };
    Some(words)
}
