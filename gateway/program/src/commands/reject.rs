//! `longmen reject` and `longmen withdraw`

use longmen_client::DecideRequest;

use super::approve::find;
use super::proposals::describe_one;
use crate::argument::said;
use crate::connect_args::ConnectArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;

/// Reject what another principal proposed (复核退回)
///
/// It is not done, and stands in the register with who rejected it and why. Of what was done at once, it says that another has
/// reviewed it and found it wrong: it stays done, and is to be set right by itself.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  longmen reject 17 --client bob --reason \"no slip\"")]
pub(crate) struct Args {
    /// The proposal's number
    number: u64,
    /// Why
    #[arg(long, value_name = "TEXT", value_parser = said)]
    reason: Option<String>,
    #[command(flatten)]
    connect_args: ConnectArgs,
    #[command(flatten)]
    output: Output,
}

/// Take back what you proposed yourself (撤回)
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  longmen withdraw 17 --client ann --reason \"wrong amount\"")]
pub(crate) struct WithdrawArgs {
    #[command(flatten)]
    args: Args,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    end(args, false).await
}

pub(crate) async fn withdraw(args: WithdrawArgs) -> Result<Conclusion, Failure> {
    end(args.args, true).await
}

async fn end(args: Args, takes_back: bool) -> Result<Conclusion, Failure> {
    let mut client = args.connect_args.connect().await?;
    let request = DecideRequest { proposal: args.number, reason: args.reason.as_deref() };
    let (ended, what) = match takes_back {
        true => (client.withdraw(&request).await, "the withdrawal"),
        false => (client.reject(&request).await, "the rejection"),
    };
    ended.map_err(|error| Failure::of_change(error, what))?;
    // Who may take back need not be one who may look.
    match find(&mut client, args.number).await {
        Ok(after) => args.output.show(&after, describe_one)?,
        Err(_) => args.output.say(format_args!("proposal {} has ended", args.number))?,
    }
    Ok(Conclusion::Held)
}
