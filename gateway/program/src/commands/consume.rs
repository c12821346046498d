//! `longmen consume`

use longmen_client::{Consume, Leg};

use crate::account_name::with_account_names;
use crate::argument::{client_number, said};
use crate::connect_args::ConnectArgs;
use crate::failure::{Conclusion, Failure};
use crate::id_name::IdName;
use crate::money::{Least, amount, amount_of, currency_code};
use crate::output::Output;
use crate::posting::{Legs, Posting};
use crate::proposing_args::ProposingArgs;

/// Spend part of a hold and post the legs, in one atomic step (扣划)
///
/// The amount is what the legs take from the held account. Forced, with an approval, it passes whatever the payment
/// state and a reported loss say.
#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
Examples:
  longmen consume F7 --debit LM/U1/CNY=150.00 --credit LM/M1/CNY=150.00
  longmen consume W1 --amount 102.00 --debit LM/U1/CNY=102.00 --credit LM/transit/CNY=100.00 --credit LM/fee/CNY=2.00
  longmen consume case-12 --authority \"court 3\" --forced --approval AP-9 \\
      --debit LM/U1/CNY=50.00 --credit LM/court/CNY=50.00"))]
pub(crate) struct Args {
    /// The id of the freeze
    hold: IdName,
    /// How much; may be absent where there is one debit leg, which takes it
    #[arg(long, allow_hyphen_values = true, value_parser = amount)]
    amount: Option<String>,
    /// The currency of the amount; without it, that of the first leg
    #[arg(long, value_name = "CODE", value_parser = currency_code)]
    currency: Option<String>,
    /// Who spends it, where it has an authority
    #[arg(long, value_name = "NAME", value_parser = said)]
    authority: Option<String>,
    /// Set the payment state and a reported loss aside
    #[arg(long, requires = "approval")]
    forced: bool,
    /// The number of the client who froze; without it, your own
    #[arg(long, value_name = "NUMBER", value_parser = client_number)]
    of_client: Option<u32>,
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
    let amount = match (args.amount, args.legs.debit.as_slice()) {
        (Some(amount), _) => amount,
        (None, [taken]) => taken.amount.clone(),
        (None, _) => {
            return Err(Failure::Usage("say with --amount how much of the hold is spent".to_owned()));
        }
    };
    let mut client = args.proposing.on(args.connect_args.connect().await?);
    let legs = args.legs.read(&mut client).await?;
    let of_first = |legs: &[Leg]| legs.first().and_then(|leg| leg.currency.clone());
    let currency = args.currency.or_else(|| of_first(&legs)).unwrap_or_default();
    amount_of(&currency, &amount, Least::AboveZero)
        .map_err(|why| Failure::Usage(format!("--amount {amount}: {why}")))?;
    let consume = Consume {
        client: args.of_client,
        authority: args.authority,
        forced: args.forced,
        ..Consume::new(args.hold.id(), &*amount, &currency)
    };
    args.posting.send(&mut client, Some(consume.into()), legs, args.output).await
}
