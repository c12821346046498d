//! `longmen state`

use clap::ArgGroup;
use longmen_client::SetStateRequest;

use super::accounts::{settle, show_changed};
use crate::account_name::{AccountName, with_account_names};
use crate::account_state::{AccountState, PaymentState};
use crate::connect_args::ConnectArgs;
use crate::expected::Expected;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::proposing_args::ProposingArgs;
use crate::register::Register;

/// Set the account state (账户状态) and the payment state (支付状态) of an account
///
/// One of the two, or both; what is not given stays as it is. An account is closed only with nothing in it: balance, holds, reserve. The register
/// keeps who did it, when, on what approval and why.
#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
Examples:
  longmen state LM/U1/CNY --payment-state receives-only --reason \"risk control\" --approval AP-3
  longmen state LM/U1/CNY --account-state judicial --operator ann --expected 42/0/7
  longmen state LM/U1/CNY --account-state normal --payment-state normal"))]
#[command(group = ArgGroup::new("states").args(["account_state", "payment_state"]).required(true).multiple(true))]
pub(crate) struct Args {
    /// The account
    account: AccountName,
    /// Whether the account is there to be used (账户状态)
    #[arg(long, value_name = "STATE", value_enum)]
    account_state: Option<AccountState>,
    /// What the account may do (支付状态)
    #[arg(long, value_name = "STATE", value_enum)]
    payment_state: Option<PaymentState>,
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
    let request = SetStateRequest {
        account: args.account.0.clone(),
        account_state: args.account_state.map(|state| state as u8),
        payment_state: args.payment_state.map(|state| state as u8),
        expected: args.expected.position(),
        registration: args.register.registration(),
    };
    let changed = client.set_state_with(&request).await;
    settle(&mut client, &args.account, None, changed).await?;
    show_changed(&mut client, args.account, args.output).await
}
