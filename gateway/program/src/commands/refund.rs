//! `longmen refund`

use longmen_client::{Client, Leg, Naming, Refund};

use crate::account_name::with_account_names;
use crate::connect_args::ConnectArgs;
use crate::explain::{find_original, moved_on};
use crate::failure::{Conclusion, Failure};
use crate::money::{Least, amount, amount_of, currency_code};
use crate::output::Output;
use crate::posting::{Legs, Original, Posting};
use crate::proposing_args::ProposingArgs;

/// Give back part of a posted transaction (退款): by legs of its own, or by an amount of what was charged by rules
///
/// With --amount the rule by which the original was charged makes the legs, and says what of its fees goes back.
///
/// All refunds of an original together give back no more than it moved, and to no account more than it took from it.
/// Refunds are taken for a year after the original, or for the days that the node was told for its type.
///
/// A refund that debits the payer again, or credits the payee again, corrects another refund that gave back too much. It is
/// sent only with --correction.
#[derive(Debug, clap::Args)]
#[command(override_usage = "longmen refund [OPTIONS] <ORIGINAL> <--debit|--credit|--amount> ...")]
#[command(after_help = with_account_names("\
Examples:
  longmen refund order-17 --id order-17-back-1 --debit LM/M1/CNY=33.33 --credit LM/U1/CNY=33.33
  longmen refund order-17 --debit LM/M1/CNY=19.88 --debit LM/fee/CNY=0.12 --credit LM/U1/CNY=20.00
  longmen refund order-17 --id order-17-back-1 --amount 40.00 --currency CNY
  longmen refund order-17 --correction --debit LM/U1/CNY=0.33 --credit LM/M1/CNY=0.33"))]
pub(crate) struct Args {
    #[command(flatten)]
    original: Original,
    #[command(flatten)]
    legs: Legs,
    /// How much of the gross amount of an original that was charged; its rule makes the legs
    #[arg(long, value_name = "AMOUNT", value_parser = amount, group = "legs", conflicts_with_all = ["debit", "credit", "correction"],
        requires = "currency")]
    amount: Option<String>,
    /// The currency of the amount
    #[arg(long, value_name = "CODE", value_parser = currency_code, requires = "amount")]
    currency: Option<String>,
    /// It takes back what another refund of the original gives back too much, so it moves accounts the original's own way
    #[arg(long)]
    correction: bool,
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
    let naming = args.original.naming();
    if let (Some(amount), Some(currency)) = (&args.amount, &args.currency) {
        let wrong = |why| Failure::Usage(format!("--amount {amount}: {why}"));
        amount_of(currency, amount, Least::AboveZero).map_err(wrong)?;
        let action = Refund::of(naming).amount(&**amount, currency);
        return args.posting.send(&mut client, Some(action.into()), legs, args.output).await;
    }
    if !args.correction {
        refuse_correction(&mut client, &naming, &legs).await?;
    }
    let action = Refund::of(naming);
    args.posting.send(&mut client, Some(action.into()), legs, args.output).await
}

/// Legs the wrong way round would charge the payer a second time. What the node does not show is judged by the node alone.
async fn refuse_correction(client: &mut Client, naming: &Naming, legs: &[Leg]) -> Result<(), Failure> {
    let Some(original) = find_original(client, naming).await else { return Ok(()) };
    match moved_on(client, legs, &original).await {
        Some(again) => Err(Failure::Usage(format!(
            "this {again}, as the original did, and gives nothing back; if it corrects another refund, say --correction"
        ))),
        None => Ok(()),
    }
}
