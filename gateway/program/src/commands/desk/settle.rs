//! `longmen desk settle`

use std::path::PathBuf;

use longmen_client::{Client, FindRequest};
use longmen_engine::ledger::Date;
use longmen_reconciliation::{Entries, settlement};
use longmen_reconciliation_store::{
    Channel as ChannelName, HandlingState, RunFilter, Settlement, Store, StoredFile,
};
use serde_json::json;

use super::day_file::day_file;
use super::proposals::{proposals_where, said};
use super::propose::SETTLEMENT;
use super::refresh::of_settlement;
use crate::argument::date;
use crate::connect_args::ConnectArgs;
use crate::desk_args::{DeskArgs, failed, now_us, person};
use crate::failure::{Conclusion, Failure};
use crate::money::money;
use crate::output::Output;
use crate::reconciling::{Channel, Search};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The file of the day says what the channel pays: the bank takes the net, the fees that the channel took off are no longer owed, and the
channel no longer owes both. Hold the net to the bank's line first. A day is settled once, whoever proposes it: said again by who proposed
it, it is the same proposal. `longmen desk refresh` notes what became of it.

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
    let name = channel.desk_name()?;
    let mut store = args.desk.open()?;
    let file = day_file(store.read(), &channel, args.date)?;
    let runs = RunFilter { channel: Some(name.clone()), ..RunFilter::default() };
    let runs = store.read().runs(&runs).map_err(failed)?;
    if !runs.iter().any(|run| run.is_current && run.inputs.rules.date == args.date) {
        return Err(Failure::Usage(format!("{} was not compared: `longmen desk run` first", args.date)));
    }
    let (gross, fee) = sums_of(&file);
    let entries = settlement(gross - fee, fee, channel.currency, &channel.chart()?)
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let Some(entries) = entries else {
        return Err(Failure::Usage(format!("nothing moved on {}: there is nothing to settle", args.date)));
    };
    let drafted = drafted(&args, &mut store, &channel, &name, &entries).await?;
    let settlement = of_settlement(&args.connect_args, &mut store, &drafted).await?;
    let text = settlement.transaction_text();
    refuse_ended(&settlement)?;
    let code = channel.currency.code();
    let number = settlement.proposal.as_deref().unwrap_or_default();
    let told = json!({
        "proposal": number.parse::<u64>().ok(), "transaction": text, "net": gross - fee, "fee": fee, "currency": code,
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

/// Gross and fee of a file.
fn sums_of(file: &StoredFile) -> (i128, i128) {
    file.sums.iter().fold((0, 0), |(gross, fee), sum| (gross + sum.gross, fee + sum.fee))
}

/// The settlement of the day as this client drafted it, now or before. Where there is another one of the day, at this desk or in the books, it is
/// refused.
async fn drafted(
    args: &Args,
    store: &mut Store,
    channel: &Channel,
    name: &ChannelName,
    entries: &Entries,
) -> Result<Settlement, Failure> {
    let maker = person(args.connect_args.client())?;
    let there = store.read().settlement_of(name, args.date).map_err(failed)?;
    // What its own client has under way is asked about, and sent where it was not.
    if let Some(own) = there.filter(|one| one.maker == maker && one.state != HandlingState::Posted) {
        if own.entries != *entries {
            let text = own.transaction_text();
            return Err(Failure::Usage(format!(
                "{text} is under way with other amounts: the file was corrected since. Have it rejected or withdraw it, then \
                 `longmen desk refresh`"
            )));
        }
        return Ok(own);
    }
    let mut client = args.connect_args.connect().await?;
    refuse_second(&mut client, channel, &Settlement::reference_of(name, args.date)).await?;
    store.draft_settlement(name, args.date, entries, &maker, now_us()).map_err(failed)
}

/// A day is settled once, whoever proposes it: ids are each client's own, and do not say so.
async fn refuse_second(client: &mut Client, channel: &Channel, text: &str) -> Result<(), Failure> {
    let is_open = |one: &longmen_client::Proposal| said(one, "reference") == Some(text);
    if let Some(open) = proposals_where(client, true, &is_open).await?.first() {
        return Err(Failure::Usage(format!(
            "{text} is proposed already: proposal {} of {} waits for another principal",
            open.proposal, open.maker
        )));
    }
    let request =
        FindRequest { reference: Some(text), entity: Some(&channel.entity), ..FindRequest::default() };
    let mut search = Search::of(request);
    while let Some(page) = search.page(client).await? {
        if let Some(there) = page.transactions.iter().find(|one| &*one.outcome == "posted") {
            return Err(Failure::Usage(format!(
                "{text} is in the books already, on {} (frame {} record {})",
                there.accounting_date, there.frame, there.ordinal
            )));
        }
    }
    Ok(())
}

/// What was proposed before and is decided by now.
fn refuse_ended(settlement: &Settlement) -> Result<(), Failure> {
    let text = settlement.transaction_text();
    match (settlement.state, &settlement.refusal) {
        (HandlingState::Posted, _) => Err(Failure::Usage(format!("{text} is in the books already"))),
        (_, Some(code)) => {
            Err(Failure::Usage(format!("{text} was refused: {code}; say it again to propose it anew")))
        }
        _ => Ok(()),
    }
}
