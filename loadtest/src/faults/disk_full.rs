//! A small file system that fills up while a node posts: refusals that say so, reads that go on, snapshots and
//! archives of ids that find no room; then room is made, and service resumes in the same process.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use longmen_client::AccountRef;
use longmen_engine::ledger::Rejection;
use longmen_server::{Launch, NodeError, NodeProcess};
use longmen_workload::LoadError;
use longmen_workload::crash::{Harness, Load, Round, STOP_LIMIT};
use longmen_workload::driver::Shared;

use super::NotTried;
use super::ground::Ground;
use super::mount::Mounted;
use super::tally::Tally;

const MEGABYTES: u64 = 64;
const LOAD: Load = Load { batch: 128, depth: 4, transactions: None };
const LIMIT: Duration = Duration::from_secs(30);
/// What is left free so that the node can make some segments before it is full.
const LEFT_FREE: u64 = 12 << 20;

pub(super) async fn run(ground: &Ground, tally: &mut Tally) -> Result<(), NotTried> {
    for round in 0..ground.rounds(2) {
        let mounted = Mounted::make(&ground.beside(round)?, "ext4", MEGABYTES)?;
        full(ground, tally, mounted.path()).await?;
    }
    Ok(())
}

async fn full(ground: &Ground, tally: &mut Tally, at: &Path) -> Result<(), NotTried> {
    let data = at.join("books");
    let balloon = Balloon(at.join("balloon"));
    let told = ground.path("told.txt");
    let launch = Launch { tells: Some(told.clone()), ..ground.launch(&data) };
    let mut harness = Harness::open(ground.settings(2), launch).await?;
    balloon.fill(LEFT_FREE)?;
    let target = harness.subject().target.clone();
    let account = harness.subject().house.accounts[1];
    let (said, ()) = harness
        .load(LOAD, async |node, shared| {
            until(node, shared, "no refusal for want of room", |shared| out_of_disk(shared) > 0).await?;
            tally.case("refused when full");
            // The rest as well, so that snapshots and archives have not even a page.
            balloon.fill(0)?;
            let mut client = target.client().await?;
            if let Err(refusal) = &client.balances(&[AccountRef::Id(account)]).await?[0] {
                tally.differ(format!("a read on a full disk is refused: {refusal}"));
            }
            tally.note("read when full");
            tokio::time::sleep(Duration::from_millis(1_200)).await;
            balloon.burst()?;
            let posted = shared.borrow().books.outcomes.posted;
            until(node, shared, "no posting after room was made", |shared| {
                shared.borrow().books.outcomes.posted > posted
            })
            .await?;
            tally.case("resumed with room");
            // Now every page goes while it posts: segments that are ready are used up, archives and snapshots fail.
            balloon.fill(0)?;
            let before = out_of_disk(shared);
            until(node, shared, "no second refusal", |shared| out_of_disk(shared) > before).await?;
            tally.case("refused when full again");
            Ok(node.kill()?)
        })
        .await?;
    let words = fs::read_to_string(&told)?;
    for sign in ["out of disk: what would write", "there is room on the disk again"] {
        if !words.contains(sign) {
            tally.differ(format!("the node's log does not say {sign:?}: {words:?}"));
        }
    }
    for (sign, what) in
        [("snapshot was taken", "a snapshot had no room"), ("archive", "an archive had no room")]
    {
        if words.contains(sign) {
            tally.note(what);
        }
    }
    start_when_full(&mut harness, tally, &told);
    balloon.burst()?;
    let mut round = Round { acknowledged: said.acknowledged, ..Round::default() };
    harness.start_again()?;
    harness.check(&mut round, said).await?;
    tally.checked("a full disk", round);
    balloon.fill(0)?;
    match harness.subject().node.stop(STOP_LIMIT) {
        Ok(()) => tally.case("stopped when full"),
        Err(NodeError::Failed(_)) => tally.case("stopped when full, without a recorded end"),
        Err(error) => tally.differ(format!("stopping on a full disk: {error}")),
    }
    balloon.burst()?;
    let mut round = Round::default();
    harness.start_again()?;
    harness.check(&mut round, longmen_workload::crash::Said::default()).await?;
    tally.checked("a stop on a full disk", round);
    if let Some(words) = harness.stop_and_verify()? {
        tally.differ(format!("the offline audit: {words}"));
    }
    Ok(())
}

/// A start that finds no room is refused, or it serves; it says why and changes nothing that counts.
fn start_when_full(harness: &mut Harness, tally: &mut Tally, told: &Path) {
    match harness.start_again() {
        Ok(()) => tally.case("started when full"),
        Err(NodeError::NotReady { status: Some(status), .. }) if status.code().is_some() => {
            tally.case("start refused when full");
            let words = fs::read_to_string(told).unwrap_or_default().to_lowercase();
            if !words.contains("space") {
                tally.differ(format!("a start on a full disk does not say so: {words:?}"));
            }
        }
        Err(error) => tally.differ(format!("a start on a full disk: {error}")),
    }
    // It is killed where it serves, and has ended where not.
    drop(harness.subject().node.kill());
}

fn out_of_disk(shared: &RefCell<Shared>) -> u64 {
    let shared = shared.borrow();
    shared.books.outcomes.refused().find(|(code, _)| *code == Rejection::OutOfDisk).map_or(0, |(_, n)| n)
}

async fn until(
    node: &mut NodeProcess,
    shared: &RefCell<Shared>,
    what: &str,
    done: impl Fn(&RefCell<Shared>) -> bool,
) -> Result<(), LoadError> {
    let deadline = Instant::now() + LIMIT;
    while !done(shared) {
        if Instant::now() > deadline || node.ended()?.is_some() {
            let ended = node.ended()?;
            node.kill()?;
            return Err(std::io::Error::other(format!("{what}; the node ended: {ended:?}")).into());
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Ok(())
}

/// A file that takes the room.
struct Balloon(PathBuf);

impl Balloon {
    /// Takes all room but `free` bytes.
    fn fill(&self, free: u64) -> std::io::Result<()> {
        let mut file = File::options().create(true).append(true).open(&self.0)?;
        for piece in [256 << 10, 4 << 10] {
            let bytes = vec![1_u8; piece];
            loop {
                let left = rustix::fs::statvfs(&self.0)?;
                if left.f_bavail * left.f_frsize <= free + piece as u64 && free > 0 {
                    break;
                }
                match file.write_all(&bytes) {
                    Ok(()) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => return Err(error),
                }
            }
        }
        file.sync_all()
    }

    fn burst(&self) -> std::io::Result<()> {
        fs::remove_file(&self.0)
    }
}
