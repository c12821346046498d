//! `longmen reserve`

use longmen_client::SetReserveRequest;

use super::accounts::{settle, show_changed};
use crate::account_name::{LegName, with_account_names};
use crate::connect_args::ConnectArgs;
use crate::expected::Expected;
use crate::failure::{Conclusion, Failure};
use crate::money::Least;
use crate::output::Output;
use crate::posting::{check_amount, currency};
use crate::proposing_args::ProposingArgs;
use crate::register::Register;

/// Set the withholding reserve (代扣备用金) of an account: what is kept back from its available balance
///
/// The register keeps who did it, when, on what approval and why.
#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
Examples:
  longmen reserve LM/U1/CNY=50.00 --reason \"utility bills\"
  longmen reserve LM/U1/CNY=0"))]
pub(crate) struct Args {
    /// The account, and how much from now on
    #[arg(value_name = "ACCOUNT=AMOUNT")]
    what: LegName,
    #[command(flatten)]
    expected: Expected,
    #[command(flatten)]
    register: Register,
    #[command(flatten)]
    connect_args: ConnectArgs,
    #[command(flatten)]
    proposing: ProposingArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.proposing.on(args.connect_args.connect().await?);
    let currency = currency(&mut client, &args.what.account).await?;
    check_amount(&args.what.account, &currency, &args.what.amount, Least::Zero)?;
    let request = SetReserveRequest {
        account: args.what.account.0.clone(),
        amount: (&*args.what.amount).into(),
        currency: Some(&currency),
        expected: args.expected.position(),
        registration: args.register.registration(),
    };
    let changed = client.set_reserve(&request).await;
    let amount = Some((&request.amount, &*currency));
    settle(&mut client, &args.what.account, amount, changed).await?;
    show_changed(&mut client, args.what.account, args.output).await
}
