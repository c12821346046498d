//! `longmen reject` and `longmen withdraw`

use longmen_client::{Client, DecideRequest, ProposalsRequest};

use super::approve::find;
use super::proposals::describe_one;
use crate::argument::said;
use crate::connect_args::ConnectArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;

/// Reject what another principal proposed (复核退回)
///
/// It is not done; `longmen proposals --all` tells who rejected it, and why. Of what was done at once, it says that another has
/// reviewed it and found it wrong: it stays done, and is to be set right by itself.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  longmen reject 17 --client bob --reason \"no slip\"
  longmen reject --maker ann --client bob --reason \"her token was stolen\"")]
pub(crate) struct Args {
    /// The proposals' numbers
    #[arg(required_unless_present = "maker")]
    numbers: Vec<u64>,
    /// All open ones of this principal: for when it has left, or its token was stolen
    #[arg(long, value_name = "PRINCIPAL", conflicts_with = "numbers")]
    maker: Option<String>,
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
    /// The proposals' numbers
    #[arg(required = true)]
    numbers: Vec<u64>,
    /// Why
    #[arg(long, value_name = "TEXT", value_parser = said)]
    reason: Option<String>,
    #[command(flatten)]
    connect_args: ConnectArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.connect_args.connect().await?;
    let numbers = match &args.maker {
        Some(maker) => open_of(&mut client, maker).await?,
        None => args.numbers,
    };
    if numbers.is_empty() {
        args.output.say(format_args!("there are none"))?;
    }
    for number in numbers {
        let request = DecideRequest { proposal: number, reason: args.reason.as_deref() };
        let ended = client.reject(&request).await;
        ended.map_err(|error| {
            Failure::of_change(error, &format!("proposal {number}")).naming(format_args!("proposal {number}"))
        })?;
        tell(&mut client, number, &args.output).await?;
    }
    Ok(Conclusion::Held)
}

pub(crate) async fn withdraw(args: WithdrawArgs) -> Result<Conclusion, Failure> {
    let mut client = args.connect_args.connect().await?;
    for number in args.numbers {
        let request = DecideRequest { proposal: number, reason: args.reason.as_deref() };
        let ended = client.withdraw(&request).await;
        ended.map_err(|error| {
            Failure::of_change(error, &format!("proposal {number}")).naming(format_args!("proposal {number}"))
        })?;
        tell(&mut client, number, &args.output).await?;
    }
    Ok(Conclusion::Held)
}

/// The numbers of the open proposals of a principal.
async fn open_of(client: &mut Client, maker: &str) -> Result<Vec<u64>, Failure> {
    let mut request = ProposalsRequest { open: true, ..ProposalsRequest::default() };
    let mut numbers = Vec::new();
    loop {
        let page = client.proposals(&request).await?;
        let own = page.proposals.iter().filter(|proposal| *proposal.maker == *maker);
        numbers.extend(own.map(|proposal| proposal.proposal));
        match page.next {
            Some(next) => request.after = Some(next),
            None => return Ok(numbers),
        }
    }
}

/// Tells how a proposal ended. Who may take back need not be one who may look.
async fn tell(client: &mut Client, number: u64, output: &Output) -> Result<(), Failure> {
    match find(client, number).await {
        Ok(after) => output.show(&after, describe_one),
        Err(_) => output.say(format_args!("proposal {number} has ended")),
    }
}
