//! An error at every n-th system call: of the whole process from its start, then of each thread that writes, one
//! call after the other. A clean run is counted first.

use std::path::PathBuf;
use std::time::Duration;

use longmen_server::{Launch, NodeError, NodeProcess};
use longmen_workload::LoadError;
use longmen_workload::crash::{Harness, Load, Round, STOP_LIMIT, Said};

use super::NotTried;
use super::base::{Base, Came, Ended, load_while_it_lives};
use super::ground::{Ground, need_program, need_root};
use super::strace::{Attached, Seen, most_of_a_thread, threads, under};
use super::tally::Tally;

/// What a node asks the system to do with its files, with the error that is put in.
const CALLS: [(&str, &str); 9] = [
    ("fdatasync", "EIO"),
    ("pwrite64", "EIO"),
    ("pwritev", "EIO"),
    ("fsync", "EIO"),
    ("rename", "EIO"),
    ("fallocate", "ENOSPC"),
    ("openat", "EIO"),
    ("unlink", "EIO"),
    ("msync", "EIO"),
];
/// Threads that write, and whether the node may live on when a call of theirs fails: what they make is derived.
const THREADS: [(&str, bool); 5] = [
    ("engine", false),
    ("journal", false),
    ("wal-maker", false),
    ("snapshotter", true),
    ("id-archive", true),
];
/// Small frames, which the engine's own thread writes.
const LIGHT: Load = Load { batch: 4, depth: 1, transactions: Some(48) };
/// Large frames, over the end of a segment, with snapshots and archives of ids.
const HEAVY: Load = Load { batch: 2_048, depth: 2, transactions: Some(30_720) };
/// The same, over the end of every segment that is there already: a node works on until it needs the one that could not
/// be made.
const LONG: Load = Load { transactions: Some(163_840), ..HEAVY };

pub(super) async fn run(ground: &Ground, tally: &mut Tally) -> Result<(), NotTried> {
    need_program("strace", "-V")?;
    need_root("strace on threads that run")?;
    let launch = ground.launch(&ground.path("base"));
    let base = Base::make(ground, launch, LIGHT, Ended::KilledAtRest).await?;
    let mut trial = Trial { ground, tally, base, output: ground.path("strace.txt") };
    for (call, error) in CALLS {
        trial.fail_each_call(call, error).await?;
    }
    for (thread, may_live) in THREADS {
        let load = if thread == "engine" { LIGHT } else { HEAVY };
        for (call, error) in CALLS {
            trial.of_a_thread(Point { thread, call, error, load, may_live }).await?;
        }
    }
    Ok(())
}

/// A thread has its name within two seconds.
const NAMED_AFTER_MS: u32 = 2_000;

/// Where errors are put in.
#[derive(Clone, Copy)]
struct Point {
    thread: &'static str,
    call: &'static str,
    error: &'static str,
    load: Load,
    /// Whether the node may go on after the error.
    may_live: bool,
}

struct Trial<'a> {
    ground: &'a Ground,
    tally: &'a mut Tally,
    base: Base,
    output: PathBuf,
}

impl Trial<'_> {
    /// The n-th call of any thread since the process began, for each n.
    async fn fail_each_call(&mut self, call: &'static str, error: &str) -> Result<(), NotTried> {
        self.start_under(call, "").await?;
        for nth in self.picked(most_of_a_thread(&self.output)?) {
            self.start_under(call, &format!("error={error}:when={nth}")).await?;
        }
        Ok(())
    }

    async fn start_under(&mut self, call: &str, injection: &str) -> Result<(), NotTried> {
        let plain = self.copy()?;
        let told = self.ground.path("told.txt");
        let launch = Launch {
            under: under(call, injection, &self.output),
            tells: Some(told.clone()),
            ..plain.clone()
        };
        let what = format!("{call} {injection} from the start");
        let (mut harness, said) = match launch.start() {
            Ok(node) => {
                let mut harness = self.base.harness(plain, node);
                let (said, _) = load_and_stop(&mut harness, LIGHT).await?;
                (harness, said)
            }
            Err(NodeError::NotReady { .. }) if !injection.is_empty() => {
                if std::fs::read_to_string(&told)?.trim().is_empty() {
                    self.tally.note("ended without a word (the loader)");
                }
                (self.base.harness(plain.clone(), plain.start()?), Said::default())
            }
            Err(error) => return Err(error.into()),
        };
        if !injection.is_empty() {
            let seen = Seen::read(&self.output)?;
            self.tally.case(if seen.injected > 0 { "from the start" } else { "not reached" });
        }
        self.recheck(&what, &mut harness, said).await
    }

    /// The n-th call of one thread since the node serves, for each n.
    async fn of_a_thread(&mut self, point: Point) -> Result<(), NotTried> {
        let calls = self.thread_once(point, None).await?;
        for nth in self.picked(calls) {
            self.thread_once(point, Some(nth)).await?;
        }
        Ok(())
    }

    /// Gives the calls that were seen.
    async fn thread_once(&mut self, point: Point, nth: Option<u32>) -> Result<u32, NotTried> {
        let Point { thread, call, error, load, may_live } = point;
        let plain = self.copy()?;
        let told = self.ground.path("told.txt");
        let node = Launch { tells: Some(told), ..plain.clone() }.start()?;
        let Some(number) = thread_of(&node, thread)? else {
            return Err(std::io::Error::other(format!("the node has no thread {thread}")).into());
        };
        let injection = nth.map(|nth| format!("error={error}:when={nth}")).unwrap_or_default();
        let attached = Attached::to(number, call, &injection, &self.output)?;
        let mut harness = self.base.harness(plain, node);
        let load = if nth.is_some() && thread == "wal-maker" { LONG } else { load };
        let (said, came) = load_and_stop(&mut harness, load).await?;
        let seen = attached.finish()?;
        let what = format!("{thread}, {call} {injection}");
        if nth.is_some() {
            let ended = came != Ending::Clean;
            self.tally.case(match (seen.injected > 0, ended) {
                (false, _) => "not reached",
                (true, true) => "the node ended",
                (true, false) => "the node went on",
            });
            if seen.injected > 0 && !ended && !may_live && error == "EIO" {
                let first = seen.first.unwrap_or_default();
                self.tally.differ(format!("{what}: the node went on after {first}"));
            }
        }
        if came == Ending::Hung {
            self.tally.differ(format!("{what}: the node neither answers nor ends"));
        }
        self.recheck(&what, &mut harness, said).await?;
        Ok(seen.calls)
    }

    fn copy(&self) -> Result<Launch, NotTried> {
        let data = self.ground.path("copy");
        self.base.copy_to(&data)?;
        Ok(self.ground.launch(&data))
    }

    async fn recheck(&mut self, what: &str, harness: &mut Harness, said: Said) -> Result<(), NotTried> {
        let mut round =
            Round { acknowledged: said.acknowledged + self.base.acknowledged(), ..Round::default() };
        harness.subject().node.kill()?;
        let checked = match harness.start_again() {
            Ok(()) => harness.check(&mut round, said).await,
            Err(error) => Err(LoadError::from(error)),
        };
        if let Err(error) = checked {
            round.differences.push(format!("the node that should recover: {error}"));
        }
        self.tally.checked(what, round);
        harness.subject().node.kill()?;
        Ok(())
    }

    /// All of 1 to `calls`, or as many of them as are asked for, spread evenly.
    fn picked(&self, calls: u32) -> Vec<u32> {
        let wanted = self.ground.rounds(8).clamp(1, calls.max(1));
        (0..wanted).filter(|_| calls > 0).map(|index| 1 + index * calls / wanted).collect()
    }
}

/// How a node came to its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Clean,
    Failed,
    Hung,
}

/// Loads the node, then stops it; either may fail.
async fn load_and_stop(harness: &mut Harness, load: Load) -> Result<(Said, Ending), NotTried> {
    let (said, came) = load_while_it_lives(harness, load).await?;
    let ending = match came {
        Came::Answered => match harness.subject().node.stop(STOP_LIMIT) {
            Ok(()) => Ending::Clean,
            Err(NodeError::NotStopped(_)) => Ending::Hung,
            Err(_) => Ending::Failed,
        },
        Came::Died => Ending::Failed,
        Came::Hung => Ending::Hung,
    };
    if ending == Ending::Hung {
        harness.subject().node.kill()?;
    }
    Ok((said, ending))
}

/// A thread takes its name when it first runs, which may be after the node says that it serves.
fn thread_of(node: &NodeProcess, name: &str) -> std::io::Result<Option<u32>> {
    for _ in 0..NAMED_AFTER_MS {
        let found = threads(node.id())?.into_iter().find(|(thread, _)| thread.starts_with(name));
        if let Some((_, number)) = found {
            return Ok(Some(number));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(None)
}
