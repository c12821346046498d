//! A clock that is set back and ahead under a node that works, and between its runs.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use longmen_server::Launch;
use longmen_workload::crash::{Harness, Load, Round};

use super::NotTried;
use super::ground::Ground;
use super::tally::Tally;

const LOAD: Load = Load { batch: 16, depth: 4, transactions: None };
/// Steps of the clock while the node works, which then goes on without it, and between its runs. A client's own time may be
/// an hour ahead of the node's and three days behind; so far a start takes the clock to be from the newest frame.
const STEPS: [&str; 8] = ["+0", "-50m", "+40m", "-20m", "+2d", "+30m", "-20h", "+0"];
const STEP: Duration = Duration::from_millis(120);

pub(super) async fn run(ground: &Ground, tally: &mut Tally) -> Result<(), NotTried> {
    let library = library()
        .ok_or_else(|| NotTried::Skipped("libfaketime is not installed (Debian: faketime)".into()))?;
    for number in 0..ground.rounds(1) {
        let data = ground.path(&format!("books-{number}"));
        let offset = ground.path("offset");
        fs::write(&offset, STEPS[0])?;
        let launch = Launch { variables: variables(&library, &offset), ..ground.launch(&data) };
        let mut harness = Harness::open(ground.settings(2), launch).await?;
        for (from, to) in STEPS.into_iter().zip(STEPS.into_iter().cycle().skip(1)) {
            let (said, ()) = harness
                .load(LOAD, async |node, _| {
                    tokio::time::sleep(STEP).await;
                    set(&offset, to)?;
                    tokio::time::sleep(STEP).await;
                    Ok(node.kill()?)
                })
                .await?;
            tally.case(&format!("{from} to {to}"));
            let mut round = Round { acknowledged: said.acknowledged, ..Round::default() };
            harness.start_again()?;
            harness.check(&mut round, said).await?;
            tally.checked(&format!("the clock from {from} to {to}"), round);
        }
        if let Some(words) = harness.stop_and_verify()? {
            tally.differ(format!("the offline audit: {words}"));
        }
    }
    Ok(())
}

/// The monotonic clock stays what it is: nobody sets that.
fn variables(library: &Path, offset: &Path) -> Vec<(OsString, OsString)> {
    vec![
        ("LD_PRELOAD".into(), library.into()),
        ("FAKETIME_TIMESTAMP_FILE".into(), offset.into()),
        ("FAKETIME_NO_CACHE".into(), "1".into()),
        ("FAKETIME_DONT_FAKE_MONOTONIC".into(), "1".into()),
    ]
}

/// Whoever reads the file sees the old offset or the new one.
fn set(offset: &Path, to: &str) -> std::io::Result<()> {
    let aside = offset.with_extension("new");
    fs::write(&aside, to)?;
    fs::rename(&aside, offset)
}

fn library() -> Option<PathBuf> {
    let places = fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
    places
        .chain(["/usr/lib".into(), "/usr/local/lib".into()])
        .map(|place| place.join("faketime/libfaketimeMT.so.1"))
        .find(|path| path.exists())
}
