//! `longmen reverse`

use longmen_client::Reverse;

use crate::connect_args::ConnectArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::posting::{Original, Posting};
use crate::proposing_args::ProposingArgs;

/// Undo a posted transaction with all its legs, once (冲正)
///
/// The ledger chooses the style by the accounting dates: within a year of the books red (红字: negative amounts on the same sides),
/// in a later year blue (蓝字反方向: the opposite sides). The accounts must have the money and let it through, unless it
/// is forced, with an approval. A reversed consume puts its hold back.
///
/// Its value date is its own accounting date; give the original's with --value-date where it counts as if the original had
/// never been.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen reverse order-17 --id order-17-undone --reason \"paid twice\"
  longmen reverse order-17 --id order-17-undone --value-date 2026-11-10
  longmen reverse order-17 --forced --approval AP-9 --operator ann")]
pub(crate) struct Args {
    #[command(flatten)]
    original: Original,
    /// Set funds and states aside; a balance may go below zero
    #[arg(long, requires = "approval")]
    forced: bool,
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
    let reverse = Reverse { original: args.original.naming(), forced: args.forced };
    args.posting.send(&mut client, Some(reverse.into()), Vec::new(), args.output).await
}
