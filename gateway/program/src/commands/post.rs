//! `longmen post`

use crate::account_name::with_account_names;
use crate::connect_args::ConnectArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::posting::{Legs, Posting};
use crate::proposing_args::ProposingArgs;

/// Post one transaction: debits and credits that balance (记账)
///
/// The legs are numbered in the order debits, credits. Posting the same transaction under the same id again gives
/// the first result and moves nothing. A single leg is an entry on an off-balance account.
#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
Examples:
  longmen post --debit LM/bank/CNY=100.00 --credit LM/U1/CNY=100.00 --type top_up
  longmen post --id order-17 --debit LM/U1/CNY=50.00 --credit LM/M1/CNY=49.70 --credit LM/fee/CNY=0.30"))]
pub(crate) struct Args {
    #[command(flatten)]
    legs: Legs,
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
    let legs = args.legs.read(&mut client).await?;
    args.posting.send(&mut client, None, legs, args.output).await
}
