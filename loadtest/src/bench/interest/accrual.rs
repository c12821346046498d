//! A run of interest as a process of its own, beside the node.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use longmen_client::{Client, ClientOptions};
use longmen_day_end::give_way;
use longmen_day_end::interest::{Settings, accrue, post_dues};
use longmen_engine::ledger::Date;
use longmen_reconciliation_store::Store;
use rustix::thread::{CpuSet, sched_setaffinity};

use crate::ACCRUE;
use crate::process::Process;

/// How often the process is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// What the hidden subcommand takes, which does as `longmen interest accrue` does.
#[derive(clap::Args)]
pub struct AccrueArgs {
    #[arg(long)]
    addr: String,
    #[arg(long)]
    entity: String,
    #[arg(long)]
    desk: PathBuf,
    #[arg(long)]
    interest: PathBuf,
}

impl AccrueArgs {
    /// Accrues, and posts; whether all was posted.
    ///
    /// # Errors
    /// Whatever goes wrong.
    pub async fn run(&self) -> Result<bool, Box<dyn Error>> {
        // Who started it may have bound itself to a core; this runs where there is room.
        sched_setaffinity(None, &every_core())?;
        give_way()?;
        let settings = Settings::parse(&std::fs::read_to_string(&self.interest)?)?;
        let mut client =
            Client::connect_with(&ClientOptions::new(self.addr.clone(), "interest".to_owned())).await?;
        let entities = client.status().await?.entities;
        let found = entities.iter().find(|(code, _)| **code == *self.entity);
        let date = found.and_then(|(_, date)| Date::parse(date)).ok_or("the node has no such entity")?;
        let mut store = Store::open(&self.desk, Duration::ZERO)?;
        accrue(&mut client, &mut store, &settings, &self.entity, date, &mut |_| ()).await?;
        let done = post_dues(&mut client, &mut store, &self.entity, &mut |_| ()).await?;
        Ok(done.refused.is_empty())
    }
}

fn every_core() -> CpuSet {
    let mut cores = CpuSet::new();
    (0..CpuSet::MAX_CPU).for_each(|core| cores.set(core));
    cores
}

/// Where a run is to go on: of which node, and with what.
pub(super) struct Desk<'a> {
    pub(super) executable: Option<&'a Path>,
    pub(super) address: &'a str,
    pub(super) entity: &'a str,
    pub(super) directory: &'a Path,
    pub(super) settings: &'a Path,
}

/// A run that goes on.
pub(super) struct Accruing {
    child: Child,
    started: Instant,
    peak: u64,
    processor: f64,
}

/// What a run came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ran {
    pub(super) time: Duration,
    /// Bytes of memory that were resident, at most.
    pub(super) peak: u64,
    /// Seconds of processor time, about.
    pub(super) processor: f64,
}

impl Desk<'_> {
    pub(super) fn start(&self) -> io::Result<Accruing> {
        let executable = match self.executable {
            Some(path) => path.to_owned(),
            None => std::env::current_exe()?,
        };
        let started = Instant::now();
        let child = Command::new(executable)
            .args([ACCRUE, "--addr", self.address, "--entity", self.entity])
            .arg("--desk")
            .arg(self.directory)
            .arg("--interest")
            .arg(self.settings)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        Ok(Accruing { child, started, peak: 0, processor: 0.0 })
    }
}

impl Accruing {
    /// Waits for its end.
    pub(super) async fn ended(mut self) -> Result<Ran, Box<dyn Error>> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                let time = self.started.elapsed();
                return match status.success() {
                    true => Ok(Ran { time, peak: self.peak, processor: self.processor }),
                    false => Err(format!("the run of interest ended with {status}").into()),
                };
            }
            // It may end while it is looked at.
            let process = Process(self.child.id());
            if let (Ok(look), Ok(processor)) = (process.look(), process.processor_seconds()) {
                let most = look.status().ok().and_then(|status| status.vmhwm);
                self.peak = most.map_or(self.peak, |most| most * 1_024);
                self.processor = processor;
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}
