//! `longmen customer`

use super::accounts::table;
use crate::argument::said;
use crate::connect_args::AskArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::page::Page;

/// List the accounts of a customer (客户号); ends with 1 where the entity has none of that number
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  longmen customer LM C-1001")]
pub(crate) struct Args {
    /// The entity's code
    #[arg(value_parser = said)]
    entity: String,
    /// The customer's number outside the books
    #[arg(value_parser = said)]
    customer: String,
    #[command(flatten)]
    ask_args: AskArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.ask_args.connect().await?;
    let accounts = client.customer(&args.entity, &args.customer).await;
    let accounts = accounts.map_err(|error| Failure::about(error, format_args!("entity {}", args.entity)))?;
    let conclusion = Conclusion::of(!accounts.is_empty());
    args.output.show(&accounts, |accounts| match accounts.is_empty() {
        true => format!("{} has no customer {}", args.entity, args.customer).into(),
        false => Page::from(table(accounts)),
    })?;
    Ok(conclusion)
}
