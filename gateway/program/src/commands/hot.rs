//! `longmen hot`

use longmen_client::{ClientError, Refusal, SetHotRequest};

use super::accounts::{settle, show_changed};
use crate::account_name::{AccountName, with_account_names};
use crate::connect_args::ConnectArgs;
use crate::expected::Expected;
use crate::explain::about_account;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::proposing_args::ProposingArgs;
use crate::register::Register;

/// Give an account a batching actor (热点账户), or take it away
///
/// The legs of one moment on a hot account become one merged entry. The node also heats accounts by itself; what is set
/// here stays. An account with limits per transaction or day is never hot.
#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
Examples:
  longmen hot LM/fee/CNY
  longmen hot LM/fee/CNY --off"))]
pub(crate) struct Args {
    /// The account
    account: AccountName,
    /// Take it away
    #[arg(long)]
    off: bool,
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
    let request = SetHotRequest {
        account: args.account.0.clone(),
        hot: !args.off,
        expected: args.expected.position(),
        registration: args.register.registration(),
    };
    let changed = client.set_hot_with(&request).await;
    if let Err(ClientError::Refused(Refusal { code, message: None })) = &changed
        && &**code == "limit_exceeded"
    {
        let limited = client.balance(args.account.0.clone()).await;
        let limited = limited.is_ok_and(|it| it.transaction_limit.is_some() || it.day_limit.is_some());
        let message = match about_account(&mut client, &args.account.0, None, code).await {
            Some(limits) if limited => {
                format!("{limits}; an account with limits per transaction or day is never hot")
            }
            _ => format!(
                "{}: as many accounts are hot as may be; `longmen status` lists them, and `longmen hot ACCOUNT --off` makes room",
                args.account
            ),
        };
        return Err(Failure::Refused(Refusal { code: code.clone(), message: Some(message.into()) }));
    }
    settle(&mut client, &args.account, None, changed).await?;
    show_changed(&mut client, args.account, args.output).await
}
