//! `longmen desk prove`

use std::path::PathBuf;

use longmen_client::{Client, Side, StatementLine};
use longmen_engine::ledger::Date;
use longmen_reconciliation::{End, StepKind};
use longmen_reconciliation_store::{
    BreakFilter, BreakId, BreakState, FileFilter, Reader, RunFilter, Settlement,
};
use longmen_terminal::Table;
use serde_json::json;

use super::propose::{SETTLEMENT, TRANSFER};
use super::reversed::reversed;
use crate::connect_args::AskArgs;
use crate::desk_args::{DeskArgs, failed};
use crate::failure::{Conclusion, Failure};
use crate::money::money;
use crate::output::Output;
use crate::page::Page;
use crate::reconciling::{AccountLines, Channel};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
What the channel owes by the books, without what was booked after the last date that was compared, must be what its files say and is not
settled, and what differs and is not booked yet: after settlement the balance is the sum of what waits.

Exit codes: 0 both are the same, 1 they are not

Example:
  longmen desk prove --desk desk --channel wechat.toml --client ann")]
pub(crate) struct Args {
    /// The file of the channel
    #[arg(long, value_name = "FILE")]
    channel: PathBuf,
    #[command(flatten)]
    desk: DeskArgs,
    #[command(flatten)]
    ask_args: AskArgs,
    #[command(flatten)]
    output: Output,
}

/// Gross and fee, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Pair {
    gross: i128,
    fee: i128,
}

impl Pair {
    fn minus(self, other: Pair) -> Pair {
        Pair { gross: self.gross - other.gross, fee: self.fee - other.fee }
    }

    fn plus(self, other: Pair) -> Pair {
        Pair { gross: self.gross + other.gross, fee: self.fee + other.fee }
    }
}

/// What an account has, by what moved it.
#[derive(Clone, Copy, Debug, Default)]
struct Account {
    /// Before the first date that was compared.
    before: i128,
    balance: i128,
    settled: i128,
    /// By transactions of the channel, after the last date that was compared.
    later: i128,
}

pub(super) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let channel = Channel::read(&args.channel)?;
    let reader = args.desk.read()?;
    let (first, last) = compared(&reader, &channel)?;
    let filed = filed(&reader, &channel, first, last)?;
    let open = not_booked(&reader, &channel)?;
    let claimed = claimed(&reader, &channel)?;
    let mut client = args.ask_args.connect().await?;
    let owed = account(&mut client, &channel, &channel.accounts.channel, (first, last)).await?;
    let payable = account(&mut client, &channel, &channel.accounts.fee_payable, (first, last)).await?;
    // Fees stand on the credit side.
    let pair = |of: fn(&Account) -> i128| Pair { gross: of(&owed), fee: -of(&payable) };
    let (balance, before) = (pair(|one| one.balance), pair(|one| one.before));
    let (settled, later) = (pair(|one| one.settled), pair(|one| one.later));
    let books = balance.minus(before).minus(later);
    // A settlement takes from both.
    let unsettled = filed.plus(settled);
    let expected = unsettled.minus(open).plus(claimed);
    let holds = books == expected;
    let told = json!({
        "channel": channel.name, "from": first.to_string(), "to": last.to_string(), "holds": holds,
        "rows": [
            row("balance", balance), row("before", before), row("later", later), row("books", books),
            row("filed", filed), row("settled", settled), row("not_booked", open), row("claimed", claimed),
            row("expected", expected),
        ],
    });
    args.output.show(&told, |_| {
        let mut table = Table::new(&["", ">owed by the channel", ">fees payable"]);
        let code = channel.currency.code();
        for (name, pair) in [
            ("balance now".to_owned(), balance),
            (format!("of it from before {first}"), before),
            (format!("of it booked after {last}"), later),
            ("so the books have".to_owned(), books),
            (String::new(), Pair::default()),
            (format!("files from {first} to {last}"), filed),
            ("settled".to_owned(), settled),
            ("differs and is not booked".to_owned(), Pair::default().minus(open)),
            ("claimed of the channel".to_owned(), claimed),
            ("so there should be".to_owned(), expected),
        ] {
            match name.is_empty() {
                true => table.row(["", "", ""]),
                false => table.row([name, money(code, pair.gross), money(code, pair.fee)]),
            }
        }
        let mut page = Page::from(table);
        page.line(if holds { "ok    both are the same" } else { "FAIL  they differ" });
        page
    })?;
    Ok(Conclusion::of(holds))
}

fn row(name: &str, pair: Pair) -> serde_json::Value {
    json!({"name": name, "gross": pair.gross, "fee": pair.fee})
}

/// The first and the last date that were compared.
fn compared(reader: &Reader, channel: &Channel) -> Result<(Date, Date), Failure> {
    let filter = RunFilter { channel: Some(channel.desk_name()?), ..RunFilter::default() };
    let runs = reader.runs(&filter).map_err(failed)?;
    let dates: Vec<Date> =
        runs.iter().filter(|run| run.is_current).map(|run| run.inputs.rules.date).collect();
    if let Some(stale) = runs.iter().find(|run| run.is_current && run.is_stale) {
        let date = stale.inputs.rules.date;
        return Err(Failure::Usage(format!("{date} rests on what has changed: compare it again first")));
    }
    dates.iter().min().copied().zip(dates.iter().max().copied()).ok_or_else(|| {
        Failure::Usage(format!("no date of {} was compared: `longmen desk run`", channel.name))
    })
}

/// What the files of these dates come to.
fn filed(reader: &Reader, channel: &Channel, first: Date, last: Date) -> Result<Pair, Failure> {
    let filter = FileFilter {
        channel: Some(channel.desk_name()?),
        state: Some(longmen_reconciliation_store::FileState::Active),
        ..FileFilter::default()
    };
    let files = reader.files(&filter).map_err(failed)?;
    let of_dates = files
        .iter()
        .filter(|file| (first..=last).contains(&file.key.date) && *file.key.format == *channel.format.name());
    let sums = of_dates.flat_map(|file| &file.sums);
    Ok(sums.fold(Pair::default(), |pair, sum| pair.plus(Pair { gross: sum.gross, fee: sum.fee })))
}

/// What the books lack to be as the channel has it, and nothing is booked about yet.
fn not_booked(reader: &Reader, channel: &Channel) -> Result<Pair, Failure> {
    let filter = BreakFilter { channel: Some(channel.desk_name()?), ..BreakFilter::default() };
    let chart = channel.chart()?;
    let mut open = Pair::default();
    for found in reader.breaks(&filter).map_err(failed)? {
        let lack = found.finding.lack();
        let mut left = Pair { gross: lack.gross, fee: lack.fee };
        if matches!(found.state, BreakState::Resolved(_)) {
            continue;
        }
        let shown = reader.show(&found.id).map_err(failed)?;
        let steps = longmen_reconciliation::first_steps(&found.finding, &chart)
            .map_err(|error| Failure::Usage(error.to_string()))?;
        let all: Vec<StepKind> = steps.iter().map(|step| step.kind).collect();
        let remaining: Vec<StepKind> = shown.remaining(steps).iter().map(|step| step.kind).collect();
        let is_booked = |kind: StepKind| all.contains(&kind) && !remaining.contains(&kind);
        if !all.is_empty() && remaining.is_empty() {
            continue;
        }
        // A try that is confirmed is booked as it was tried, and what the channel has beside that is not.
        if let Some(tried) = found.finding.book.as_ref().filter(|_| is_booked(StepKind::Confirm)) {
            left = left.minus(Pair { gross: tried.gross.0.into(), fee: tried.fee.0.into() });
        }
        open = open.plus(left);
    }
    Ok(open)
}

/// What the channel is to pay of what was in suspense, and is in none of its files yet.
fn claimed(reader: &Reader, channel: &Channel) -> Result<Pair, Failure> {
    let filter =
        BreakFilter { channel: Some(channel.desk_name()?), with_resolved: true, ..BreakFilter::default() };
    let breaks = reader.breaks(&filter).map_err(failed)?;
    let claims = breaks.iter().filter(|one| one.state == BreakState::Resolved(End::Claim));
    let gross = claims.map(|one| -one.finding.suspense()).sum();
    Ok(Pair { gross, fee: 0 })
}

/// What an account has, debit-positive, and by what.
async fn account(
    client: &mut Client,
    channel: &Channel,
    name: &str,
    (first, last): (Date, Date),
) -> Result<Account, Failure> {
    let named = channel.account(name).map_err(Failure::Usage)?;
    let mut lines = AccountLines::from(named, first);
    let mut found: Option<Account> = None;
    while let Some(page) = lines.page(client).await? {
        // Natural: of a liability credits are positive.
        let natural = if page.account.normal == Side::Debit { 1 } else { -1 };
        let found = found.get_or_insert(Account {
            before: natural * page.range.opening,
            balance: natural * page.range.closing,
            ..Account::default()
        });
        for line in &page.lines {
            let signed = if line.side == Side::Debit { line.amount } else { -line.amount };
            if &*line.kind == SETTLEMENT || takes_settlement_back(channel, line) {
                found.settled += signed;
            } else if *line.accounting_date > *last.to_string() && !is_beside(channel, line) {
                found.later += signed;
            }
        }
    }
    Ok(found.unwrap_or_default())
}

/// Whether an entry is no business with the channel's customers.
fn is_beside(channel: &Channel, line: &StatementLine) -> bool {
    *line.kind == *TRANSFER || channel.ignored.contains(&*line.kind) || takes_step_back(line)
}

/// Whether an entry reverses a step of a desk, whatever type the reversal has.
fn takes_step_back(line: &StatementLine) -> bool {
    let step = reversed_text(line).and_then(|text| text.rsplit_once('-'));
    step.is_some_and(|(id, number)| BreakId::parse(id).is_some() && number.parse::<u32>().is_ok())
}

/// Whether an entry reverses a settlement of the channel, whatever type the reversal has.
fn takes_settlement_back(channel: &Channel, line: &StatementLine) -> bool {
    let text = reversed_text(line).unwrap_or_default();
    channel.desk_name().is_ok_and(|name| text.starts_with(&Settlement::reference_of_any(&name)))
}

/// The text id of what an entry reverses.
fn reversed_text(line: &StatementLine) -> Option<&str> {
    reversed(line)?.text_id.as_deref()
}
