//! `longmen raise`

use jiff::Timestamp;
use longmen_client::Raise;

use crate::argument::{client_number, said};
use crate::connect_args::ConnectArgs;
use crate::failure::{Conclusion, Failure};
use crate::id_name::IdName;
use crate::money::{Least, amount, amount_of, currency_code};
use crate::output::Output;
use crate::posting::Posting;
use crate::proposing_args::ProposingArgs;

/// Add to a hold, and move its expiry (追加预授权)
///
/// A hold of which nothing remains has ended, and is raised no more. What was raised is undone by `longmen unfreeze`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen raise F7 100.00 CNY
  longmen raise room-12 500.00 CNY --id room-12-night-2 --expires 2030-12-01T12:00:00+08:00
  longmen raise case-12 50.00 CNY --authority \"court 3\" --approval AP-9")]
pub(crate) struct Args {
    /// The id of the freeze
    hold: IdName,
    /// By how much
    #[arg(allow_negative_numbers = true, value_parser = amount)]
    amount: String,
    /// The currency, which is the held account's
    #[arg(value_name = "CURRENCY", value_parser = currency_code)]
    currency: String,
    /// When it is released by itself from now on; a moment to come. Without it, as before
    #[arg(long, value_name = "RFC 3339")]
    expires: Option<Timestamp>,
    /// Who raises it, where it has an authority
    #[arg(long, value_name = "NAME", value_parser = said)]
    authority: Option<String>,
    /// The number of the client who froze; without it, your own
    #[arg(long, value_name = "NUMBER", value_parser = client_number)]
    of_client: Option<u32>,
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
    amount_of(&args.currency, &args.amount, Least::AboveZero)
        .map_err(|why| Failure::Usage(format!("{} {}: {why}", args.amount, args.currency)))?;
    let mut client = args.proposing.on(args.connect_args.connect().await?);
    let raise = Raise {
        client: args.of_client,
        authority: args.authority,
        expires_us,
        ..Raise::new(args.hold.id(), &*args.amount, &args.currency)
    };
    args.posting.send(&mut client, Some(raise.into()), Vec::new(), args.output).await
}
