//! Kills a node under load, again and again, and holds what it then says against what it had said before.
//!
//! Of every round it checks: what was acknowledged is there once, with the same result and at the same place of the
//! log; what was refused stays refused; what was never answered is there whole or not at all, and asking again with
//! the same id tells which; every balance is the sum of what was posted; the relations of the trial balance hold; and
//! the statements of a few accounts lead from nothing to their balance.

pub mod recheck;
mod round;
mod settings;
pub mod statement;

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use longmen_client::Client;
use longmen_engine::ledger::Date;
use longmen_server::{Launch, NodeError, NodeProcess};
use longmen_wal::DirectoryStorage;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use tokio::task::LocalSet;

use crate::books::Books;
use crate::check::{Findings, compare};
use crate::driver::{Answered, DriverSettings, Heard, Pacing, Sent, Shared, start_sessions};
use crate::encode::Encoding;
use crate::error::LoadError;
use crate::measure::milliseconds;
use crate::plan::{Plan, Workload};
use crate::setup::{House, START_DATE, Target, open};

pub use round::Round;
pub use settings::CrashSettings;

use recheck::Asker;

const SHARDS: [u16; 4] = [1, 2, 3, 7];
const BATCHES: [usize; 4] = [1, 16, 256, 2_048];
/// The client's name.
pub const CLIENT: &str = "crash";
/// How long a node may take to stop.
pub const STOP_LIMIT: Duration = Duration::from_secs(30);
/// Requests answered in earlier rounds that are asked again in later ones.
const REMEMBERED: usize = 64;

/// How a node is loaded.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Transactions of one request.
    pub batch: usize,
    /// Requests under way on each connection.
    pub depth: usize,
    /// How many transactions are sent, if that is limited.
    pub transactions: Option<u64>,
}

/// What a node said under one load.
#[derive(Default)]
pub struct Said {
    /// Transactions answered.
    pub acknowledged: u64,
    /// The answers.
    pub answered: Vec<Answered>,
    /// What was under way when the connections broke.
    pub unanswered: Vec<Sent>,
}

/// A node under load, and all that it has said so far.
pub struct Subject {
    /// How it is started again.
    pub launch: Launch,
    pub node: NodeProcess,
    pub shards: u16,
    /// How clients reach it.
    pub target: Target,
    /// What is sent.
    pub plan: Plan,
    /// The accounts.
    pub house: House,
    /// Every answer until now.
    pub books: Books,
    /// Streams of the plan that have been used.
    pub streams: u32,
}

/// Kills a node, and remembers what it said before.
pub struct Harness {
    settings: CrashSettings,
    subject: Subject,
    rng: SmallRng,
    remembered: Vec<Answered>,
    /// The accounting date, and what became of closing it under the last load.
    date: Date,
    closing: Closing,
    round: u32,
}

impl Harness {
    /// Starts a node by `launch`, with shards by chance and small segments, and opens the accounts.
    ///
    /// # Errors
    /// [`LoadError`], when the node does not start or refuses the accounts.
    pub async fn start(settings: CrashSettings, launch: Launch) -> Result<Harness, LoadError> {
        let mut rng = SmallRng::seed_from_u64(settings.seed);
        let shards = SHARDS[rng.random_range(0..SHARDS.len())];
        let launch = Launch {
            shards: Some(shards),
            segment_bytes: Some(4 << 20),
            snapshot_bytes: launch.snapshot_bytes.or(Some(512 << 10)),
            known_ids: Some(1_000),
            ..launch
        };
        Ok(Harness { rng, ..Harness::open(settings, launch).await? })
    }

    /// Starts a node by `launch` as it is, and opens the accounts.
    ///
    /// # Errors
    /// As [`Harness::start`].
    pub async fn open(settings: CrashSettings, launch: Launch) -> Result<Harness, LoadError> {
        let node = launch.start()?;
        let target =
            Target { address: node.address().to_string(), client: CLIENT.into(), token: None, tls: None };
        let plan = Workload::Mix.plan(settings.accounts, settings.seed);
        let mut books = Books::new(plan.population.accounts.len());
        let house = open(&target, "CRASH", plan.population.clone(), &mut books).await?;
        let shards = launch.shards.unwrap_or(1);
        let subject = Subject { launch, node, shards, target, plan, house, books, streams: 0 };
        Ok(Harness::take_over(settings, subject))
    }

    /// Takes over a node that is under no load now, on its first accounting date.
    #[must_use]
    pub fn take_over(settings: CrashSettings, subject: Subject) -> Harness {
        let rng = SmallRng::seed_from_u64(settings.seed);
        let date = Date::parse(START_DATE).expect("the first date is a date");
        Harness { settings, subject, rng, remembered: Vec::new(), date, closing: Closing::NotAsked, round: 0 }
    }

    /// A connection to the node.
    ///
    /// # Errors
    /// [`LoadError`], when it cannot be reached.
    pub async fn client(&self) -> Result<Client, LoadError> {
        self.subject.target.client().await
    }

    /// Load, kill, recovery, and every check.
    ///
    /// # Errors
    /// [`LoadError`], when the node does not come back, or breaks a connection that nobody killed.
    pub async fn round(&mut self) -> Result<Round, LoadError> {
        self.round_with(|_data| ()).await
    }

    /// A round in which `meddle` has the data directory to itself between kill and recovery: what it does to it must
    /// be found.
    ///
    /// # Errors
    /// As [`Harness::round`].
    pub async fn round_with(&mut self, meddle: impl FnOnce(&Path)) -> Result<Round, LoadError> {
        self.round += 1;
        let mut round = Round { round: self.round, shards: self.subject.shards, ..Round::default() };
        round.batch = BATCHES[self.rng.random_range(0..BATCHES.len())];
        let said = self.load_and_kill(&mut round).await?;
        meddle(&self.subject.launch.data);
        self.restart(&mut round)?;
        self.check(&mut round, said).await?;
        if self.rng.random_ratio(1, 5) {
            self.stop_and_start()?;
        }
        Ok(round)
    }

    /// Holds what a node that has been started again says against everything it `said` before.
    ///
    /// # Errors
    /// [`LoadError`], when it breaks a connection.
    pub async fn check(&mut self, round: &mut Round, said: Said) -> Result<(), LoadError> {
        let mut findings = Findings::default();
        self.recheck(round, &mut findings, said).await?;
        let mut client = self.subject.target.client().await?;
        self.check_date(&mut client, &mut findings).await?;
        if self.settings.close_days && self.rng.random_ratio(1, 3) {
            self.close_day(&mut client).await?;
        }
        let first_date = self.date.to_string() == START_DATE;
        let compared = compare(&mut client, &self.subject.house, &self.subject.books, first_date).await?;
        let walked = self.walk_statements(&mut client).await?;
        for found in [findings, compared, walked] {
            round.differences.extend(found.differences);
        }
        Ok(())
    }

    /// Asks again for what was answered from frames below `cut`, and for nothing else.
    ///
    /// # Errors
    /// [`LoadError`], when the node breaks the connection.
    pub async fn check_below(&mut self, cut: u64) -> Result<Findings, LoadError> {
        let mut findings = Findings::default();
        let mut asker = Asker::connect(&self.subject.target, &self.subject.house).await?;
        for one in &self.remembered {
            if one.placed.iter().all(|placed| placed.frame < cut) {
                asker.confirm(one, &mut findings).await?;
            }
        }
        Ok(findings)
    }

    /// Has all these asked again in every later check.
    pub fn remember(&mut self, answered: impl IntoIterator<Item = Answered>) {
        self.remembered.extend(answered);
    }

    /// The node and what it said.
    pub fn subject(&mut self) -> &mut Subject {
        &mut self.subject
    }

    /// Starts the node again as it was started before.
    ///
    /// # Errors
    /// [`NodeError`], when it does not start.
    pub fn start_again(&mut self) -> Result<(), NodeError> {
        self.subject.node = self.subject.launch.start()?;
        self.subject.target.address = self.subject.node.address().to_string();
        Ok(())
    }

    /// Stops the node cleanly.
    ///
    /// # Errors
    /// [`LoadError`], when it does not end, or not well.
    pub fn stop(mut self) -> Result<(), LoadError> {
        Ok(self.subject.node.stop(STOP_LIMIT)?)
    }

    /// Stops the node cleanly and audits its data directory offline. Gives what does not hold, in words.
    ///
    /// # Errors
    /// [`LoadError`], when the node does not end, or not well.
    pub fn stop_and_verify(self) -> Result<Option<String>, LoadError> {
        let data = self.subject.launch.data.clone();
        self.stop()?;
        let storage = DirectoryStorage::open_read_only(data).map_err(std::io::Error::other)?;
        Ok(longmen_engine::audit::verify(&storage, &mut |_| {}).err().map(|error| error.to_string()))
    }

    async fn load_and_kill(&mut self, round: &mut Round) -> Result<Said, LoadError> {
        let longest = milliseconds(self.settings.longest).max(2);
        let delay = Duration::from_millis(self.rng.random_range(1..longest));
        let closing = (self.settings.close_days && self.rng.random_ratio(1, 3))
            .then(|| delay.mul_f64(self.rng.random_range(0.0..1.0)));
        let (target, entity) = (self.subject.target.clone(), self.subject.house.entity.clone());
        let date = self.date;
        let load = Load { batch: round.batch, depth: (4_096 / round.batch).clamp(2, 32), transactions: None };
        let (said, closed) = self
            .load(load, async |node, _| {
                let kill = async {
                    tokio::time::sleep(delay).await;
                    node.kill()
                };
                let (killed, closed) = tokio::join!(kill, close_day_after(&target, &entity, date, closing));
                killed?;
                Ok(closed)
            })
            .await?;
        self.closing = closed;
        round.killed_after_ms = milliseconds(delay);
        round.acknowledged = said.acknowledged;
        Ok(said)
    }

    /// Loads the node until its connections break, or all that was to be sent is answered. Meanwhile `end` has the
    /// process to itself, and sees what is answered: it is to bring the end about, or to wait for it.
    ///
    /// # Errors
    /// [`LoadError`], when the node cannot be reached, and what `end` gives.
    pub async fn load<T>(
        &mut self,
        load: Load,
        end: impl AsyncFnOnce(&mut NodeProcess, &RefCell<Shared>) -> Result<T, LoadError>,
    ) -> Result<(Said, T), LoadError> {
        let settings = DriverSettings {
            connections: self.settings.connections,
            batch: load.batch,
            pacing: Pacing::Closed { depth: load.depth },
            encoding: Encoding::Transactions,
            warm_up: Duration::ZERO,
            time: Duration::from_secs(3_600),
            transactions: load.transactions,
            first_stream: self.subject.streams,
            keep_slow: false,
        };
        self.subject.streams += self.settings.connections;
        let before = self.subject.books.outcomes.total();
        let Subject { target, house, plan, books, node, .. } = &mut self.subject;
        let (shared, ends, came) = LocalSet::new()
            .run_until(async {
                let (shared, sessions) =
                    start_sessions(target, house, plan, settings, books.clone(), true).await?;
                let came = end(node, &shared).await;
                if came.is_err() {
                    // Else the sessions would go on for ever.
                    node.kill()?;
                }
                let mut ends = Vec::new();
                for session in sessions {
                    ends.push(session.await.map_err(std::io::Error::other)?);
                }
                Ok::<_, LoadError>((shared, ends, came))
            })
            .await?;
        let shared = Rc::into_inner(shared).expect("the sessions have ended").into_inner();
        *books = shared.books;
        let acknowledged = books.outcomes.total() - before;
        let unanswered = ends.into_iter().flat_map(|end| end.unanswered).map(|one| one.sent).collect();
        let answered = if let Heard::Kept(answered) = shared.heard { answered } else { Vec::new() };
        Ok((Said { acknowledged, answered, unanswered }, came?))
    }

    /// Starts the node with another number of shards; now and then it is killed once more while it recovers.
    fn restart(&mut self, round: &mut Round) -> Result<(), LoadError> {
        self.subject.shards = SHARDS[self.rng.random_range(0..SHARDS.len())];
        self.subject.launch.shards = Some(self.subject.shards);
        if self.rng.random_ratio(1, 4) {
            let delay = Duration::from_millis(self.rng.random_range(0..60));
            self.subject.launch.start_and_kill(delay)?;
            round.killed_again = true;
        }
        let start = Instant::now();
        self.start_again()?;
        round.recovered_in_ms = milliseconds(start.elapsed());
        round.shards_after = self.subject.shards;
        Ok(())
    }

    async fn recheck(
        &mut self,
        round: &mut Round,
        findings: &mut Findings,
        said: Said,
    ) -> Result<(), LoadError> {
        let Said { answered, unanswered, .. } = said;
        let mut asker = Asker::connect(&self.subject.target, &self.subject.house).await?;
        for sent in &unanswered {
            if let Sent::Cancel(id) = sent {
                asker.cancel(*id, findings).await?;
            }
        }
        for sent in &unanswered {
            if let Sent::Post(request) = sent {
                let there = asker.settle(request, &mut self.subject.books).await?;
                round.unanswered += u64::try_from(request.len()).unwrap_or(0);
                round.unanswered_there += there;
            }
        }
        for one in answered.iter().chain(&self.remembered) {
            asker.confirm(one, findings).await?;
        }
        for one in answered.iter().rev().take(8) {
            asker.look_up(one, findings).await?;
        }
        let room = REMEMBERED.saturating_sub(self.remembered.len());
        self.remembered.extend(answered.into_iter().take(room.min(8)));
        Ok(())
    }

    /// A close that was answered has happened, one that was not asked for has not.
    async fn check_date(&mut self, client: &mut Client, findings: &mut Findings) -> Result<(), LoadError> {
        let entity = &self.subject.house.entity;
        let status = client.status().await?;
        let date = status.entities.iter().find(|(code, _)| **code == **entity).map(|(_, date)| &**date);
        let date = date.and_then(Date::parse);
        let right = match self.closing {
            Closing::NotAsked => date == Some(self.date),
            Closing::Unanswered => date == Some(self.date) || date == Some(self.date.next()),
            Closing::Done => date == Some(self.date.next()),
        };
        if !right {
            findings
                .add(format!("the date is {date:?}, it was {}; its close: {:?}", self.date, self.closing));
        }
        self.date = date.unwrap_or(self.date);
        Ok(())
    }

    async fn close_day(&mut self, client: &mut Client) -> Result<(), LoadError> {
        let next = self.date.next();
        client.close_day(&self.subject.house.entity, &next.to_string()).await?;
        self.date = next;
        Ok(())
    }

    async fn walk_statements(&mut self, client: &mut Client) -> Result<Findings, LoadError> {
        let mut findings = Findings::default();
        let hot = self.subject.house.population.accounts.iter().position(|plan| plan.hot);
        let picked = (0..4).map(|_| self.rng.random_range(1..self.subject.house.accounts.len()));
        for index in picked.chain(hot).collect::<Vec<_>>() {
            statement::walk(client, self.subject.house.accounts[index], &mut findings).await?;
        }
        Ok(findings)
    }

    fn stop_and_start(&mut self) -> Result<(), LoadError> {
        self.subject.node.stop(STOP_LIMIT)?;
        Ok(self.start_again()?)
    }
}

/// A close of day under load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Closing {
    NotAsked,
    /// Asked for, and the kill came first.
    Unanswered,
    Done,
}

/// Closes the day under load, if it is to be closed.
async fn close_day_after(target: &Target, entity: &str, date: Date, after: Option<Duration>) -> Closing {
    let Some(after) = after else { return Closing::NotAsked };
    tokio::time::sleep(after).await;
    let Ok(mut client) = target.client().await else { return Closing::NotAsked };
    match client.close_day(entity, &date.next().to_string()).await {
        Ok(()) => Closing::Done,
        Err(_) => Closing::Unanswered,
    }
}
