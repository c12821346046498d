//! `longmen refund`

use longmen_client::Action;

use crate::account_name::with_account_names;
use crate::connect_args::ConnectArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::posting::{Legs, Original, Posting};

/// Give back part of a posted transaction, by legs of its own (退款)
///
/// All refunds of an original together give back no more than it moved, and to no account more than it took from it.
/// Refunds are taken for a year after the original, or for the days that the node was told for its type.
#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
Examples:
  longmen refund order-17 --id order-17-back-1 --debit LM/M1/CNY=33.33 --credit LM/U1/CNY=33.33
  longmen refund order-17 --debit LM/M1/CNY=19.88 --debit LM/fee/CNY=0.12 --credit LM/U1/CNY=20.00"))]
pub(crate) struct Args {
    #[command(flatten)]
    original: Original,
    #[command(flatten)]
    legs: Legs,
    #[command(flatten)]
    posting: Posting,
    #[command(flatten)]
    connect_args: ConnectArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.connect_args.connect().await?;
    let legs = args.legs.read(&mut client).await?;
    let action = Action::Refund(args.original.naming());
    args.posting.send(&mut client, Some(action), legs, args.output).await
}
