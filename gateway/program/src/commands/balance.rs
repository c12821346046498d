//! `longmen balance`

use longmen_client::Account;

use super::accounts::table;
use crate::account_name::{ACCOUNT_HELP, AccountName};
use crate::failure::{Failure, Verdict};
use crate::output::Output;
use crate::reach::Reach;

/// Show how accounts stand
#[derive(Debug, clap::Args)]
#[command(after_help = ACCOUNT_HELP)]
pub(crate) struct Args {
    /// The accounts
    #[arg(required = true, value_name = "ACCOUNT")]
    accounts: Vec<AccountName>,
    #[command(flatten)]
    reach: Reach,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Verdict, Failure> {
    let mut client = args.reach.connect().await?;
    let asked: Vec<_> = args.accounts.into_iter().map(|name| name.0).collect();
    let found = client.balances(&asked).await?;
    let found: Vec<Account> = found.into_iter().collect::<Result<_, _>>().map_err(Failure::Refused)?;
    args.output.show(&found, |found| table(found))?;
    Ok(Verdict::Held)
}
