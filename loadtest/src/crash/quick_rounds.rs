//! Kills in volume: rounds as short as a start allows, over small books that are begun anew before they grow.

use std::fs;
use std::path::{Path, PathBuf};

use longmen_server::Launch;
use longmen_workload::LoadError;
use longmen_workload::crash::{CrashSettings, Harness, Round};

/// Rounds until the books are audited offline and begun anew.
const ROUNDS_OF_BOOKS: u32 = 50;
/// What lies in the directory while something is being made, and what that is.
const DRAFTS: [(&str, &str); 4] = [
    ("SEGMENT.new", "the draft of a segment"),
    ("MANIFEST.new", "the draft of a manifest"),
    ("snapshot.new", "the draft of a snapshot"),
    ("ids.new", "the draft of an archive of ids"),
];

/// Many short rounds.
pub struct QuickRounds {
    settings: CrashSettings,
    launch: Launch,
    directory: PathBuf,
    harness: Option<Harness>,
    done: u32,
    damage: Vec<String>,
}

impl QuickRounds {
    /// Short rounds over small books.
    #[must_use]
    pub fn settings() -> CrashSettings {
        CrashSettings {
            connections: 2,
            accounts: 60,
            longest: std::time::Duration::from_millis(60),
            ..CrashSettings::default()
        }
    }

    /// Rounds by `settings`; the books are made below `launch.data`.
    #[must_use]
    pub fn new(settings: CrashSettings, launch: Launch) -> QuickRounds {
        let directory = launch.data.clone();
        QuickRounds { settings, launch, directory, harness: None, done: 0, damage: Vec::new() }
    }

    /// One more round, and the drafts that lay in the directory after the kill; `None` when all are done.
    ///
    /// # Errors
    /// As [`Harness::round`].
    pub async fn next(&mut self) -> Result<Option<(Round, Vec<&'static str>)>, LoadError> {
        if self.done.is_multiple_of(ROUNDS_OF_BOOKS) || self.done == self.settings.rounds {
            self.audit()?;
        }
        if self.done == self.settings.rounds {
            return Ok(None);
        }
        let mut harness = match self.harness.take() {
            Some(harness) => harness,
            None => self.begin().await?,
        };
        self.done += 1;
        let mut drafts = Vec::new();
        let mut round = harness.round_with(|data| drafts = drafts_in(data)).await?;
        round.round = self.done;
        self.harness = Some(harness);
        Ok(Some((round, drafts)))
    }

    /// What offline audits found, in words.
    #[must_use]
    pub fn damage(&self) -> &[String] {
        &self.damage
    }

    async fn begin(&self) -> Result<Harness, LoadError> {
        let data = self.directory.join(format!("books-{}", self.done));
        let settings = CrashSettings {
            seed: self.settings.seed.wrapping_add(u64::from(self.done)),
            ..self.settings.clone()
        };
        Harness::start(settings, Launch { data, ..self.launch.clone() }).await
    }

    /// Ends the books that there are; those in which nothing is wrong go.
    fn audit(&mut self) -> Result<(), LoadError> {
        let Some(mut harness) = self.harness.take() else { return Ok(()) };
        let data = harness.subject().launch.data.clone();
        match harness.stop_and_verify()? {
            None => fs::remove_dir_all(data)?,
            Some(words) => self.damage.push(format!("{}: {words}", data.display())),
        }
        Ok(())
    }
}

fn drafts_in(data: &Path) -> Vec<&'static str> {
    DRAFTS.into_iter().filter(|(file, _)| data.join(file).exists()).map(|(_, what)| what).collect()
}
