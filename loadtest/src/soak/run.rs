//! The run from life to life of the node.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use longmen_client::Client;
use longmen_server::{Launch, NodeProcess};
use longmen_terminal::{Progress, grouped};
use longmen_workload::check::Findings;
use longmen_workload::driver::{DriverSettings, Pacing};
use longmen_workload::measure::milliseconds;
use longmen_workload::setup::{House, Target};
use longmen_workload::{Encoding, LoadError, Workload};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use super::SoakSettings;
use super::answer_sample::AnswerSample;
use super::days::Days;
use super::final_check::FinalCheck;
use super::heat::Heat;
use super::recorder::Recorder;
use super::report::Kill;
use super::traffic::Traffic;
use super::watch::Watch;

/// Shards that a node may be started with after a kill.
const SHARDS: [u16; 4] = [1, 2, 3, 4];
/// How often it is looked whether something is to be done.
const TICK: Duration = Duration::from_millis(50);
/// How often the node is asked which accounts are hot.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// Longer than any answer takes, also where all processes are stopped for some time.
const PATIENCE: Duration = Duration::from_secs(300);
/// Nothing is begun in this time before the end.
const LAST: Duration = Duration::from_secs(2);
/// Accounts beside the one that is made busy.
const BUSY_ACCOUNTS: usize = 100;
/// Transactions on the busy account, to so many of the mix; they come on top of those.
const BUSY_ONE_IN: f64 = 10.0;

/// How a life of the node ended.
enum Ending {
    Killed(Instant),
    Over,
}

/// A node under load, and all that is known of it.
pub(super) struct Run {
    pub(super) settings: SoakSettings,
    pub(super) launch: Launch,
    pub(super) node: NodeProcess,
    rng: SmallRng,
    pub(super) mix: Traffic,
    pub(super) busy: Traffic,
    pub(super) recorder: Rc<RefCell<Recorder>>,
    pub(super) watch: Watch,
    pub(super) days: Days,
    pub(super) heat: Heat,
    pub(super) findings: Findings,
    pub(super) kills: Vec<Kill>,
    pub(super) began: Instant,
    ends_at: Instant,
    /// How long the load stood still for checks.
    pub(super) checks: Duration,
    /// Accounts compared and transactions asked again at the end.
    pub(super) last_proof: FinalCheck,
    resumed: Instant,
    close_at: Instant,
    busy_at: Instant,
}

impl Run {
    /// Starts the node and opens the accounts.
    pub(super) async fn begin(launch: Launch, settings: SoakSettings) -> Result<Run, LoadError> {
        let node = launch.start()?;
        let address = node.address().to_string();
        let recorder = Rc::new(RefCell::new(Recorder::new(Instant::now())));
        let mix = Workload::Mix.plan(settings.accounts, settings.seed);
        let recollection = AnswerSample::new(settings.seed);
        let driven = settings.driven();
        let mix = Traffic::open(&address, "SOAK", mix, driven, recollection, &recorder).await?;
        let mut busy = Workload::Hot.plan(BUSY_ACCOUNTS, settings.seed);
        // That its account becomes hot is left to the node.
        busy.population.accounts.iter_mut().for_each(|account| account.hot = false);
        let recollection = AnswerSample::new(settings.seed ^ 1);
        let driven = settings.driven_busy();
        let busy = Traffic::open(&address, "BUSY", busy, driven, recollection, &recorder).await?;
        let began = Instant::now();
        *recorder.borrow_mut() = Recorder::new(began);
        let watch = Watch::start(&launch.data, began)?;
        watch.node_is(node.id());
        Ok(Run {
            days: Days::new(&mix.house.entity),
            rng: SmallRng::seed_from_u64(settings.seed),
            heat: Heat::default(),
            findings: Findings::default(),
            kills: Vec::new(),
            ends_at: began + settings.time,
            checks: Duration::ZERO,
            last_proof: FinalCheck::default(),
            resumed: began,
            close_at: began + settings.close_every / 2,
            busy_at: began + settings.hot_every / 4,
            settings,
            launch,
            node,
            mix,
            busy,
            recorder,
            watch,
            began,
        })
    }

    /// One life after the other until the time is over or something does not hold.
    pub(super) async fn lives(
        &mut self,
        tell: &mut impl FnMut(&Kill),
        meddle: &mut impl AsyncFnMut(&Target, &House),
    ) -> Result<(), LoadError> {
        let progress = Progress::over("soak", self.settings.time);
        let lived = self.live_on(&progress, tell, meddle).await;
        progress.finish();
        lived
    }

    async fn live_on(
        &mut self,
        progress: &Progress,
        tell: &mut impl FnMut(&Kill),
        meddle: &mut impl AsyncFnMut(&Target, &House),
    ) -> Result<(), LoadError> {
        let mut due_from = Instant::now();
        loop {
            let before = self.answered();
            let ending = self.life(due_from, progress).await?;
            self.note_caught_up();
            let Ending::Killed(at) = ending else { break };
            let (outage, kill) = self.recover(at, before, meddle).await?;
            tell(&kill);
            self.kills.push(kill);
            if !self.findings.held() {
                return Ok(());
            }
            due_from = Instant::now() - outage;
        }
        if self.findings.held() {
            self.last_check().await?;
        }
        Ok(())
    }

    /// One life, from the first request to the kill or the end.
    async fn life(&mut self, due_from: Instant, progress: &Progress) -> Result<Ending, LoadError> {
        self.heat.forget();
        let mut client = self.mix.target.client().await?;
        self.resumed = Instant::now();
        self.recorder.borrow_mut().resume(self.resumed);
        self.mix.start(due_from, self.ends_at).await?;
        let kill_at = self.resumed + self.jittered(self.settings.crash_every);
        let kill_at = Some(kill_at).filter(|at| *at + LAST < self.ends_at);
        let mut ask_at = self.resumed;
        loop {
            let now = Instant::now();
            let next = kill_at.map_or(now + TICK, |at| at.min(now + TICK));
            tokio::time::sleep_until(next.into()).await;
            let now = Instant::now();
            if self.mix.has_ended() {
                self.load_is_over(now).await?;
                return Ok(Ending::Over);
            }
            if kill_at.is_some_and(|at| at <= now) {
                self.watch.node_is(0);
                self.node.kill()?;
                return Ok(Ending::Killed(now));
            }
            self.turn_over(now).await?;
            if ask_at <= now {
                self.ask(&mut client).await?;
                self.show(now, progress);
                ask_at = now + ASK_EVERY;
            }
        }
    }

    /// Half to one and a half times so long.
    fn jittered(&mut self, time: Duration) -> Duration {
        time.mul_f64(self.rng.random_range(0.5..1.5))
    }

    /// Begins what is to be begun, a close of the date or the busy stretch of an account, and ends what is over.
    async fn turn_over(&mut self, now: Instant) -> Result<(), LoadError> {
        self.days.look(&mut self.findings).await?;
        if self.busy.has_ended() && now < self.ends_at {
            self.busy_is_over(self.busy_until() > now).await?;
        }
        let late = now + LAST >= self.ends_at;
        if self.close_at <= now && !late && !self.days.is_closing() {
            self.days.close(&self.mix.target);
            self.close_at = now + self.jittered(self.settings.close_every);
        }
        if self.busy_at <= now && !late && !self.busy.is_under_way() {
            self.busy_at = now + self.settings.hot_every;
            self.busy.start(now, self.busy_until().min(self.ends_at)).await?;
        }
        Ok(())
    }

    /// When the busy stretch that began last is over.
    fn busy_until(&self) -> Instant {
        self.busy_at - self.settings.hot_every * 3 / 4
    }

    /// The connections of the busy account have ended; `early`, if their time was not over.
    async fn busy_is_over(&mut self, early: bool) -> Result<(), LoadError> {
        if early {
            self.watch.node_is(0);
            self.node.kill()?;
        }
        if let Some(error) = self.busy.join().await? {
            self.findings.add(format!("a connection broke when nobody was killing: {error}"));
        }
        Ok(())
    }

    /// The connections have ended, as they do when the time is over; before that they broke.
    async fn load_is_over(&mut self, now: Instant) -> Result<(), LoadError> {
        if now < self.ends_at {
            let ended = self.node.ended()?.map_or("it goes on".to_owned(), |status| status.to_string());
            self.findings.add(format!("connections broke when nobody was killing the node; {ended}"));
            // Else those connections that are left would go on until the end.
            self.watch.node_is(0);
            self.node.kill()?;
        }
        for broke in [self.mix.join().await?, self.busy.join().await?] {
            differ_if(&mut self.findings, broke);
        }
        self.days.join(&mut self.findings).await
    }

    async fn ask(&mut self, client: &mut Client) -> Result<(), LoadError> {
        match tokio::time::timeout(PATIENCE, self.heat.ask(client)).await {
            // An error is a connection that broke, which those under load see as well.
            Ok(_) => Ok(()),
            Err(_) => {
                let seconds = PATIENCE.as_secs();
                Err(LoadError::Unanswered { requests: 1, seconds })
            }
        }
    }

    /// From the kill to the moment at which the load can go on, with every check. Gives how long the node was down.
    async fn recover(
        &mut self,
        killed_at: Instant,
        answered_before: u64,
        meddle: &mut impl AsyncFnMut(&Target, &House),
    ) -> Result<(Duration, Kill), LoadError> {
        let mut kill = Kill {
            number: self.kills.len() + 1,
            at: killed_at.saturating_duration_since(self.began).as_secs_f64(),
            served_ms: milliseconds(killed_at - self.resumed),
            shards: self.launch.shards.unwrap_or(1),
            while_closing: self.days.is_closing(),
            while_busy: self.busy.is_under_way(),
            ..Kill::default()
        };
        // They end with whatever a kill does to a connection.
        self.mix.join().await?;
        self.busy.join().await?;
        self.days.join(&mut self.findings).await?;
        kill.answered = self.answered() - answered_before;
        self.start_again(&mut kill)?;
        let mut client = self.mix.target.client().await?;
        client.status().await?;
        let first_answer = Instant::now();
        let outage = first_answer - killed_at;
        kill.outage_ms = milliseconds(outage);
        let proof = self.prove(&mut client, first_answer, meddle).await?;
        kill.take(proof, &self.findings);
        let checked = first_answer.elapsed();
        kill.check_ms = milliseconds(checked);
        self.checks += checked;
        // The clocks of what is done under load stand still as well.
        self.close_at += checked;
        self.busy_at += checked;
        Ok((outage, kill))
    }

    /// Starts the node again, now and then with another number of shards, or killed once more on its way.
    fn start_again(&mut self, kill: &mut Kill) -> Result<(), LoadError> {
        if self.rng.random_ratio(1, 3) {
            self.launch.shards = Some(SHARDS[self.rng.random_range(0..SHARDS.len())]);
        }
        kill.shards_after = self.launch.shards.unwrap_or(1);
        if self.rng.random_ratio(1, 4) {
            let usual = self.kills.last().map_or(100, |last| last.recovered_ms.max(20));
            let after = self.rng.random_range(1..=usual);
            self.launch.start_and_kill(Duration::from_millis(after))?;
            kill.again_after_ms = Some(after);
        }
        let start = Instant::now();
        self.node = self.launch.start()?;
        kill.recovered_ms = milliseconds(start.elapsed());
        self.watch.node_is(self.node.id());
        let address = self.node.address().to_string();
        self.mix.target.address.clone_from(&address);
        self.busy.target.address = address;
        Ok(())
    }

    async fn prove(
        &mut self,
        client: &mut Client,
        first_answer: Instant,
        meddle: &mut impl AsyncFnMut(&Target, &House),
    ) -> Result<FinalCheck, LoadError> {
        let Run { mix, busy, days, findings, rng, .. } = self;
        let mut proof = FinalCheck::default();
        proof.settle(mix, first_answer, findings).await?;
        proof.settle(busy, first_answer, findings).await?;
        days.check(client, findings).await?;
        meddle(&mix.target, &mix.house).await;
        proof.check(mix, days.is_first(), rng, findings).await?;
        proof.check(busy, true, rng, findings).await?;
        Ok(proof)
    }

    /// Every check once more, when all is answered.
    async fn last_check(&mut self) -> Result<(), LoadError> {
        let start = Instant::now();
        let mut client = self.mix.target.client().await?;
        self.last_proof = self.prove(&mut client, start, &mut async |_: &Target, _: &House| ()).await?;
        self.checks += start.elapsed();
        Ok(())
    }

    fn note_caught_up(&mut self) {
        let caught_up = self.recorder.borrow().caught_up_at();
        if let (Some(kill), Some(at)) = (self.kills.last_mut(), caught_up) {
            kill.caught_up_ms = Some(milliseconds(at.saturating_duration_since(self.resumed)));
        }
    }

    fn answered(&self) -> u64 {
        self.mix.answered() + self.busy.answered()
    }

    fn show(&self, now: Instant, progress: &Progress) {
        let elapsed = now - self.began;
        let rate =
            self.answered().saturating_mul(1_000) / milliseconds(elapsed.saturating_sub(self.checks)).max(1);
        let (kills, closes) = (self.kills.len(), self.days.closes.len());
        let promotions = self.heat.promotions.len();
        let answers = grouped(self.answered());
        progress.at(
            milliseconds(elapsed),
            format!(
                "{answers} answers, {}/s; {kills} kills, {closes} closes, {promotions} promotions",
                grouped(rate)
            ),
        );
    }
}

impl SoakSettings {
    fn driven(&self) -> DriverSettings {
        DriverSettings {
            connections: self.connections,
            batch: self.batch,
            pacing: Pacing::Open { rate: f64::from(self.rate) },
            encoding: Encoding::compact_for(Workload::Mix),
            warm_up: Duration::ZERO,
            time: self.time,
            transactions: None,
            first_stream: 0,
            keep_slow: false,
        }
    }

    /// A tenth of the mix on one connection.
    fn driven_busy(&self) -> DriverSettings {
        DriverSettings {
            connections: 1,
            pacing: Pacing::Open { rate: f64::from(self.rate) / BUSY_ONE_IN },
            ..self.driven()
        }
    }
}

/// Adds what kept the run from going on, if anything did.
pub(super) fn differ_if(findings: &mut Findings, error: Option<LoadError>) {
    if let Some(error) = error {
        findings.add(error.to_string());
    }
}
