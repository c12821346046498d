//! A well-behaved client, on a thread of its own: it posts steadily, comes again now and then, and notes how it is served.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use longmen_client::{ClientError, CompactSettings, Connection, Transfer};
use longmen_workload::LoadError;
use longmen_workload::measure::Latencies;
use longmen_workload::setup::{Target, now_seconds};
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// How often it posts.
const EVERY: Duration = Duration::from_millis(5);
/// Transfers of one post.
const TRANSFERS: u64 = 4;
/// A client may name, and reverse, what another one posted: no extreme value is an id from here on.
const FIRST_ID: u128 = 1 << 90;
/// How long it waits for an answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it connects anew beside its connection, as another good client would.
const NEWCOMER_EVERY: Duration = Duration::from_millis(50);

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
    /// How long good newcomers took until they were let in, or left.
    pub(super) arrivals: Latencies,
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
    served: Arc<AtomicUsize>,
    thread: JoinHandle<Result<Vec<Served>, LoadError>>,
}

impl Good {
    /// Starts to post from `bank` to `customer`.
    pub(super) fn start(target: Target, bank: u64, customer: u64) -> std::io::Result<Good> {
        let (stop, phase, served) = <(Arc<AtomicBool>, Arc<AtomicUsize>, Arc<AtomicUsize>)>::default();
        let work = Work {
            target,
            accounts: (bank, customer),
            stop: Arc::clone(&stop),
            phase: Arc::clone(&phase),
            last: Arc::clone(&served),
            served: RefCell::default(),
        };
        let run = move || Builder::new_current_thread().enable_all().build()?.block_on(work.run());
        let thread = std::thread::Builder::new().name("good client".into()).spawn(run)?;
        Ok(Good { stop, phase, served, thread })
    }

    /// What comes from now on belongs to the stretch with this number.
    pub(super) fn enter(&self, phase: usize) {
        self.phase.store(phase, Ordering::Relaxed);
    }

    /// Whether a post was taken in the stretch with this number.
    pub(super) fn was_served_in(&self, phase: usize) -> bool {
        self.served.load(Ordering::Relaxed) > phase
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
    /// The number behind the last stretch in which a post was taken.
    last: Arc<AtomicUsize>,
    served: RefCell<Vec<Served>>,
}

impl Work {
    async fn run(self) -> Result<Vec<Served>, LoadError> {
        let (posts, ()) = tokio::join!(self.posts(), self.newcomers());
        posts?;
        Ok(self.served.into_inner())
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn note(&self, phase: usize, note: impl FnOnce(&mut Served)) {
        let mut served = self.served.borrow_mut();
        let stretches = served.len().max(phase + 1);
        served.resize_with(stretches, Served::default);
        note(&mut served[phase]);
    }

    async fn posts(&self) -> Result<(), LoadError> {
        let mut connection = self.target.connection().await?;
        let mut tick = interval(EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut serial, mut last_served, mut last_phase) = (0_u64, Instant::now(), 0);
        while !self.is_over() {
            tick.tick().await;
            let phase = self.phase.load(Ordering::Relaxed);
            if phase != last_phase {
                (last_phase, last_served) = (phase, Instant::now());
            }
            let posted = timeout(PATIENCE, self.post(&mut connection, serial)).await;
            match &posted {
                Ok(Ok(Posted::Taken(_))) => {
                    serial += 1;
                    self.last.store(phase + 1, Ordering::Relaxed);
                }
                Ok(Err(_)) => connection = self.target.connection().await?,
                _ => {}
            }
            self.note(phase, |now| match posted {
                Ok(Ok(Posted::Taken(latency))) => {
                    now.latencies.record(latency);
                    now.posted += TRANSFERS;
                    now.longest_gap = now.longest_gap.max(last_served.elapsed());
                    last_served = Instant::now();
                }
                Ok(Ok(Posted::Busy)) => now.busy += 1,
                Ok(Ok(Posted::Wrong(words))) => now.failures.push(words),
                Ok(Err(error)) => now.failures.push(format!("its connection broke: {error}")),
                Err(_) => now.failures.push(format!("no answer in {PATIENCE:?}")),
            });
        }
        Ok(())
    }

    /// Comes anew all the time; nobody waits for one who came before.
    async fn newcomers(&self) {
        let mut tick = interval(NEWCOMER_EVERY);
        let mut under_way = JoinSet::new();
        while !self.is_over() || !under_way.is_empty() {
            tokio::select! {
                _ = tick.tick(), if !self.is_over() => {
                    let (target, phase) = (self.target.clone(), self.phase.load(Ordering::Relaxed));
                    under_way.spawn(async move {
                        let came = Instant::now();
                        let is_in = matches!(timeout(PATIENCE, target.connection()).await, Ok(Ok(_)));
                        (phase, is_in, came.elapsed())
                    });
                }
                Some(Ok((phase, is_in, took))) = under_way.join_next() => self.note(phase, |then| {
                    then.arrivals.record(took);
                    *(if is_in { &mut then.let_in } else { &mut then.left_out }) += 1;
                }),
            }
        }
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
