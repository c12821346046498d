//! `longmen unfreeze`

use longmen_client::{Amount, Unfreeze};

use crate::argument::{client_number, said};
use crate::connect_args::ConnectArgs;
use crate::failure::{Conclusion, Failure};
use crate::id_name::IdName;
use crate::money::{Least, amount, amount_of, currency_code};
use crate::output::Output;
use crate::posting::Posting;
use crate::proposing_args::ProposingArgs;

/// Release a hold, in part or all that remains (解冻)
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen unfreeze F7                          all that remains
  longmen unfreeze F7 --amount 100.00 --currency CNY
  longmen unfreeze case-12 --authority \"court 3\" --approval AP-9")]
pub(crate) struct Args {
    /// The id of the freeze
    hold: IdName,
    /// How much; without it, all that remains
    #[arg(long, requires = "currency", allow_negative_numbers = true, value_parser = amount)]
    amount: Option<String>,
    /// The currency of --amount, which is the held account's; only beside an amount
    #[arg(long, value_name = "CODE", requires = "amount", value_parser = currency_code)]
    currency: Option<String>,
    /// Who releases it, where it has an authority
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
    if let (Some(amount), Some(currency)) = (&args.amount, &args.currency) {
        amount_of(currency, amount, Least::AboveZero)
            .map_err(|why| Failure::Usage(format!("--amount {amount}: {why}")))?;
    }
    let mut client = args.proposing.on(args.connect_args.connect().await?);
    let unfreeze = Unfreeze {
        client: args.of_client,
        amount: args.amount.map(Amount::Decimal),
        currency: args.currency,
        authority: args.authority,
        ..Unfreeze::all(args.hold.id())
    };
    args.posting.send(&mut client, Some(unfreeze.into()), Vec::new(), args.output).await
}
