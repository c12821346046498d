//! A second node on a directory in use, while the first works and while it is stopped by a signal.

use std::fs;

use longmen_server::{Launch, NodeError};
use longmen_workload::crash::{Harness, Load, Round};
use rustix::process::{Pid, Signal, kill_process};

use super::NotTried;
use super::ground::Ground;
use super::tally::Tally;

const RIGHT_WORDS: &str = "in use by another process";
const LOAD: Load = Load { batch: 16, depth: 2, transactions: Some(320) };

pub(super) async fn run(ground: &Ground, tally: &mut Tally) -> Result<(), NotTried> {
    let data = ground.path("books");
    let tells = ground.path("second.txt");
    let second = Launch { tells: Some(tells.clone()), ..ground.launch(&data) };
    let mut harness = Harness::open(ground.settings(1), ground.launch(&data)).await?;
    for round in 0..ground.rounds(4) {
        let frozen = round % 2 == 1;
        let first = Pid::from_raw(harness.subject().node.id().cast_signed()).expect("a process has an id");
        if frozen {
            kill_process(first, Signal::STOP).map_err(std::io::Error::from)?;
        }
        let tried = second.start();
        if frozen {
            kill_process(first, Signal::CONT).map_err(std::io::Error::from)?;
        }
        let words = fs::read_to_string(&tells)?;
        match tried {
            Ok(_) => tally.differ("a second node serves the same directory".into()),
            Err(NodeError::NotReady { status: Some(status), .. }) if status.code().is_some() => {
                tally.case("refused");
            }
            Err(other) => tally.differ(format!("a second node: {other}")),
        }
        if !words.contains(RIGHT_WORDS) || !words.contains(&data.display().to_string()) {
            tally.differ(format!("the second node does not say what keeps it out: {words:?}"));
        }
        let wanted = super::base::answers_wanted(&mut harness, LOAD);
        let (said, _) =
            harness.load(LOAD, async |node, shared| super::base::wait(node, shared, wanted).await).await?;
        harness.subject().node.kill()?;
        harness.start_again()?;
        let mut checked = Round { acknowledged: said.acknowledged, ..Round::default() };
        harness.check(&mut checked, said).await?;
        tally.checked("after a second node", checked);
    }
    if let Some(words) = harness.stop_and_verify()? {
        tally.differ(format!("the offline audit: {words}"));
    }
    Ok(())
}
