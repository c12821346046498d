//! `longmen approve`

use longmen_client::{ApproveRequest, Client, PostResult, Proposal, ProposalsRequest, Refusal};
use longmen_engine::ledger::Rejection;

use super::proposals::{amount, describe_one, name_of};
use crate::argument::said;
use crate::connect_args::ConnectArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;

/// Digits of a digest that are enough to tell that the right content was read.
const LEAST_DIGITS: usize = 8;

/// Approve what another principal proposed, and have it done (复核通过)
///
/// Read it first, with `longmen proposals NUMBER`, and give the first digits of its digest: what is done is what was read. It is
/// judged again where it is approved: what the funds, limits and states do not let through then is refused. Of what was done at
/// once, it says that another has reviewed it and found it right.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  longmen proposals 17
  longmen approve 17 --digest 5f0c2a91 --client bob --reason \"checked against the slip\"")]
pub(crate) struct Args {
    /// The proposal's number
    number: u64,
    /// The digest of what was read, or its first digits: eight at least
    #[arg(long, value_name = "DIGITS", value_parser = said)]
    digest: String,
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
    let proposal = find(&mut client, args.number).await?;
    let begins = proposal.digest.starts_with(&args.digest.to_ascii_lowercase());
    if args.digest.len() < LEAST_DIGITS || !begins {
        return Err(Failure::Usage(format!(
            "--digest {} is not the beginning of the digest of proposal {}, eight digits at least: read it again with \
             `longmen proposals {}`",
            args.digest, args.number, args.number
        )));
    }
    let (number, reason) = (args.number, args.reason.as_deref());
    let request = ApproveRequest { proposal: number, digest: &proposal.digest, reason };
    let approved = client.approve(&request).await;
    let approved = approved.map_err(|error| Failure::of_change(error, "the approval"))?;
    if let Some(refused) = approved.results.iter().find(|result| &*result.outcome != "posted") {
        return Err(Failure::Refused(not_done(&proposal, refused)));
    }
    let after = find(&mut client, number).await.unwrap_or(proposal);
    args.output.show(&after, describe_one)?;
    Ok(Conclusion::Held)
}

/// Why what was approved was not done, and what to do. What was decided under the transaction's id stays so, whoever approves it
/// again.
fn not_done(proposal: &Proposal, refused: &PostResult) -> Refusal {
    let leg = proposal.legs.iter().find(|leg| leg.step == refused.step);
    let leg = leg.map_or(String::new(), |leg| format!("{} {}: ", name_of(&leg.account), amount(leg)));
    let words = refused.message.as_deref().map_or(String::new(), |words| format!("{words}; "));
    let rejection = Rejection::ALL.into_iter().find(|rejection| rejection.code() == &*refused.outcome);
    let next = match rejection.is_some_and(|rejection| !rejection.is_result()) {
        true => {
            "nothing was decided, and the proposal is open: it may be approved again once that has changed"
        }
        false => {
            "its transaction has that result now, so the proposal cannot be done any more: have it rejected or \
             withdrawn, and what is still wanted proposed anew with an id of its own"
        }
    };
    let message = format!("{leg}{words}{next}");
    Refusal { code: refused.outcome.clone(), message: Some(message.into()) }
}

/// The proposal of this number.
pub(super) async fn find(client: &mut Client, number: u64) -> Result<Proposal, Failure> {
    let after = number.checked_sub(1);
    let request = ProposalsRequest { after, limit: Some(1), ..ProposalsRequest::default() };
    let page = client.proposals(&request).await?;
    let found = page.proposals.into_iter().find(|proposal| proposal.proposal == number);
    let unknown = || {
        let message =
            format!("there is no proposal {number} that you may see; `longmen proposals` lists them");
        Failure::Refused(Refusal { code: "unknown_proposal".into(), message: Some(message.into()) })
    };
    found.ok_or_else(unknown)
}
