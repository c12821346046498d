//! `longmen desk settle`

use std::path::PathBuf;

use longmen_client::{Client, FindRequest, ProposalsRequest, Transaction, TransactionId};
use longmen_engine::ledger::Date;
use longmen_reconciliation::settlement;
use longmen_reconciliation_store::{FileFilter, FileState, RunFilter};
use serde_json::json;

use super::propose::{legs_of, propose_as};
use crate::argument::date;
use crate::connect_args::ConnectArgs;
use crate::desk_args::{DeskArgs, failed};
use crate::failure::{Conclusion, Failure};
use crate::moment::now_seconds;
use crate::money::money;
use crate::output::Output;
use crate::reconciling::Channel;

/// The type of what is booked when a channel pays.
pub(super) const SETTLEMENT: &str = "settlement";

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The file of the day says what the channel pays: the bank takes the net, the fees that the channel took off are no longer owed, and the
channel no longer owes both. Hold the net to the bank's line first. A day is settled once: its transaction has a name of its own.

Example:
  longmen desk settle --desk desk --channel wechat.toml --date 2024-06-18 --client ann")]
pub(crate) struct Args {
    /// The file of the channel
    #[arg(long, value_name = "FILE")]
    channel: PathBuf,
    /// The day of the file that is settled
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    date: Date,
    #[command(flatten)]
    desk: DeskArgs,
    #[command(flatten)]
    connect_args: ConnectArgs,
    #[command(flatten)]
    output: Output,
}

pub(super) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let channel = Channel::read(&args.channel)?;
    if !channel.ignored.contains(SETTLEMENT) {
        return Err(Failure::Usage(format!(
            "the file of the channel has to name {SETTLEMENT} in `ignored`: it is in none of the channel's files"
        )));
    }
    let reader = args.desk.read()?;
    let name = channel.desk_name()?;
    let filter =
        FileFilter { channel: Some(name.clone()), date: Some(args.date), state: Some(FileState::Active) };
    let files = reader.files(&filter).map_err(failed)?;
    let file = files.iter().find(|file| *file.key.format == *channel.format.name()).ok_or_else(|| {
        Failure::Usage(format!("no file of {} on {} was imported", channel.name, args.date))
    })?;
    let runs = RunFilter { channel: Some(name.clone()), ..RunFilter::default() };
    let runs = reader.runs(&runs).map_err(failed)?;
    if !runs.iter().any(|run| run.is_current && run.inputs.rules.date == args.date) {
        return Err(Failure::Usage(format!("{} was not compared: `longmen desk run` first", args.date)));
    }
    let (gross, fee) = file.sums.iter().fold((0, 0), |(gross, fee), sum| (gross + sum.gross, fee + sum.fee));
    let code = channel.currency.code();
    let entries = settlement(gross - fee, fee, channel.currency, &channel.chart()?)
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let Some(entries) = entries else {
        return Err(Failure::Usage(format!("nothing moved on {}: there is nothing to settle", args.date)));
    };
    let text = format!("settle {name} {}", args.date);
    let transaction = Transaction {
        legs: legs_of(&entries)?,
        time: Some(now_seconds()),
        ..Transaction::new(TransactionId::Text(text.clone()))
    };
    let transaction = transaction.kind(SETTLEMENT).reference(&text);
    let mut client = args.connect_args.connect().await?;
    refuse_second(&mut client, &channel, &text).await?;
    let number = propose_as(client, &text, &transaction).await?;
    let told = json!({
        "proposal": number, "transaction": text, "net": gross - fee, "fee": fee, "currency": code,
        "date": args.date.to_string(),
    });
    args.output.show(&told, |_| {
        format!(
            "proposal {number}: the bank takes {}, fees of {} are paid, and {} no longer owes {}",
            money(code, gross - fee),
            money(code, fee),
            channel.name,
            money(code, gross)
        )
    })?;
    Ok(Conclusion::Held)
}

/// A day is settled once, whoever proposes it: ids are each client's own, and do not say so.
async fn refuse_second(client: &mut Client, channel: &Channel, text: &str) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let request = ProposalsRequest { after, limit: None, open: true, account: None };
        let page = client.proposals(&request).await?;
        if let Some(open) = page.proposals.iter().find(|one| is_note(&one.content, text)) {
            return Err(Failure::Usage(format!(
                "{text} is proposed already: proposal {} of {} waits for another principal",
                open.proposal, open.maker
            )));
        }
        after = match page.next {
            Some(next) => Some(next),
            None => break,
        };
    }
    let mut after: Option<Box<str>> = None;
    loop {
        let request = FindRequest {
            reference: Some(text),
            entity: Some(&channel.entity),
            after: after.as_deref(),
            limit: 50,
            ..FindRequest::default()
        };
        let page = client.find(&request).await?;
        if let Some(there) = page.transactions.iter().find(|one| &*one.outcome == "posted") {
            return Err(Failure::Usage(format!(
                "{text} is in the books already, on {} (frame {} record {})",
                there.accounting_date, there.frame, there.ordinal
            )));
        }
        after = match page.next {
            Some(next) => Some(next),
            None => return Ok(()),
        };
    }
}

/// Whether what is proposed has this reference.
fn is_note(content: &[(Box<str>, Box<str>)], reference: &str) -> bool {
    content.iter().any(|(name, value)| &**name == "reference" && **value == *reference)
}
