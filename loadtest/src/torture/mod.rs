//! Tortures a node with hostile clients, one way after the other and all at once, while a well-behaved client posts
//! steadily.
//!
//! Checked: the good client is served all the time and every answer is the right one; each hostile thing gets a coded
//! answer or a closed connection; the node's memory stays under a bound; what hostile clients said by halves moved
//! nothing; and the books hold, by the node's own figures and by the offline audit.

mod attack;
mod bodies;
pub mod command;
mod crowds;
mod field;
mod good;
mod liars;
mod raw;
mod report;
mod tally;
mod twins;

use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use longmen_client::{AccountOpening, Client, Owner, SubjectOpening};
use longmen_server::{Launch, NodeProcess};
use longmen_terminal::Progress;
use longmen_wal::DirectoryStorage;
use longmen_workload::LoadError;
use longmen_workload::measure::milliseconds;
use longmen_workload::setup::{START_DATE, Target};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::task::LocalSet;

use crate::process::Process;

pub use attack::Attack;
use field::Field;
use good::{Good, Served};
pub use report::{Stretch, TortureReport};
pub use tally::Tally;

/// How a node is tortured.
#[derive(Clone, Debug)]
pub struct TortureSettings {
    /// How long it takes in all; half of it all attacks at once.
    pub time: Duration,
    /// Sockets that stay idle at once.
    pub sockets: usize,
    /// What the node may have resident of its own, in bytes.
    pub memory: u64,
    /// The longest time that the good client may go without a post that is taken.
    pub longest_gap: Duration,
    /// The attacks.
    pub attacks: Vec<Attack>,
}

impl Default for TortureSettings {
    fn default() -> TortureSettings {
        TortureSettings {
            time: Duration::from_secs(60),
            sockets: 10_000,
            memory: 1 << 30,
            longest_gap: Duration::from_secs(2),
            attacks: Attack::ALL.to_vec(),
        }
    }
}

/// The names and tokens of the two clients, for a node that is started here.
pub const TOKENS: &str = "good 5f7d2c0a9be14386\nhostile 0c9ab34e77d1f205\n";
const GOOD: &str = "good";
const HOSTILE: &str = "hostile";
/// Accounts that nobody minds. The good client's come behind them: no extreme value names one of those.
const WILD: usize = 320;
const STOP_LIMIT: Duration = Duration::from_secs(60);
/// How often the node's memory is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Tortures a node that is started for it, stops it and audits its books.
///
/// # Errors
/// [`LoadError`], when the node does not start, cannot be reached by the good client or does not stop.
pub async fn torture_own_node(
    launch: &Launch,
    settings: &TortureSettings,
) -> Result<TortureReport, LoadError> {
    let mut node = launch.start()?;
    let target = |client: &str| Target {
        address: node.address().to_string(),
        client: client.to_owned(),
        token: token_of(client),
        tls: None,
    };
    let process = node.id();
    let mut report = torture(&target(GOOD), &target(HOSTILE), Some(process), settings).await?;
    end(&mut node, &launch.data, &mut report)?;
    Ok(report)
}

fn token_of(client: &str) -> Option<String> {
    let line = TOKENS.lines().find_map(|line| line.strip_prefix(client)?.strip_prefix(' '));
    line.map(str::to_owned)
}

fn end(node: &mut NodeProcess, data: &Path, report: &mut TortureReport) -> Result<(), LoadError> {
    node.stop(STOP_LIMIT)?;
    let storage = DirectoryStorage::open_read_only(data).map_err(std::io::Error::other)?;
    if let Err(error) = longmen_engine::audit::verify(&storage, &mut |_| {}) {
        report.differences.push(format!("the offline audit: {error}"));
    }
    report.audited = true;
    Ok(())
}

/// Tortures the node behind `good` and `hostile`, two clients of it; `process` is the node's, where it is known.
///
/// # Errors
/// [`LoadError`], when the good client cannot reach the node or is refused its accounts.
pub async fn torture(
    good: &Target,
    hostile: &Target,
    process: Option<u32>,
    settings: &TortureSettings,
) -> Result<TortureReport, LoadError> {
    let sockets = settings.sockets.min(raise_open_files()?);
    let books = open(good).await?;
    let field = Rc::new(Field {
        address: hostile.address.clone(),
        name: hostile.client.clone(),
        token: hostile.token.clone(),
        wild: books.wild.clone(),
        untouched: books.untouched,
        sockets,
        // Room above for the requests of each, below the 64 bits of an id.
        serial: Cell::new(u64::from(longmen_workload::setup::now_seconds()) << 14),
    });
    let client = Good::start(good.clone(), books.bank, books.customer)?;
    let local = LocalSet::new();
    let hostile_work = local.run_until(all(&field, &client, process, settings)).await;
    let served = client.stop()?;
    let mut report = TortureReport::new(hostile_work, served, settings);
    check_books(good, &books, &mut report).await?;
    Ok(report)
}

/// Every attack in turn, then all at once.
async fn all(
    field: &Rc<Field>,
    client: &Good,
    process: Option<u32>,
    settings: &TortureSettings,
) -> Vec<(&'static str, Tally, u64)> {
    let mut done = Vec::new();
    let attacks = &settings.attacks;
    let turns = u32::try_from(attacks.len()).expect("there are few attacks");
    let slice = settings.time / 2 / turns;
    let progress = Progress::over("torture", settings.time);
    let began = Instant::now();
    let at = || milliseconds(began.elapsed());
    for (phase, attack) in attacks.iter().enumerate() {
        client.enter(phase);
        progress.at(at(), attack.name().to_owned());
        let again = async || attack.run(field, Instant::now() + slice).await;
        let (tally, most) = watched(until_served(client, phase, settings, again), process).await;
        done.push((attack.name(), tally, most));
    }
    client.enter(attacks.len());
    progress.at(at(), "all at once".to_owned());
    let again = async || at_once(field, attacks, Instant::now() + settings.time / 2).await;
    let (tally, most) = watched(until_served(client, attacks.len(), settings, again), process).await;
    done.push(("all at once", tally, most));
    progress.finish();
    done
}

/// Does it, and again until the good client was served meanwhile, or went without for longer than it may: on a busy machine
/// a short stretch may be over before that one had its turn.
async fn until_served(
    client: &Good,
    phase: usize,
    settings: &TortureSettings,
    again: impl AsyncFn() -> Tally,
) -> Tally {
    let began = Instant::now();
    let mut tally = again().await;
    while !client.was_served_in(phase) && began.elapsed() <= settings.longest_gap {
        tally.add(again().await);
    }
    tally
}

async fn at_once(field: &Rc<Field>, attacks: &[Attack], until: Instant) -> Tally {
    // More sockets than the node takes would keep all the others out.
    let attacks = attacks.iter().copied().filter(|attack| *attack != Attack::Idle);
    let attacks: Vec<_> = attacks
        .map(|attack| {
            let field = Rc::clone(field);
            tokio::task::spawn_local(async move { attack.run(&field, until).await })
        })
        .collect();
    let mut tally = Tally::default();
    for attack in attacks {
        tally.add(attack.await.expect("an attack does not panic"));
    }
    tally
}

/// Does the work, and tells the most memory of its own that the node had resident meanwhile.
async fn watched(work: impl Future<Output = Tally>, process: Option<u32>) -> (Tally, u64) {
    let mut most = 0;
    let mut tick = tokio::time::interval(LOOK_EVERY);
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            tally = &mut work => return (tally, most),
            _ = tick.tick() => {
                if let Some(memory) = process.and_then(|process| Process(process).own_memory().ok()) {
                    most = most.max(memory);
                }
            }
        }
    }
}

/// What was opened for the run.
struct Books {
    wild: Vec<u64>,
    untouched: u64,
    bank: u64,
    customer: u64,
}

async fn open(target: &Target) -> Result<Books, LoadError> {
    let mut client = target.client().await?;
    let subjects = [
        SubjectOpening::leaf("100201", "Bank", "asset", longmen_client::Side::Debit),
        SubjectOpening::leaf("220301", "Customers", "liability", longmen_client::Side::Credit),
    ];
    let mut opened = Vec::new();
    for (entity, count) in [("WILD", WILD), ("GOOD", 3)] {
        client.open_entity(entity, START_DATE).await?;
        client.open_subjects(entity, &subjects).await?;
        let one = |index: usize| {
            let (subject, owner) =
                if index == 0 { ("100201", Owner::Internal) } else { ("220301", Owner::Customer) };
            let opening = AccountOpening::new(entity, &format!("W{index}"), "", "CNY", subject, owner);
            if index == 0 { opening.may_go_negative() } else { opening }
        };
        let openings: Vec<AccountOpening> = (0..count).map(one).collect();
        for result in client.open_accounts(&openings).await? {
            let what = "an account".to_owned();
            opened.push(result.map_err(|refusal| LoadError::Refused { what, refusal })?.id);
        }
    }
    let good = opened.split_off(WILD);
    Ok(Books { untouched: opened[WILD - 1], wild: opened, bank: good[0], customer: good[1] })
}

async fn check_books(target: &Target, books: &Books, report: &mut TortureReport) -> Result<(), LoadError> {
    let mut client = patient_client(target).await?;
    let posted = i128::from(report.posted);
    for (what, account, expect) in [
        ("the good client's account", books.customer, posted),
        ("the good client's bank", books.bank, posted),
        ("the account of the half frames", books.untouched, 0),
    ] {
        let balance = client.balance(account).await?.balance;
        if balance != expect {
            report.differences.push(format!("{what} has {balance}, its answers come to {expect}"));
        }
    }
    for relation in client.trial_balance("").await?.relations() {
        let broken = relation.broken.iter().map(|broken| format!("{}: {broken}", relation.name));
        report.differences.extend(broken);
    }
    Ok(())
}

/// A connection once the hostile ones are gone: the node may still be about to see their ends.
async fn patient_client(target: &Target) -> Result<Client, LoadError> {
    let deadline = Instant::now() + STOP_LIMIT;
    loop {
        match target.client().await {
            Err(_) if Instant::now() < deadline => tokio::time::sleep(Duration::from_millis(50)).await,
            other => return other,
        }
    }
}

/// Lets this process and the nodes it starts have as many sockets as the system allows; how many are left for idle ones.
fn raise_open_files() -> Result<usize, LoadError> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })
        .map_err(std::io::Error::from)?;
    let most = limit.maximum.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    Ok(most.saturating_sub(512))
}
