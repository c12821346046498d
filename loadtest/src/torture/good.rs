//! A well-behaved client, on a thread of its own: it posts steadily, comes again now and then, and notes how it is served.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use longmen_client::{ClientError, CompactSettings, Connection, Transfer};
use longmen_workload::LoadError;
use longmen_workload::measure::Latencies;
use longmen_workload::setup::{Target, now_seconds};
use tokio::runtime::Builder;
use tokio::time::{interval, timeout};

/// How often it posts.
const EVERY: Duration = Duration::from_millis(5);
/// Transfers of one post.
const TRANSFERS: u64 = 4;
/// A client may name, and reverse, what another one posted: no extreme value is an id from here on.
const FIRST_ID: u128 = 1 << 90;
/// How long it waits for an answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it connects anew beside its connection, as another good client would.
const NEWCOMER_EVERY: Duration = Duration::from_millis(250);

/// How it was served in one stretch of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Served {
    pub(super) latencies: Latencies,
    /// Transfers that were posted.
    pub(super) posted: u64,
    /// Posts that were answered `busy`.
    pub(super) busy: u64,
    /// The longest time without a post that was taken.
    pub(super) longest_gap: Duration,
    /// Good newcomers that were let in, and those that were not.
    pub(super) let_in: u64,
    pub(super) left_out: u64,
    /// What went wrong, in words.
    pub(super) failures: Vec<String>,
}

/// The client at work.
pub(super) struct Good {
    stop: Arc<AtomicBool>,
    phase: Arc<AtomicUsize>,
    thread: JoinHandle<Result<Vec<Served>, LoadError>>,
}

impl Good {
    /// Starts to post from `bank` to `customer`.
    pub(super) fn start(target: Target, bank: u64, customer: u64) -> std::io::Result<Good> {
        let (stop, phase) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let work =
            Work { target, accounts: (bank, customer), stop: Arc::clone(&stop), phase: Arc::clone(&phase) };
        let run = move || Builder::new_current_thread().enable_all().build()?.block_on(work.run());
        let thread = std::thread::Builder::new().name("good client".into()).spawn(run)?;
        Ok(Good { stop, phase, thread })
    }

    /// What comes from now on belongs to the stretch with this number.
    pub(super) fn enter(&self, phase: usize) {
        self.phase.store(phase, Ordering::Relaxed);
    }

    /// Stops, and tells how it was served in each stretch.
    pub(super) fn stop(self) -> Result<Vec<Served>, LoadError> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| std::io::Error::other("the good client panicked"))?
    }
}

struct Work {
    target: Target,
    accounts: (u64, u64),
    stop: Arc<AtomicBool>,
    phase: Arc<AtomicUsize>,
}

impl Work {
    async fn run(self) -> Result<Vec<Served>, LoadError> {
        let mut served = Vec::new();
        let mut connection = self.target.connection().await?;
        let mut tick = interval(EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let (mut serial, mut last_served) = (0_u64, Instant::now());
        let mut newcomer_at = Instant::now();
        while !self.stop.load(Ordering::Relaxed) {
            tick.tick().await;
            let phase = self.phase.load(Ordering::Relaxed);
            if served.len() <= phase {
                served.resize_with(phase + 1, Served::default);
                last_served = Instant::now();
            }
            let now = &mut served[phase];
            match timeout(PATIENCE, self.post(&mut connection, serial)).await {
                Ok(Ok(Posted::Taken(latency))) => {
                    now.latencies.record(latency);
                    now.posted += TRANSFERS;
                    serial += 1;
                    now.longest_gap = now.longest_gap.max(last_served.elapsed());
                    last_served = Instant::now();
                }
                Ok(Ok(Posted::Busy)) => now.busy += 1,
                Ok(Ok(Posted::Wrong(words))) => now.failures.push(words),
                Ok(Err(error)) => {
                    now.failures.push(format!("its connection broke: {error}"));
                    connection = self.target.connection().await?;
                }
                Err(_) => now.failures.push(format!("no answer in {PATIENCE:?}")),
            }
            if newcomer_at.elapsed() > NEWCOMER_EVERY {
                newcomer_at = Instant::now();
                match timeout(PATIENCE, self.target.connection()).await {
                    Ok(Ok(_)) => now.let_in += 1,
                    _ => now.left_out += 1,
                }
            }
        }
        Ok(served)
    }

    /// Posts, once more with the same ids after `busy`: `serial` goes on only when a post was taken.
    async fn post(&self, connection: &mut Connection, serial: u64) -> Result<Posted, ClientError> {
        let (debit, credit) = self.accounts;
        let transfer = |index: u64| Transfer {
            id: FIRST_ID + u128::from(serial * TRANSFERS + index),
            debit,
            credit,
            amount: 1,
        };
        let transfers: Vec<Transfer> = (0..TRANSFERS).map(transfer).collect();
        let settings = CompactSettings { want_balances: false, time: now_seconds() };
        let (sender, receiver) = connection.halves();
        sender.queue_transfers(serial, settings, 156, &transfers);
        let began = Instant::now();
        sender.flush().await?;
        let answer = receiver.next().await?;
        let latency = began.elapsed();
        let compact = answer.compact()?;
        if compact.status() == BUSY {
            return Ok(Posted::Busy);
        }
        let good = answer.tag() == serial
            && compact.status() == 0
            && compact.results().all(|one| one.rejection == 0);
        if good && compact.results().len() == transfers.len() {
            return Ok(Posted::Taken(latency));
        }
        Ok(Posted::Wrong(format!("answer {} with status {}", answer.tag(), compact.status())))
    }
}

enum Posted {
    Taken(Duration),
    Busy,
    Wrong(String),
}

/// The number of `busy` in compact answers.
const BUSY: u16 = 23;
