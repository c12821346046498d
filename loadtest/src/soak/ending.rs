//! The end of a run: the node stops, its directory is audited, and what there is is summed up.

use std::time::{Duration, Instant};

use longmen_terminal::{Progress, grouped};
use longmen_wal::DirectoryStorage;
use longmen_workload::LoadError;

use super::report::{Audited, SoakReport};
use super::run::{Run, differ_if};

/// How long the node may take to stop.
const STOP_LIMIT: Duration = Duration::from_secs(300);

impl Run {
    /// Stops the node in order, audits its directory, and sums up. After something that did not hold the node is killed,
    /// so that its directory stays as it was then.
    pub(super) async fn end(mut self, lived: Result<(), LoadError>) -> Result<SoakReport, LoadError> {
        let over = Instant::now();
        differ_if(&mut self.findings, lived.err());
        let stopped = match self.findings.held() {
            true => self.node.stop(STOP_LIMIT).map_err(LoadError::from),
            false => self.node.kill().map_err(LoadError::from),
        };
        differ_if(&mut self.findings, stopped.err());
        self.watch.node_is(0);
        self.mix.join().await?;
        self.busy.join().await?;
        let audited = self.audit();
        let sights = self.watch.stop()?;
        Ok(SoakReport::new(&mut self, over, &sights, audited))
    }

    /// Reads the whole directory offline, and holds its counts against the answers.
    fn audit(&mut self) -> Option<Audited> {
        let start = Instant::now();
        let progress = Progress::counting("verify");
        let storage = DirectoryStorage::open_read_only(&self.launch.data);
        let verified = match &storage {
            Ok(storage) => longmen_engine::audit::verify(storage, &mut |counts| {
                if counts.frames % 1_024 == 0 {
                    progress.at(counts.frames, format!("{} transactions", grouped(counts.posted)));
                }
            })
            .map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        progress.finish();
        let verified = match verified {
            Ok(verified) => verified,
            Err(words) => {
                self.findings.add(format!("the offline audit: {words}"));
                return None;
            }
        };
        let audited = Audited::new(&verified, start.elapsed());
        let posted = self.mix.books.outcomes.posted + self.busy.books.outcomes.posted;
        if self.findings.held() && audited.posted != posted {
            let found = audited.posted;
            self.findings
                .add(format!("the log has {found} posted transactions, its answers come to {posted}"));
        }
        Some(audited)
    }
}
