//! `longmen post`

use longmen_client::{Account, Client, Leg, PostResult, Side, Transaction, TransactionId};
use serde::Serialize;

use crate::account_name::{ACCOUNT_HELP, LegName};
use crate::failure::{Failure, Verdict};
use crate::output::Output;
use crate::reach::Reach;

/// Post one transaction: debits and credits that balance
///
/// The legs are numbered in the order debits, credits. Posting the same transaction under the same id again gives
/// the first result and moves nothing. A single leg is an entry on an off-balance account.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("\
Examples:
  longmen post --debit LM/bank/CNY=100.00 --credit LM/U1/CNY=100.00 --type top_up
  longmen post --id order-17 --debit LM/U1/CNY=50.00 --credit LM/M1/CNY=49.70 --credit LM/fee/CNY=0.30

"), after_long_help = ACCOUNT_HELP)]
pub(crate) struct Args {
    /// The transaction's id, any text; without it a random one
    #[arg(long)]
    id: Option<String>,
    /// A debit leg (借); amounts are in the currency's unit
    #[arg(long, value_name = "ACCOUNT=AMOUNT")]
    debit: Vec<LegName>,
    /// A credit leg (贷)
    #[arg(long, value_name = "ACCOUNT=AMOUNT")]
    credit: Vec<LegName>,
    /// The transaction type, a label such as `top_up`
    #[arg(long = "type", value_name = "LABEL")]
    kind: Option<String>,
    /// The value date (期望入账日), where it differs from the accounting date
    #[arg(long, value_name = "YYYY-MM-DD")]
    value_date: Option<String>,
    /// Your own reference
    #[arg(long)]
    reference: Option<String>,
    #[command(flatten)]
    reach: Reach,
    #[command(flatten)]
    output: Output,
}

#[derive(Serialize)]
struct Outcome {
    id: String,
    #[serde(flatten)]
    result: PostResult,
}

pub(crate) async fn run(args: Args) -> Result<Verdict, Failure> {
    let mut client = args.reach.connect().await?;
    let id = args.id.unwrap_or_else(|| format!("{:032x}", rand::random::<u128>()));
    let mut legs = Vec::new();
    for (side, names) in [(Side::Debit, args.debit), (Side::Credit, args.credit)] {
        for name in names {
            legs.push(leg(&mut client, side, name).await?);
        }
    }
    if legs.is_empty() {
        return Err(Failure::Usage("a transaction has at least one --debit or --credit".to_owned()));
    }
    let transaction = Transaction {
        legs,
        value_date: args.value_date,
        kind: args.kind,
        reference: args.reference,
        ..Transaction::new(TransactionId::Text(id.clone()))
    };
    let outcome = Outcome { id, result: client.post_one(&transaction).await? };
    args.output.show(&outcome, describe)?;
    Ok(Verdict::of(outcome.result.is_posted()))
}

/// A leg; the currency of an account that is named by its id is asked for.
async fn leg(client: &mut Client, side: Side, name: LegName) -> Result<Leg, Failure> {
    let currency = match name.account.currency() {
        Some(currency) => currency.to_owned(),
        None => {
            let account: Account = client.balance(name.account.0.clone()).await?;
            account.currency.into()
        }
    };
    let amount = name.amount.as_str().into();
    Ok(Leg { account: name.account.0, side, amount, currency: Some(currency), step: None })
}

fn describe(outcome: &Outcome) -> String {
    let Outcome { id, result } = outcome;
    let again = if result.repeated { ", the first result given again" } else { "" };
    let place = match result.frame {
        0 => String::new(),
        frame => format!(", frame {frame} record {}", result.ordinal),
    };
    let step = match result.step {
        0 => String::new(),
        step => format!(" at step {step}"),
    };
    let message = result.message.as_deref().map(|text| format!(": {text}")).unwrap_or_default();
    format!("{id}: {}{step}{message}{again}{place}", result.outcome)
}
