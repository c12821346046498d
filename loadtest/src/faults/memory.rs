//! A node in a memory cgroup that the load outgrows: at most it is killed, and then it recovers.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use longmen_workload::crash::{Harness, Load, Round};

use super::NotTried;
use super::ground::Ground;
use super::tally::Tally;

const LOAD: Load = Load { batch: 2_048, depth: 32, transactions: None };
const WORK: Duration = Duration::from_secs(4);
/// Room beyond what the node has when it is put in.
const ROOM: [u64; 3] = [8 << 20, 24 << 20, 64 << 20];

pub(super) async fn run(ground: &Ground, tally: &mut Tally) -> Result<(), NotTried> {
    let data = ground.path("books");
    let mut harness = Harness::open(ground.settings(2), ground.launch(&data)).await?;
    let rooms = ROOM.into_iter().cycle().take(ground.rounds(3) as usize);
    for room in rooms {
        let group = Group::make(room).map_err(|why| NotTried::Skipped(format!("no memory cgroup: {why}")))?;
        group.take(harness.subject().node.id())?;
        let (said, died) = harness
            .load(LOAD, async |node, _| {
                let end = Instant::now() + WORK;
                while Instant::now() < end && node.ended()?.is_none() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                let died = node.ended()?.is_some();
                node.kill()?;
                Ok(died)
            })
            .await?;
        drop(group);
        let outcome = if died { "killed for want of memory" } else { "worked on until it was killed" };
        tally.case(&format!("{} MB: {outcome}", room >> 20));
        let mut round = Round { acknowledged: said.acknowledged, ..Round::default() };
        harness.start_again()?;
        harness.check(&mut round, said).await?;
        tally.checked("out of memory", round);
    }
    if let Some(words) = harness.stop_and_verify()? {
        tally.differ(format!("the offline audit: {words}"));
    }
    Ok(())
}

/// A memory cgroup of its own; it goes when this is dropped.
struct Group {
    path: PathBuf,
}

impl Group {
    fn make(bytes: u64) -> io::Result<Group> {
        let (root, limit) = match Path::new("/sys/fs/cgroup/memory/memory.limit_in_bytes").exists() {
            true => ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
            false => ("/sys/fs/cgroup", "memory.max"),
        };
        let path = Path::new(root).join(format!("longmen-faults-{}", std::process::id()));
        fs::create_dir(&path)?;
        let group = Group { path };
        fs::write(group.path.join(limit), bytes.to_string())?;
        Ok(group)
    }

    /// Takes a process in. What it has already is not counted where memory is counted by page, only what it takes on.
    fn take(&self, process: u32) -> io::Result<()> {
        fs::write(self.path.join("cgroup.procs"), process.to_string())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // The process in it has been killed; the system may take a moment to notice.
        for _ in 0..100 {
            if fs::remove_dir(&self.path).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
