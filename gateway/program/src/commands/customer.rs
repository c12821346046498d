//! `longmen customer`

use super::accounts::table;
use crate::connect_args::ConnectArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;

/// List the accounts of a customer (客户号)
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  longmen customer LM C-1001")]
pub(crate) struct Args {
    /// The entity's code
    entity: String,
    /// The customer's number outside the books
    customer: String,
    #[command(flatten)]
    connect_args: ConnectArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.connect_args.connect().await?;
    let accounts = client.customer(&args.entity, &args.customer).await;
    let accounts = accounts.map_err(|error| Failure::about(error, format_args!("entity {}", args.entity)))?;
    args.output.show(&accounts, |accounts| table(accounts))?;
    Ok(Conclusion::Held)
}
