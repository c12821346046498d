//! Power cuts: a file system in an image is forced down under load and mounted again. What the page cache and the
//! file system's journal had not written by then is gone, names and lengths included. What was written past the page
//! cache has reached the image: a disk's own cache is not part of this.

use std::fs;
use std::time::Duration;

use longmen_server::Launch;
use longmen_workload::crash::{Harness, Load, Round};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use super::NotTried;
use super::ground::{Ground, need_program};
use super::mount::Mounted;
use super::tally::Tally;

/// Each takes its share of the cuts.
const KINDS: [&str; 2] = ["ext4", "xfs"];
/// How frames reach the file: past the page cache, through it, through a map.
const WRITE_PATHS: [&str; 3] = ["direct", "pwritev", "map"];
/// Room for the segments of one directory.
const MEGABYTES: u64 = 768;
/// Cuts until a directory is begun anew.
const CUTS_OF_A_DIRECTORY: u32 = 25;
/// The longest time under load.
const LONGEST_MS: u64 = 40;
const BATCHES: [usize; 3] = [1, 32, 512];

pub(super) async fn run(ground: &Ground, tally: &mut Tally) -> Result<(), NotTried> {
    need_program("xfs_io", "-V")?;
    let rounds = ground.rounds(24);
    let share = rounds.div_ceil(2);
    for (kind, cuts) in KINDS.into_iter().zip([share, rounds - share]) {
        if cuts == 0 {
            continue;
        }
        match Mounted::make(ground, kind, MEGABYTES) {
            Ok(mounted) => cut_often(ground, tally, &mounted, kind, cuts).await?,
            Err(NotTried::Skipped(why)) if kind == "xfs" => tally.note(&format!("no xfs: {why}")),
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

async fn cut_often(
    ground: &Ground,
    tally: &mut Tally,
    mounted: &Mounted,
    kind: &str,
    cuts: u32,
) -> Result<(), NotTried> {
    let mut rng = SmallRng::seed_from_u64(ground.seed);
    let data = mounted.path().join("books");
    let mut done = 0;
    for write_path in WRITE_PATHS.into_iter().cycle() {
        if done == cuts {
            break;
        }
        let launch = Launch { write_path: Some(write_path), ..ground.launch(&data) };
        let mut harness = Harness::open(ground.settings(2), launch).await?;
        for _ in 0..CUTS_OF_A_DIRECTORY.min((cuts - done).min(cuts.div_ceil(3))) {
            done += 1;
            let round = cut(&mut harness, mounted, &mut rng).await?;
            tally.case(&format!("{kind}, {write_path}"));
            tally.note_many("unanswered and there", round.unanswered_there);
            tally.checked(&format!("{kind}, {write_path}, cut {done}"), round);
        }
        if let Some(words) = harness.stop_and_verify()? {
            tally.differ(format!("{kind}, {write_path}: the offline audit: {words}"));
        }
        fs::remove_dir_all(&data)?;
    }
    Ok(())
}

async fn cut(harness: &mut Harness, mounted: &Mounted, rng: &mut SmallRng) -> Result<Round, NotTried> {
    let batch = BATCHES[rng.random_range(0..BATCHES.len())];
    let delay = Duration::from_millis(rng.random_range(1..LONGEST_MS));
    let load = Load { batch, depth: 4, transactions: None };
    let (said, ()) = harness
        .load(load, async |node, _| {
            tokio::time::sleep(delay).await;
            // Answers that are given until the machine is dark are read from the sockets afterwards.
            mounted.force_down()?;
            Ok(node.kill()?)
        })
        .await?;
    mounted.again()?;
    let mut round = Round { acknowledged: said.acknowledged, ..Round::default() };
    harness.start_again()?;
    harness.check(&mut round, said).await?;
    Ok(round)
}
