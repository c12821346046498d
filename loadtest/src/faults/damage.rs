//! Damaged files: the real program starts on each damaged copy. It recovers fully, or cuts what lies above the
//! durable mark and says so, or it refuses, names the place, and changes nothing.

mod wound;

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use longmen_server::{Launch, NodeError};
use longmen_workload::LoadError;
use longmen_workload::crash::{Load, Round, Said};
use rand::SeedableRng;
use rand::rngs::SmallRng;

use super::NotTried;
use super::base::{Base, Ended};
use super::ground::Ground;
use super::tally::Tally;

use wound::Wound;

/// A few frames, which all lie in one segment and no snapshot covers.
const FEW: Load = Load { batch: 6, depth: 1, transactions: Some(60) };
/// Several segments, snapshots and archives of ids.
const MANY: Load = Load { batch: 1_024, depth: 2, transactions: Some(8_192) };
/// What a node says of a cut before and after the number of its first frame.
const CUT: (&str, &str) = ("a torn tail cut off, frames ", " to ");
/// What it says of an archive that it puts out of its own way.
const SET_ASIDE: &str = " is now damaged-ids-";

pub(super) async fn run(ground: &Ground, tally: &mut Tally) -> Result<(), NotTried> {
    let memory = ground.in_memory()?;
    let rounds = ground.rounds(100);
    let mut rng = SmallRng::seed_from_u64(ground.seed);
    let foreign = make(ground, memory.path(), "foreign", FEW, Ended::Stopped).await?;
    for (name, ended, load) in [
        ("stopped", Ended::Stopped, FEW),
        ("killed at rest", Ended::KilledAtRest, FEW),
        ("killed at work", Ended::KilledAtWork, FEW),
        ("large, stopped", Ended::Stopped, MANY),
        ("large, killed", Ended::KilledAtRest, MANY),
    ] {
        let base = make(ground, memory.path(), name, load, ended).await?;
        let wounds = wound::list(&base.data, &foreign.data, rounds, &mut rng)?;
        let mut ward = Ward { ground, tally, base, name, data: memory.path().join("copy") };
        for wound in wounds {
            ward.treat(&wound).await?;
        }
        fs::remove_dir_all(&ward.base.data)?;
    }
    Ok(())
}

async fn make(ground: &Ground, at: &Path, name: &str, load: Load, ended: Ended) -> Result<Base, LoadError> {
    let mut launch = ground.launch(&at.join(name));
    if load.batch == FEW.batch {
        launch.snapshot_bytes = None;
    }
    Base::make(ground, launch, load, ended).await
}

/// One base, and what is done to copies of it.
struct Ward<'a> {
    ground: &'a Ground,
    tally: &'a mut Tally,
    base: Base,
    name: &'static str,
    data: PathBuf,
}

impl Ward<'_> {
    async fn treat(&mut self, wound: &Wound) -> Result<(), NotTried> {
        self.base.copy_to(&self.data)?;
        wound.inflict(&self.data)?;
        let what = format!("{}: {wound}", self.name);
        let before = sums(&self.data)?;
        let told = self.ground.path("told.txt");
        let launch = Launch { tells: Some(told.clone()), ..self.ground.launch(&self.data) };
        match launch.start() {
            Ok(node) => {
                let words = fs::read_to_string(&told)?;
                let mut harness = self.base.harness(launch, node);
                let mut round = Round { acknowledged: self.base.acknowledged(), ..Round::default() };
                let checked = match cut_of(&words) {
                    None => harness.check(&mut round, Said::default()).await,
                    Some(cut) => harness
                        .check_below(cut)
                        .await
                        .map(|findings| round.differences.extend(findings.differences)),
                };
                harness.subject().node.kill()?;
                let words = fs::read_to_string(&told)?;
                if checked.is_err() && words.contains(SET_ASIDE) {
                    return self.once_more(wound, &what).await;
                }
                if let Err(error) = checked {
                    round.differences.push(format!("{error}; it said {words:?}"));
                }
                let came =
                    if cut_of(&words).is_some() { "cut above the mark, and said so" } else { "recovered" };
                self.tally.case(&format!("{}: {came}", wound.kind()));
                self.tally.checked(&what, round);
            }
            Err(NodeError::NotReady { status: Some(status), .. }) => {
                let words = fs::read_to_string(&told)?;
                if words.contains(SET_ASIDE) {
                    return self.once_more(wound, &what).await;
                }
                self.tally.case(&format!("{}: refused", wound.kind()));
                if status.code().is_none_or(|code| code == 0) || !names_a_place(&words) {
                    self.tally.differ(format!("{what}: ended with {status} and said {words:?}"));
                }
                if sums(&self.data)? != before {
                    self.tally.differ(format!("{what}: the refusal changed the directory"));
                }
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// A page of an archive of ids is read when an id is looked up in it. Damage then ends the node, which names it and
    /// puts the archive aside; started once more, the node has made it anew.
    async fn once_more(&mut self, wound: &Wound, what: &str) -> Result<(), NotTried> {
        self.tally.case(&format!("{}: set aside when it was read, then recovered", wound.kind()));
        let launch = self.ground.launch(&self.data);
        let mut harness = self.base.harness(launch.clone(), launch.start()?);
        let mut round = Round { acknowledged: self.base.acknowledged(), ..Round::default() };
        harness.check(&mut round, Said::default()).await?;
        self.tally.checked(what, round);
        Ok(harness.subject().node.kill()?)
    }
}

/// The first frame that recovery says it cut off.
fn cut_of(words: &str) -> Option<u64> {
    let (_, rest) = words.split_once(CUT.0)?;
    rest.split_once(CUT.1)?.0.parse().ok()
}

fn names_a_place(words: &str) -> bool {
    words.contains("refusing to start")
        && ["segment-", "MANIFEST", "ids-", "snapshot-"].iter().any(|file| words.contains(file))
}

/// Length and hash of every file of a directory but the lock.
fn sums(data: &Path) -> io::Result<BTreeMap<String, (u64, u64)>> {
    let mut sums = BTreeMap::new();
    for entry in fs::read_dir(data)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name != "LOCK" {
            let bytes = fs::read(entry.path())?;
            let mut hasher = DefaultHasher::new();
            hasher.write(&bytes);
            sums.insert(name, (bytes.len() as u64, hasher.finish()));
        }
    }
    Ok(sums)
}
