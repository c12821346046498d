//! `longmen try`

use jiff::Timestamp;
use longmen_client::Try;

use crate::account_name::with_account_names;
use crate::connect_args::ConnectArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::posting::{Legs, Posting};
use crate::proposing_args::ProposingArgs;

/// Hold what legs take, and post nothing until it is confirmed (TCC)
///
/// `longmen confirm` posts the legs, `longmen cancel` releases what is held; so does the expiry, if one is set.
#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
Examples:
  longmen try --id T1 --debit LM/U1/CNY=20.00 --credit LM/M1/CNY=20.00
  longmen confirm T1
  longmen cancel T1"))]
pub(crate) struct Args {
    #[command(flatten)]
    legs: Legs,
    /// When what it holds is released by itself; a moment to come
    #[arg(long, value_name = "RFC 3339")]
    expires: Option<Timestamp>,
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
    let expires_us = args.posting.expiry(args.expires)?;
    let mut client = args.proposing.on(args.connect_args.connect().await?);
    let legs = args.legs.read(&mut client).await?;
    args.posting.send(&mut client, Some(Try { expires_us }.into()), legs, args.output).await
}
