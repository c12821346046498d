//! A disk on which every sync takes long, and clients that send more than may be under way: they are told busy, and
//! the node's memory stays bounded.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use longmen_engine::ledger::Rejection;
use longmen_server::Launch;
use longmen_workload::crash::{Harness, Load, Round};
use longmen_workload::driver::Shared;

use super::NotTried;
use super::ground::{Ground, need_program};
use super::strace::under;
use super::tally::Tally;
use crate::process::Process;

/// Twice what one connection may have under way.
const LOAD: Load = Load { batch: 2_048, depth: 128, transactions: None };
const WORK: Duration = Duration::from_secs(3);
/// A connection may have more under way the more answers it has read, so it takes a while until it sends too much.
const BUSY_WITHIN: Duration = Duration::from_secs(30);
const DELAY_US: u32 = 50_000;
/// What a node with this load may take: requests of one session, their answers, the books, and frames that serve again.
const MOST_MEGABYTES: u64 = 768;

pub(super) async fn run(ground: &Ground, tally: &mut Tally) -> Result<(), NotTried> {
    need_program("strace", "-V")?;
    for number in 0..ground.rounds(1) {
        let data = ground.path(&format!("books-{number}"));
        let plain = ground.launch(&data);
        let delay = format!("delay_enter={DELAY_US}");
        let slow = Launch {
            under: under("fdatasync", &delay, &ground.path("strace.txt")),
            segment_bytes: Some(32 << 20),
            ..plain.clone()
        };
        let mut harness = Harness::open(ground.settings(1), slow).await?;
        let (said, most) = harness
            .load(LOAD, async |node, shared| {
                let began = Instant::now();
                let mut most = 0;
                while began.elapsed() < WORK || busy(shared) == 0 && began.elapsed() < BUSY_WITHIN {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    most = (Process(node.id()).resident()? >> 20).max(most);
                }
                let busy = busy(shared);
                node.kill()?;
                Ok((most, busy))
            })
            .await?;
        let (megabytes, busy) = most;
        tally.case("killed under load");
        tally.note_many("told busy", busy);
        tally.note(&format!("{megabytes} MB resident at most"));
        if busy == 0 {
            tally.differ("nobody was told busy on a slow disk".into());
        }
        if megabytes > MOST_MEGABYTES {
            tally
                .differ(format!("{megabytes} MB resident on a slow disk, the limits allow {MOST_MEGABYTES}"));
        }
        let mut round = Round { acknowledged: said.acknowledged, ..Round::default() };
        harness.subject().launch = plain;
        harness.start_again()?;
        harness.check(&mut round, said).await?;
        tally.checked("a slow disk", round);
        if let Some(words) = harness.stop_and_verify()? {
            tally.differ(format!("the offline audit: {words}"));
        }
    }
    Ok(())
}

fn busy(shared: &RefCell<Shared>) -> u64 {
    let shared = shared.borrow();
    shared.books.outcomes.refused().find(|(code, _)| *code == Rejection::Busy).map_or(0, |(_, count)| count)
}
