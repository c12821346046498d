//! `longmen charge`

use longmen_client::Charge;

use crate::account_name::{AccountName, ShareName, with_account_names};
use crate::argument::said;
use crate::connect_args::ConnectArgs;
use crate::failure::{Conclusion, Failure};
use crate::money::Least;
use crate::money::amount;
use crate::output::Output;
use crate::posting::{Posting, check_amount, currency};
use crate::proposing_args::ProposingArgs;

/// Post a gross amount, of which the ledger makes the legs by the rules for fees and splits (手续费, 分账)
///
/// The rule is that of the type (--type), the channel, the merchant and the currency on the accounting date. The legs that it made are
/// shown, also when the same is sent again under the same id: then they are those that it made first.
#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
Examples:
  longmen charge --type card_pay --payer LM/bank/CNY --payee LM/M1/CNY --amount 100.00
  longmen charge --type card_pay --channel wechat --payer LM/bank/CNY --payee LM/M1/CNY --amount 100.00
  longmen charge --type market_pay --payer LM/U1/CNY --amount 100.01 --share shop=LM/S1/CNY \\
      --share agent=LM/A1/CNY --share delivery=LM/D1/CNY"))]
pub(crate) struct Args {
    /// Whose account pays
    #[arg(long, value_name = "ACCOUNT")]
    payer: AccountName,
    /// Whose account gets what is left after fees, where the rule does not split it
    #[arg(long, value_name = "ACCOUNT")]
    payee: Option<AccountName>,
    /// The account of one who has a share, as the rule calls it
    #[arg(long, value_name = "NAME=ACCOUNT")]
    share: Vec<ShareName>,
    /// What is paid for: fees of the payer come on top of it, those of the payee out of it
    #[arg(long, value_parser = amount)]
    amount: String,
    /// The channel that it comes by
    #[arg(long, value_parser = said)]
    channel: Option<String>,
    /// The merchant that it is for
    #[arg(long, value_parser = said)]
    merchant: Option<String>,
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
    let currency = currency(&mut client, &args.payer).await?;
    check_amount(&args.payer, &currency, &args.amount, Least::AboveZero)?;
    let mut charge = Charge::new(args.payer.0, &*args.amount, &currency);
    charge.payee = args.payee.map(|payee| payee.0);
    (charge.channel, charge.merchant) = (args.channel, args.merchant);
    for ShareName { role, account } in args.share {
        charge = charge.share(&role, account.0);
    }
    args.posting.send(&mut client, Some(charge.into()), Vec::new(), args.output).await
}
