//! `longmen desk handle`

use std::path::PathBuf;

use longmen_client::Client;
use longmen_reconciliation::{Chart, Class, End, Step, StepKind, first_steps, release};
use longmen_reconciliation_store::{Break, BreakId, Draft, Handling, Reason, Shown, Store};

use super::booked::booked_about;
use super::propose::propose;
use super::reversed::take_in_reversed;
use super::show::{break_id, describe_handling, handling_json};
use crate::argument::said;
use crate::connect_args::ConnectArgs;
use crate::desk_args::{DeskArgs, failed, now_us, person};
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::page::Page;
use crate::reconciling::Channel;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
What is booked follows from the difference:
  a fee that differs          the books take the channel's fee
  another amount              the difference goes to suspense (挂账): owed to somebody, or a claim
  long, short, one too many   the amount goes to suspense, its fee as the channel has it
  a try that the channel did  it is confirmed; one that it did not do is cancelled
What is in suspense leaves it (销账) with --as, which ends it:
  --as claim                  the channel pays, or takes it back
  --as write-off              to gain or loss, where nobody is found
  --as supplement|reversal|refund --against ACCOUNT
                              booked for the customer after all, taken back from one, given back to who paid

Examples:
  longmen desk handle B4f0c2a915f0c2a91 --desk desk --channel wechat.toml --client ann --reason \"not in the next file\"
  longmen desk handle F915f0c2a91aa01b2 --as supplement --against LM/U9/CNY --desk desk --channel wechat.toml --client ann \\
      --reason \"found: order 66 of U9\"")]
pub(crate) struct Args {
    /// The name of the difference, as `longmen desk breaks` lists it
    #[arg(value_parser = break_id)]
    id: BreakId,
    /// How it ends, once it is in suspense
    #[arg(long = "as", value_name = "END", value_parser = end)]
    end: Option<End>,
    /// The account that it is booked against, of a customer who was found
    #[arg(long, value_name = "ACCOUNT", requires = "end", value_parser = said)]
    against: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT", value_parser = said)]
    reason: String,
    /// The file of the channel
    #[arg(long, value_name = "FILE")]
    channel: PathBuf,
    #[command(flatten)]
    desk: DeskArgs,
    #[command(flatten)]
    connect_args: ConnectArgs,
    #[command(flatten)]
    output: Output,
}

pub(super) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let channel = Channel::read(&args.channel)?;
    let chart = channel.chart()?;
    let maker = person(args.connect_args.client())?;
    let reason = Reason::new(&args.reason).map_err(|error| Failure::Usage(format!("--reason: {error}")))?;
    let mut store = args.desk.open()?;
    let shown = store.read().show(&args.id).map_err(failed)?;
    // What is proposed has the connection first: nothing is drafted that nobody can send.
    let mut client = args.connect_args.connect().await?;
    refuse_booked(&mut client, &mut store, &channel, &shown).await?;
    let draft = draft_of(&args, &shown, &chart, &channel, reason)?;
    if let Some(against) = &args.against {
        let account = channel.account(against).map_err(|why| Failure::Usage(format!("--against {why}")))?;
        client.balance(account.0.clone()).await.map_err(|error| Failure::about(error, &account))?;
    }
    let drafted = store.draft(&args.id, &draft, &maker, now_us()).map_err(failed)?;
    let handling = propose(client, &mut store, &drafted)
        .await
        .map_err(|error| error.naming(format_args!("{} as {}", args.id, drafted.transaction_text())))?;
    let others = proposed_beside(&args, &channel, &shown, &handling).await?;
    let mut told = handling_json(&handling);
    told["beside"] = others.clone().into();
    args.output.show(&told, |_| {
        let mut page = Page::new();
        describe_handling(&mut page, &handling);
        if !others.is_empty() {
            page.line(format_args!(
                "WARNING: about the same difference waits proposal {}: let one be approved, and the others rejected",
                others.join(", ")
            ));
        }
        page.line(
            "Another principal approves it with `longmen approve`; then `longmen desk refresh` notes it",
        );
        page
    })?;
    Ok(Conclusion::Held)
}

/// The books have the last word on what was booked: another desk may have done it, or this one before its database was lost. What it did not know of
/// is taken in, and nothing is booked on top of that unseen.
async fn refuse_booked(
    client: &mut Client,
    store: &mut Store,
    channel: &Channel,
    shown: &Shown,
) -> Result<(), Failure> {
    let Some(found) = &shown.found else { return Ok(()) };
    let booked = booked_about(client, channel, found).await?;
    let taken = store.adopt(&booked).map_err(failed)?;
    // Of whichever difference: suspense is one account for all.
    match taken + take_in_reversed(client, store, channel).await? {
        0 => Ok(()),
        taken => Err(Failure::Usage(format!(
            "{}: the ledger has {taken} steps about it that were not known here, and are now: see `longmen desk show {}` first",
            found.id, found.id
        ))),
    }
}

/// Proposals of others about the same difference, who made them in the same moment: looked for behind one's own, so that the later of two sees
/// the earlier.
async fn proposed_beside(
    args: &Args,
    channel: &Channel,
    shown: &Shown,
    handling: &Handling,
) -> Result<Vec<String>, Failure> {
    let Some(found) = &shown.found else { return Ok(Vec::new()) };
    let mut client = args.connect_args.connect().await?;
    let own = handling.proposal.as_deref();
    let open = booked_about(&mut client, channel, found).await?.into_iter();
    let others = open.filter_map(|one| one.proposal).filter(|number| own != Some(&**number));
    Ok(others.map(String::from).collect())
}

fn draft_of(
    args: &Args,
    shown: &Shown,
    chart: &Chart,
    channel: &Channel,
    reason: Reason,
) -> Result<Draft, Failure> {
    let gone = || Failure::Usage(format!("{}: no run that counts finds it any more", args.id));
    let found = shown.found.as_ref().ok_or_else(gone)?;
    if found.channel != channel.desk_name()? {
        return Err(Failure::Usage(format!("{} is of {}", args.id, found.channel)));
    }
    let steps = first_steps(&found.finding, chart).map_err(|error| Failure::Usage(error.to_string()))?;
    let mut left = shown.remaining(steps);
    match (args.end, left.is_empty()) {
        (None, false) => {
            let step = left.remove(0);
            Ok(of_step(found, step, left.is_empty(), reason))
        }
        (Some(end), true) => leaves_suspense(args, found, end, chart, reason),
        (Some(_), false) => Err(Failure::Usage(format!(
            "{} has a step before that, {}: leave out --as first",
            args.id,
            left[0].kind.name()
        ))),
        (None, true) => Err(Failure::Usage(format!(
            "{}: nothing is to be booked about it as it is; what is in suspense leaves it with --as",
            args.id
        ))),
    }
}

/// A first step, and how it ends the difference where nothing follows.
fn of_step(found: &Break, step: Step, is_last: bool, reason: Reason) -> Draft {
    let ends = match step.kind {
        _ if !is_last => None,
        StepKind::Adjust if found.finding.class == Class::StateDiffers => Some(End::Confirmed),
        StepKind::Adjust => Some(End::Adjusted),
        StepKind::Confirm => Some(End::Confirmed),
        StepKind::Cancel | StepKind::Reverse => Some(End::Reversal),
        StepKind::SuspenseIn | StepKind::SuspenseOut | StepKind::Undo => None,
    };
    Draft { kind: step.kind, ends, reason, original: step.original, entries: step.entries }
}

fn leaves_suspense(
    args: &Args,
    found: &Break,
    end: End,
    chart: &Chart,
    reason: Reason,
) -> Result<Draft, Failure> {
    let is_own = |against: &&str| chart.accounts().all().iter().any(|(_, account)| account == against);
    if let Some(against) = args.against.as_deref().filter(is_own) {
        return Err(Failure::Usage(format!(
            "--against {against} is an account of the channel itself, and of no customer"
        )));
    }
    let amount = found.finding.suspense();
    let entries = release(end, amount, found.currency, chart, args.against.as_deref())
        .map_err(|error| Failure::Usage(format!("{}: {error}", args.id)))?;
    let kind = StepKind::SuspenseOut;
    Ok(Draft { kind, ends: Some(end), reason, original: None, entries: Some(entries) })
}

fn end(text: &str) -> Result<End, String> {
    text.replace('-', "_")
        .parse()
        .map_err(|_| "one of claim, write-off, supplement, reversal, refund".to_owned())
}
