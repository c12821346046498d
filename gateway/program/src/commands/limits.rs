//! `longmen limits`

use std::str::FromStr;

use longmen_client::{Amount, SetLimitsRequest};

use super::accounts::{settle, show_changed, show_one};
use crate::account_name::{AccountName, with_account_names};
use crate::connect_args::ConnectArgs;
use crate::expected::Expected;
use crate::failure::{Conclusion, Failure};
use crate::money::{Least, amount, amount_of};
use crate::output::{Output, remark};
use crate::posting::currency;
use crate::proposing_args::ProposingArgs;
use crate::register::Register;

/// Set limits (限额) of an account; show them where none is given
///
/// What is not given stays as it is; `none` takes a limit away, as does the largest amount that there is (2^63-1 minor units). Each transaction of an accounting date uses what it takes
/// from the account in all; what comes in gives nothing back, a reversal only on the date of its original. A hot account
/// that gets a limit per transaction or day is hot no more, which is told, and stays so when the limit is taken away, until
/// `longmen hot`. The register keeps who did it, when, on what approval and why.
#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
Examples:
  longmen limits LM/U1/CNY
  longmen limits LM/U1/CNY --transaction 500.00 --day 2000.00 --reason \"by contract\"
  longmen limits LM/U1/CNY --day none --approval AP-4"))]
pub(crate) struct Args {
    /// The account
    account: AccountName,
    /// The most that one transaction may take (单笔限额)
    #[arg(long, value_name = "AMOUNT|none", allow_hyphen_values = true)]
    transaction: Option<Limit>,
    /// The most that the transactions of one accounting date may take (日限额)
    #[arg(long, value_name = "AMOUNT|none", allow_hyphen_values = true)]
    day: Option<Limit>,
    /// How far the balance may go below zero (透支额度)
    #[arg(long, value_name = "AMOUNT|none", allow_hyphen_values = true)]
    overdraft: Option<Limit>,
    /// The cap on the balance of a credit account (授信额度)
    #[arg(long, value_name = "AMOUNT|none", allow_hyphen_values = true)]
    credit: Option<Limit>,
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

/// What becomes of a limit.
#[derive(Clone, Debug)]
struct Limit(Option<Amount>);

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Limit, String> {
        if text.starts_with('-') {
            return Err("a limit is not negative; `none` takes it away".to_owned());
        }
        if text == "none" {
            return Ok(Limit(None));
        }
        amount(text).map(|written| Limit(Some((&*written).into())))
    }
}

/// That an account is not hot any more, and how it becomes so again: the ledger does not remember it.
fn cooled(account: &AccountName) -> String {
    format!(
        "{account} is not hot any more: an account with a limit per transaction or day never is; once both are taken away, \
         `longmen hot {account}` makes it hot again"
    )
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.proposing.on(args.connect_args.connect().await?);
    let given = [&args.transaction, &args.day, &args.overdraft, &args.credit];
    if given.into_iter().any(Option::is_some) {
        let currency = currency(&mut client, &args.account).await?;
        for (name, limit) in ["--transaction", "--day", "--overdraft", "--credit"].into_iter().zip(given) {
            if let Some(Limit(Some(Amount::Decimal(amount)))) = limit {
                amount_of(&currency, amount, Least::Zero)
                    .map_err(|why| Failure::Usage(format!("{name} {amount}: {why}")))?;
            }
        }
        let was_hot = client.balance(args.account.0.clone()).await.is_ok_and(|account| account.hot);
        let to = |limit: Option<Limit>| limit.map(|Limit(amount)| amount);
        let request = SetLimitsRequest {
            transaction_limit: to(args.transaction),
            day_limit: to(args.day),
            overdraft_limit: to(args.overdraft),
            credit_limit: to(args.credit),
            currency: Some(&currency),
            expected: args.expected.position(),
            registration: args.register.registration(),
            ..SetLimitsRequest::new(args.account.0.clone())
        };
        let changed = client.set_limits(&request).await;
        settle(&mut client, &args.account, None, changed).await?;
        if was_hot && client.balance(args.account.0.clone()).await.is_ok_and(|account| !account.hot) {
            remark(cooled(&args.account));
        }
        return show_changed(&mut client, args.account, args.output).await;
    }
    show_one(&mut client, args.account, args.output).await
}
