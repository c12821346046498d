//! `longmen map-customer`

use longmen_client::MapCustomerRequest;
use serde_json::json;

use super::accounts::settle;
use crate::account_name::{AccountName, with_account_names};
use crate::argument::said;
use crate::connect_args::ConnectArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::proposing_args::ProposingArgs;
use crate::register::Register;

/// Tie an account to a customer outside the books (客户号)
#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
Examples:
  longmen map-customer LM/U1/CNY C-1001 --operator ann
  longmen customer LM C-1001"))]
pub(crate) struct Args {
    /// The account
    account: AccountName,
    /// The customer's number outside the books
    #[arg(value_parser = said)]
    customer: String,
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
    let (account, registration) = (args.account.0.clone(), args.register.registration());
    let request = MapCustomerRequest { account: account.clone(), customer: &args.customer, registration };
    let changed = client.map_customer(&request).await;
    settle(&mut client, &args.account, None, changed).await?;
    let account = client.balance(account).await?;
    let value = json!({ "account": account.id, "customer": args.customer });
    args.output.show(&value, |_| {
        let of = [&account.entity, &account.number, &account.currency].map(|text| &**text).join("/");
        format!("@{} {of} is an account of customer {}", account.id, args.customer)
    })?;
    Ok(Conclusion::Held)
}
