//! What a long run came to, in the names that `--json` prints.

use std::time::{Duration, Instant};

use longmen_engine::audit::Verified;
use longmen_workload::books::Outcomes;
use longmen_workload::check::Findings;
use longmen_workload::measure::{Latencies, float};
use serde::Serialize;

use super::SoakSettings;
use super::final_check::FinalCheck;
use super::recorder::{COARSE, Row};
use super::run::Run;
use super::watch::{Seen, Sights};

/// A kill, and what the node said afterwards.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Kill {
    /// Its number, from 1.
    pub number: usize,
    /// When, in seconds from the beginning.
    pub at: f64,
    /// Milliseconds under load before it.
    pub served_ms: u64,
    /// Shards of the node that was killed.
    pub shards: u16,
    /// Shards of the node that recovered.
    pub shards_after: u16,
    /// Whether a close of the date had been asked for and not answered.
    pub while_closing: bool,
    /// Whether an account was being made busy.
    pub while_busy: bool,
    /// After how many milliseconds of recovery it was killed once more, if it was.
    pub again_after_ms: Option<u64>,
    /// Transactions answered in the life before it.
    pub answered: u64,
    /// Transactions that had no answer.
    pub unanswered: u64,
    /// Of them, those that were there.
    pub unanswered_there: u64,
    /// From its last start until it listened.
    pub recovered_ms: u64,
    /// From the kill to the first answer.
    pub outage_ms: u64,
    /// From then on, with the load's clock standing still, until everything was checked.
    pub check_ms: u64,
    /// From when the load went on until it was answered in time again; absent: it never was.
    pub caught_up_ms: Option<u64>,
    /// Transactions that had been answered and were asked again.
    pub asked_again: u64,
    /// Accounts whose balance was compared.
    pub accounts: u64,
    /// What did not hold, in words.
    pub differences: Vec<String>,
}

/// How often something happened.
#[derive(Clone, Debug, Serialize)]
pub struct Counted {
    /// SIGKILLs under load.
    pub kills: usize,
    /// SIGKILLs while it recovered from one.
    pub kills_in_recovery: usize,
    /// Starts with another number of shards than before.
    pub other_shards: usize,
    /// Closes of the accounting date.
    pub day_closes: usize,
    /// Of them, those that happened although a kill left them without an answer.
    pub day_closes_unanswered: u64,
    /// Accounts that became hot.
    pub promotions: usize,
    /// Accounts that cooled down.
    pub coolings: u64,
    /// Snapshots.
    pub snapshots: usize,
    /// Transactions under way at kills.
    pub unanswered: u64,
    /// Of them, those that were there.
    pub unanswered_there: u64,
    /// Transactions asked again that had been answered.
    pub asked_again: u64,
}

/// Latencies of requests, from the moment at which they were due.
#[derive(Clone, Debug, Serialize)]
pub struct LatencyLine {
    /// Of which requests.
    pub of: &'static str,
    /// How many.
    pub requests: u64,
    /// Median.
    pub p50_us: u64,
    /// 99th percentile.
    pub p99_us: u64,
    /// 99.9th percentile.
    pub p999_us: u64,
    /// The longest.
    pub max_us: u64,
}

/// The node's memory in one quarter of the run.
#[derive(Clone, Debug, Serialize)]
pub struct MemoryLine {
    /// Its own at most, in bytes.
    pub own_most: u64,
    /// All that it had resident at most, pages of the log's files included.
    pub resident_most: u64,
    /// This program's own at most.
    pub harness_most: u64,
}

/// What was seen and answered in ten seconds.
#[derive(Clone, Debug, Serialize)]
pub struct Point {
    /// When they began, in seconds from the beginning.
    pub at: f64,
    /// Transactions answered a second.
    pub rate: f64,
    /// Median latency.
    pub p50_us: u64,
    /// 99th percentile.
    pub p99_us: u64,
    /// 99.9th percentile.
    pub p999_us: u64,
    /// The longest.
    pub max_us: u64,
    /// The node's own memory at the last look at it, in bytes.
    pub own_memory: u64,
    /// All that it had resident.
    pub resident: u64,
    /// This program's own memory.
    pub harness_memory: u64,
    /// Bytes of the log on the disk.
    pub log_bytes: u64,
    /// Bytes of the whole directory.
    pub disk_bytes: u64,
}

/// What the offline audit read.
#[derive(Clone, Debug, Serialize)]
pub struct Audited {
    /// How long it took.
    pub seconds: f64,
    /// Frames.
    pub frames: u64,
    /// Bytes of the log.
    pub bytes: u64,
    /// Transactions posted.
    pub posted: u64,
    /// Transactions refused.
    pub refused: u64,
    /// Chained records of accounts.
    pub entries: u64,
    /// Legs, in entries of their own and in merged ones.
    pub legs: u64,
}

/// What a long run came to.
#[derive(Clone, Debug, Serialize)]
pub struct SoakReport {
    /// Whether everything held.
    pub held: bool,
    /// What did not, in words.
    pub differences: Vec<String>,
    /// How it was to go.
    pub settings: SoakSettings,
    /// Bytes of log from snapshot to snapshot; absent: what is usual.
    pub snapshot_bytes: Option<u64>,
    /// Seconds from the first request to the last check.
    pub seconds: f64,
    /// Of them, those in which the load stood still for checks.
    pub check_seconds: f64,
    /// Transactions answered, those of the busy account included.
    pub transactions: u64,
    /// Transactions that funded the accounts before; they are not among the others.
    pub funded: u64,
    /// Transactions of the mix answered.
    pub mix: u64,
    /// Transactions of the mix a second that were answered, of the time outside checks: outages count.
    pub rate: f64,
    /// Answers by what they say.
    pub outcomes: serde_json::Map<String, serde_json::Value>,
    /// Latencies, of all and of parts.
    pub latencies: Vec<LatencyLine>,
    /// How often things happened.
    pub counted: Counted,
    /// Memory in each quarter of the run.
    pub memory: Vec<MemoryLine>,
    /// Bytes of the log on the disk at the end.
    pub log_bytes: u64,
    /// Bytes of the whole directory.
    pub disk_bytes: u64,
    /// The offline audit; absent: it did not get to its end.
    pub audit: Option<Audited>,
    /// Every kill.
    pub kills: Vec<Kill>,
    /// Closes of the date: when, and how long until the answer, in seconds.
    pub closes: Vec<(f64, f64)>,
    /// When accounts became hot.
    pub promotions: Vec<f64>,
    /// When snapshots were there.
    pub snapshots: Vec<f64>,
    /// Everything over time.
    pub series: Vec<Point>,
    /// The same, second by second, for plots.
    #[serde(skip)]
    pub(super) rows: Vec<Row>,
    #[serde(skip)]
    pub(super) seen: Vec<Seen>,
}

impl Kill {
    /// Takes over what was asked after it, and what was found.
    pub(super) fn take(&mut self, proof: FinalCheck, findings: &Findings) {
        self.unanswered = proof.unanswered;
        self.unanswered_there = proof.unanswered_there;
        self.asked_again = proof.asked_again;
        self.accounts = proof.accounts;
        self.differences.clone_from(&findings.differences);
    }
}

impl Audited {
    pub(super) fn new(verified: &Verified, took: Duration) -> Audited {
        let counts = &verified.counts;
        Audited {
            seconds: took.as_secs_f64(),
            frames: verified.log.frames,
            bytes: verified.log.bytes,
            posted: counts.posted,
            refused: counts.refused,
            entries: counts.entries(),
            legs: counts.legs + counts.merged_legs,
        }
    }
}

impl LatencyLine {
    fn new(of: &'static str, latencies: &Latencies) -> LatencyLine {
        LatencyLine {
            of,
            requests: latencies.count(),
            p50_us: latencies.quantile_us(0.5),
            p99_us: latencies.quantile_us(0.99),
            p999_us: latencies.quantile_us(0.999),
            max_us: latencies.max_us(),
        }
    }
}

impl SoakReport {
    /// Sums up a run that was over at `over`.
    pub(super) fn new(run: &mut Run, over: Instant, sights: &Sights, audit: Option<Audited>) -> SoakReport {
        let began = run.began;
        let at = |moment: Instant| moment.saturating_duration_since(began).as_secs_f64();
        let seconds = at(over);
        let outcomes = run.mix.outcomes().plus(&run.busy.outcomes());
        let mix = run.mix.answered();
        let loaded = (seconds - run.checks.as_secs_f64()).max(1e-9);
        let mut recorder = run.recorder.borrow_mut();
        let latencies = latency_lines(&recorder);
        let (fine, coarse) = recorder.rows(over);
        let seen: Vec<Seen> = sights.seen.iter().filter(|seen| seen.at <= seconds).copied().collect();
        let last = sights.seen.last().copied().unwrap_or_default();
        SoakReport {
            held: run.findings.held(),
            differences: run.findings.differences.clone(),
            snapshot_bytes: run.launch.snapshot_bytes,
            seconds,
            check_seconds: run.checks.as_secs_f64(),
            transactions: outcomes.total(),
            funded: run.mix.funded() + run.busy.funded(),
            mix,
            rate: float(mix) / loaded,
            outcomes: by_name(&outcomes),
            latencies,
            counted: count(run, sights),
            memory: by_quarter(&seen, seconds),
            log_bytes: last.log,
            disk_bytes: last.disk,
            audit,
            kills: run.kills.clone(),
            closes: run.days.closes.iter().map(|(from, to)| (at(*from), at(*to) - at(*from))).collect(),
            promotions: run.heat.promotions.iter().map(|moment| at(*moment)).collect(),
            snapshots: sights.snapshots.clone(),
            series: series(coarse, &seen),
            rows: fine.to_vec(),
            seen,
            settings: run.settings.clone(),
        }
    }
}

fn latency_lines(recorder: &super::recorder::Recorder) -> Vec<LatencyLine> {
    let served = recorder.served();
    let mut all = served.clone();
    all.add(&recorder.down);
    vec![
        LatencyLine::new("all", &all),
        LatencyLine::new("due while it served", &served),
        LatencyLine::new("    once an outage was worked off", &recorder.steady),
        LatencyLine::new("    while it was worked off", &recorder.catching_up),
        LatencyLine::new("due while it was down, or cut off by a kill", &recorder.down),
    ]
}

fn count(run: &Run, sights: &Sights) -> Counted {
    let kills = &run.kills;
    let last = run.last_proof;
    Counted {
        kills: kills.len(),
        kills_in_recovery: kills.iter().filter(|kill| kill.again_after_ms.is_some()).count(),
        other_shards: kills.iter().filter(|kill| kill.shards != kill.shards_after).count(),
        day_closes: run.days.closes.len(),
        day_closes_unanswered: run.days.closed_unanswered,
        promotions: run.heat.promotions.len(),
        coolings: run.heat.coolings,
        snapshots: sights.snapshots.len(),
        unanswered: kills.iter().map(|kill| kill.unanswered).sum(),
        unanswered_there: kills.iter().map(|kill| kill.unanswered_there).sum(),
        asked_again: kills.iter().map(|kill| kill.asked_again).sum::<u64>() + last.asked_again,
    }
}

fn by_name(outcomes: &Outcomes) -> serde_json::Map<String, serde_json::Value> {
    let mut counts = serde_json::Map::new();
    counts.insert("posted".into(), outcomes.posted.into());
    counts.insert("repeated".into(), outcomes.repeated.into());
    counts.extend(outcomes.refused().map(|(rejection, count)| (rejection.code().into(), count.into())));
    counts
}

fn by_quarter(seen: &[Seen], seconds: f64) -> Vec<MemoryLine> {
    let quarter = |number: u32| {
        let (from, to) = (seconds * f64::from(number) / 4.0, seconds * f64::from(number + 1) / 4.0);
        let in_it = || seen.iter().filter(move |seen| from <= seen.at && seen.at < to);
        let memory = || in_it().filter_map(|seen| seen.memory);
        MemoryLine {
            own_most: memory().map(|(own, _)| own).max().unwrap_or(0),
            resident_most: memory().map(|(_, resident)| resident).max().unwrap_or(0),
            harness_most: in_it().map(|seen| seen.harness).max().unwrap_or(0),
        }
    };
    (0..4).map(quarter).collect()
}

fn series(rows: &[Row], seen: &[Seen]) -> Vec<Point> {
    let length = COARSE.as_secs_f64();
    let mut points = Vec::new();
    let mut seen = seen.iter().peekable();
    let mut last = Seen::default();
    let mut memory = (0, 0);
    for (number, row) in (0_u32..).zip(rows) {
        let at = f64::from(number) * length;
        while let Some(now) = seen.next_if(|seen| seen.at < at + length) {
            last = *now;
            memory = now.memory.unwrap_or(memory);
        }
        points.push(Point {
            at,
            rate: float(row.transactions) / length,
            p50_us: row.p50_us,
            p99_us: row.p99_us,
            p999_us: row.p999_us,
            max_us: row.max_us,
            own_memory: memory.0,
            resident: memory.1,
            harness_memory: last.harness,
            log_bytes: last.log,
            disk_bytes: last.disk,
        });
    }
    points
}
