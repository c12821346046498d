//! `longmen confirm`

use longmen_client::Action;

use crate::connect_args::ConnectArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::posting::{Original, Posting};
use crate::proposing_args::ProposingArgs;

/// Post the legs of a try (TCC)
///
/// After a cancel it is refused, and a cancel after it too.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  longmen confirm T1 --id T1-confirmed")]
pub(crate) struct Args {
    #[command(flatten)]
    original: Original,
    #[command(flatten)]
    posting: Posting,
    #[command(flatten)]
    connect_args: ConnectArgs,
    #[command(flatten)]
    proposing: ProposingArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.proposing.on(args.connect_args.connect().await?);
    let action = Action::Confirm(args.original.naming());
    args.posting.send(&mut client, Some(action), Vec::new(), args.output).await
}
