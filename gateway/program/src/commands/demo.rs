//! `longmen demo`

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use longmen_client::{Account, AccountRef, Relation, Status, TrialBalance};
use longmen_server::{Launch, Watch};
use longmen_terminal::{Table, grouped};
use longmen_workload::books::Books;
use longmen_workload::crash::{CrashSettings, Harness, Round, Subject};
use longmen_workload::driver::{Driven, DriverSettings, Pacing, drive};
use longmen_workload::measure::{Measured, measured_table};
use longmen_workload::setup::{Target, open};
use longmen_workload::{Encoding, Workload};
use serde::Serialize;

use super::{trial_balance, verify};
use crate::channel_day::{ChannelDay, reconcile_day};
use crate::failure::{Conclusion, Failure};
use crate::interruption::leave_nothing_behind;
use crate::money::money;
use crate::output::Output;
use crate::page::Page;

/// Watch a payment day go through a real node, be killed, come back and balance
///
/// Starts a node on a fresh data directory, opens the accounts of a payment house, sends its payment mix over TCP
/// (ten seconds at 20,000 a second, then five at full speed), kills the node with SIGKILL under load, and checks
/// what comes back: every answer, every balance, the relations of the books, and the log. Then it closes the day and reconciles a channel's
/// day (对账): a file is made of the books, differences are planted in it, and each must be found. Interrupted, it ends the node and
/// removes the temporary directory; that of --data stays.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen demo
  longmen demo --data books --transactions 100000 --shards 4")]
pub(crate) struct Args {
    /// The data directory, which must not exist yet or be empty; without it, a temporary one
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Send about so many transactions instead, half of them at 20,000 a second
    #[arg(long)]
    transactions: Option<u64>,
    /// Shards of the node
    #[arg(long, default_value_t = 2)]
    shards: u16,
    #[command(flatten)]
    output: Output,
}

const ENTITY: &str = "LONGMEN";
const CUSTOMERS: usize = 20_000;
const RATE: f64 = 20_000.0;
const STEADY: Duration = Duration::from_secs(10);
const FULL_SPEED: Duration = Duration::from_secs(5);
const STEADY_CONNECTIONS: u32 = 32;
const FULL_SPEED_CONNECTIONS: u32 = 2;
/// Hot accounts that are listed.
const HOTTEST: usize = 8;

/// All that the demonstration shows, in the names that `--json` prints.
#[derive(Serialize)]
struct Shown {
    steady: Measured,
    full_speed: Measured,
    killed: Round,
    hottest: Vec<Hot>,
    trial_balance: TrialBalance,
    relations: Vec<(&'static str, bool)>,
    channel_day: ChannelDay,
    verified: verify::Verified,
    held: bool,
}

#[derive(Serialize)]
struct Hot {
    legs: u64,
    #[serde(flatten)]
    account: Account,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let began = Instant::now();
    let temporary = tempfile::tempdir()?;
    let data = args.data.clone().unwrap_or_else(|| temporary.path().join("books"));
    refuse_old_data(&data)?;
    let watch = Watch::default();
    leave_nothing_behind(&watch, temporary.path())?;
    args.output.say("A node of its own, a payment house, and its payments over TCP:")?;
    let mut subject = open_house(&args, &data, watch).await?;
    let steady = stretch(&mut subject, steady_settings(&args), "20,000 a second").await?;
    args.output.say("  the steady stretch is over: 20,000 transactions a second, whatever the answers do")?;
    let full_speed = stretch(&mut subject, full_speed_settings(&args), "full speed").await?;
    args.output.say("  the stretch at full speed is over: batches, as fast as they are answered")?;
    let status = subject.target.client().await?.status().await?;

    let settings = CrashSettings { seed: rand::random(), close_days: false, ..CrashSettings::default() };
    let mut harness = Harness::take_over(settings, subject);
    let killed = harness.round().await?;
    for line in Page::from(describe_kill(&killed)).to_string().lines() {
        args.output.say(line)?;
    }

    let mut client = harness.client().await?;
    let trial_balance = client.trial_balance(ENTITY).await?;
    let hottest = hottest(&mut client, &status).await?;
    let channel_day = reconcile_day(&mut client, ENTITY).await?;
    drop(client);
    harness.stop()?;
    let verified = verify::verify(&data)?;
    let relations = trial_balance.relations();
    let held = killed.held() && relations.iter().all(Relation::holds) && channel_day.held;
    let named = relations.iter().map(|relation| (relation.name, relation.holds())).collect();
    let shown = Shown {
        steady,
        full_speed,
        killed,
        hottest,
        relations: named,
        trial_balance,
        channel_day,
        verified,
        held,
    };
    args.output.show(&shown, |shown| describe(shown, &relations, began.elapsed()))?;
    args.output.say("")?;
    args.output.say("What next:")?;
    for line in what_next(&args, &data) {
        args.output.say(line)?;
    }
    if !held {
        let kept = args.data.unwrap_or_else(|| temporary.keep());
        args.output.say(format_args!("The books are kept for a look: {}", kept.display()))?;
    }
    Ok(Conclusion::of(held))
}

/// Starts the node and opens the accounts of the payment mix.
async fn open_house(args: &Args, data: &Path, watch: Watch) -> Result<Subject, Failure> {
    let launch = Launch { shards: Some(args.shards), watch: Some(watch), ..Launch::new("serve", data) };
    let node = launch.start()?;
    let target =
        Target { address: node.address().to_string(), client: "demo".into(), token: None, tls: None };
    let plan = Workload::Mix.plan(CUSTOMERS, rand::random());
    let mut books = Books::new(plan.population.accounts.len());
    let house = open(&target, ENTITY, plan.population.clone(), &mut books).await?;
    let accounts = grouped(house.accounts.len().try_into().unwrap_or(u64::MAX));
    let subjects = house.population.subjects.len();
    args.output.say(format_args!("  {accounts} accounts under {subjects} subjects are open"))?;
    Ok(Subject { launch, node, shards: args.shards, target, plan, house, books, streams: 0 })
}

/// Drives the mix for a while, on streams that were not used before.
async fn stretch(subject: &mut Subject, settings: DriverSettings, what: &str) -> Result<Measured, Failure> {
    let settings = DriverSettings { first_stream: subject.streams, ..settings };
    subject.streams += settings.connections;
    let books = subject.books.clone();
    let Driven { books, measured, .. } =
        drive(&subject.target, &subject.house, &subject.plan, settings, books, what).await?;
    subject.books = books;
    Ok(measured)
}

fn refuse_old_data(data: &Path) -> Result<(), Failure> {
    match std::fs::read_dir(data).map(|mut entries| entries.next().is_none()) {
        Ok(false) => Err(Failure::Usage(format!("{} is not empty", data.display()))),
        Ok(true) | Err(_) => Ok(()),
    }
}

fn steady_settings(args: &Args) -> DriverSettings {
    DriverSettings {
        connections: STEADY_CONNECTIONS,
        batch: 1,
        pacing: Pacing::Open { rate: RATE },
        encoding: Encoding::Transactions,
        warm_up: Duration::ZERO,
        time: STEADY,
        transactions: args.transactions.map(|count| count / 2),
        first_stream: 0,
        keep_slow: false,
    }
}

fn full_speed_settings(args: &Args) -> DriverSettings {
    DriverSettings {
        connections: FULL_SPEED_CONNECTIONS,
        batch: 4_096,
        pacing: Pacing::Closed { depth: 2 },
        time: FULL_SPEED,
        ..steady_settings(args)
    }
}

async fn hottest(client: &mut longmen_client::Client, status: &Status) -> Result<Vec<Hot>, Failure> {
    let mut hot = status.hot.clone();
    hot.sort_unstable_by_key(|(_, legs)| std::cmp::Reverse(*legs));
    hot.truncate(HOTTEST);
    let asked: Vec<AccountRef> = hot.iter().map(|(account, _)| AccountRef::Id(*account)).collect();
    let found = client.balances(&asked).await?;
    let named = |((_, legs), account): ((u64, u64), Result<Account, _>)| {
        account.map(|account| Hot { legs, account }).map_err(Failure::Refused)
    };
    hot.into_iter().zip(found).map(named).collect()
}

fn describe_kill(round: &Round) -> String {
    format!(
        "  SIGKILL after {} ms under load; {} ms later it serves again, with {} shards instead of {}: of {} answers \
         before the kill none is lost, and of {} transactions without an answer {} were there whole, the others not at all",
        round.killed_after_ms,
        round.recovered_in_ms,
        round.shards_after,
        round.shards,
        grouped(round.acknowledged),
        grouped(round.unanswered),
        grouped(round.unanswered_there),
    )
}

fn describe(shown: &Shown, relations: &[Relation], took: Duration) -> Page {
    let figures = measured_table(&[("20,000/s", &shown.steady), ("full speed", &shown.full_speed)]);
    let mut hottest = Table::new(&["=hot account", "subject", ">postings", ">balance"]);
    for Hot { legs, account } in &shown.hottest {
        let balance = money(&account.currency, account.balance);
        hottest.row([&*account.number, &*account.subject, &grouped(*legs), &balance]);
    }
    let mut page = Page::new();
    page.gap();
    page.table(figures);
    page.gap();
    page.table(hottest);
    page.gap();
    page.page(trial_balance::ledger(&shown.trial_balance, Some(1)));
    page.page(trial_balance::describe(relations));
    page.gap();
    page.line(shown.channel_day.in_words());
    page.table(shown.channel_day.table());
    page.gap();
    page.page(shown.verified.page());
    for difference in &shown.killed.differences {
        page.line(format_args!("FAIL  {difference}"));
    }
    let end = if shown.held { "Everything held" } else { "Something did NOT hold" };
    page.gap();
    page.line(format_args!("{end}, in {:.0} s.", took.as_secs_f64()));
    page
}

/// Commands that run as they are printed, in this order.
fn what_next(args: &Args, data: &Path) -> Vec<String> {
    let program = std::env::args_os().next().unwrap_or_else(|| "longmen".into());
    let program = quoted(&program.to_string_lossy());
    let (books, again) = match &args.data {
        Some(_) => (data.to_owned(), None),
        None => (free_name(), Some("the same again, with the books kept")),
    };
    let books = quoted(&books.to_string_lossy());
    let lines = [
        again.map(|why| (format!("demo --data {books}"), why)),
        Some((format!("verify {books}"), "an audit of the books from their log alone")),
        Some((format!("wal inspect {books} --limit 20"), "the frames of the log")),
        Some((format!("serve --data {books}"), "the same books again; the others in another terminal")),
        Some((
            format!("trial-balance --entity {ENTITY}"),
            "the general ledger, and the relations of the books",
        )),
        Some((format!("statement {ENTITY}/fee-income/CNY"), "every posting of the hottest account")),
    ];
    let width = lines.iter().flatten().map(|(command, _)| command.len()).max().unwrap_or(0);
    let line = |(command, why): &(String, &str)| format!("  {program} {command:width$}   # {why}");
    lines.iter().flatten().map(line).collect()
}

/// A directory that is not there yet.
fn free_name() -> PathBuf {
    let names = (1_u32..).map(|number| match number {
        1 => PathBuf::from("demo-books"),
        number => PathBuf::from(format!("demo-books-{number}")),
    });
    names.into_iter().find(|name| !name.exists()).unwrap_or_else(|| "demo-books".into())
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+:@%".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
