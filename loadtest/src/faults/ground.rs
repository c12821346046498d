//! Where a fault is tried: its own directory, and how nodes are started in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use longmen_server::Launch;
use longmen_workload::LoadError;
use longmen_workload::crash::CrashSettings;

use super::{FaultSettings, NotTried};

/// A file system in memory, for what hangs on the bytes of files and not on a disk.
const IN_MEMORY: &str = "/dev/shm";
/// The smallest segment, so that making one is short.
const SEGMENT: u64 = 4 << 20;

/// What a fault has to itself.
pub(super) struct Ground {
    directory: tempfile::TempDir,
    launch: Launch,
    pub(super) seed: u64,
    rounds: Option<u32>,
}

impl Ground {
    pub(super) fn new(settings: &FaultSettings, fault: &str) -> Result<Ground, LoadError> {
        let directory =
            tempfile::Builder::new().prefix(&format!("{fault}-")).tempdir_in(&settings.scratch)?;
        let FaultSettings { launch, seed, rounds, .. } = settings.clone();
        Ok(Ground { directory, launch, seed, rounds })
    }

    /// A path in its directory.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A place of its own below this one.
    pub(super) fn beside(&self, number: u32) -> Result<Ground, LoadError> {
        let directory =
            tempfile::Builder::new().prefix(&number.to_string()).tempdir_in(self.directory.path())?;
        Ok(Ground { directory, launch: self.launch.clone(), ..*self })
    }

    /// How often the fault is brought about.
    pub(super) fn rounds(&self, usual: u32) -> u32 {
        self.rounds.unwrap_or(usual)
    }

    /// A directory in memory, where there is one.
    pub(super) fn in_memory(&self) -> Result<tempfile::TempDir, LoadError> {
        let place = if Path::new(IN_MEMORY).is_dir() { Path::new(IN_MEMORY) } else { self.directory.path() };
        Ok(tempfile::tempdir_in(place)?)
    }

    /// A node on `data`, with small segments, frequent snapshots and small archives of ids.
    pub(super) fn launch(&self, data: &Path) -> Launch {
        Launch {
            data: data.to_owned(),
            shards: Some(2),
            segment_bytes: Some(SEGMENT),
            snapshot_bytes: Some(256 << 10),
            known_ids: Some(1_000),
            tells: Some(self.path("told.txt")),
            ..self.launch.clone()
        }
    }

    /// A small house under one or a few connections.
    pub(super) fn settings(&self, connections: u32) -> CrashSettings {
        CrashSettings {
            seed: self.seed,
            connections,
            accounts: 60,
            close_days: false,
            ..CrashSettings::default()
        }
    }
}

/// Skips the fault where this program cannot be run.
pub(super) fn need_program(program: &str, argument: &str) -> Result<(), NotTried> {
    let run = Command::new(program)
        .arg(argument)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match run {
        Ok(_) => Ok(()),
        Err(error) => Err(NotTried::Skipped(format!("{program} cannot be run: {error}"))),
    }
}

/// Skips the fault for those who are not root.
pub(super) fn need_root(what: &str) -> Result<(), NotTried> {
    match rustix::process::geteuid().is_root() {
        true => Ok(()),
        false => Err(NotTried::Skipped(format!("{what} needs root"))),
    }
}
