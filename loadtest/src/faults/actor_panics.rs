//! A panic planted in each actor and thread of the engine: the process ends, and a restart holds. Only builds with
//! the feature `planted-panics`, which the tests have and the product has not, contain any.

#[cfg(feature = "planted-panics")]
use longmen_server::Launch;
#[cfg(feature = "planted-panics")]
use longmen_workload::crash::{Harness, Load, Round};

use super::NotTried;
#[cfg(feature = "planted-panics")]
use super::base::{Came, load_while_it_lives};
use super::ground::Ground;
use super::tally::Tally;

/// Enough for every thread to have something to do.
#[cfg(feature = "planted-panics")]
const LOAD: Load = Load { batch: 1_024, depth: 2, transactions: Some(122_880) };

#[cfg(not(feature = "planted-panics"))]
pub(super) async fn run(_: &Ground, _: &mut Tally) -> Result<(), NotTried> {
    let why = "this build has no planted panics; build it with --features planted-panics";
    Err(NotTried::Skipped(why.into()))
}

#[cfg(feature = "planted-panics")]
pub(super) async fn run(ground: &Ground, tally: &mut Tally) -> Result<(), NotTried> {
    for (index, place) in longmen_engine::PLANTED.iter().enumerate() {
        for visit in [1, 3] {
            let data = ground.path(&format!("books-{index}-{visit}"));
            let plain = ground.launch(&data);
            let mut harness = Harness::open(ground.settings(1), plain.clone()).await?;
            harness.subject().node.stop(longmen_workload::crash::STOP_LIMIT)?;
            let plant = (longmen_engine::PLANTED_BY.into(), format!("{place}:{visit}").into());
            let told = ground.path("told.txt");
            harness.subject().launch =
                Launch { variables: vec![plant], tells: Some(told.clone()), ..plain.clone() };
            harness.start_again()?;
            let (said, came) = load_while_it_lives(&mut harness, LOAD).await?;
            let ended = came == Came::Died || ends(&mut harness).await?;
            let words = std::fs::read_to_string(&told)?;
            match came {
                Came::Died | Came::Answered if ended && words.contains("planted") => {
                    tally.case(&format!("{place}: the node ended"));
                }
                other => tally.differ(format!("{place}, visit {visit}: {other:?}; it said {words:?}")),
            }
            harness.subject().node.kill()?;
            harness.subject().launch = plain;
            let mut round = Round { acknowledged: said.acknowledged, ..Round::default() };
            harness.start_again()?;
            harness.check(&mut round, said).await?;
            tally.checked(&format!("a panic in {place}"), round);
            if let Some(words) = harness.stop_and_verify()? {
                tally.differ(format!("the offline audit: {words}"));
            }
        }
    }
    Ok(())
}

#[cfg(feature = "planted-panics")]
/// Whether the node ends by itself: a thread in the background may panic as the last answers come, and to print where takes
/// longer than they do.
async fn ends(harness: &mut Harness) -> Result<bool, NotTried> {
    for _ in 0..1_000 {
        if harness.subject().node.ended()?.is_some() {
            return Ok(true);
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    Ok(false)
}
