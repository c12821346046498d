//! What others come to with the same work, in the same run.

use std::path::PathBuf;
use std::time::Duration;

use longmen_terminal::grouped;
use longmen_workload::measure::float;

use super::BenchSettings;
use super::figure::Figure;
use super::result::RowResult;
use super::rows::{ACCOUNTS, BATCH};
use super::sheet::{Column, Sheet, SheetRow, Unit};
use crate::peer::postgres::{Load, PeerError, PostgresReport, PostgresSettings, is_installed, measure};

/// A ledger that can be measured beside our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Peer {
    /// PostgreSQL of Debian's package, with a double-entry schema and functions
    Postgres,
}

const SECONDS: u32 = 30;
const WARM_UP: Duration = Duration::from_secs(1);
const COLUMNS: [Column; 5] = [
    Column { key: "rate", head: "transactions", unit: Unit::Rate },
    Column { key: "p50_us", head: "p50", unit: Unit::Latency },
    Column { key: "p99_us", head: "p99", unit: Unit::Latency },
    Column { key: "ours", head: "ours", unit: Unit::Rate },
    Column { key: "ratio", head: "ours / theirs", unit: Unit::Times },
];
/// What the measured work of both has in it, and what not.
const COMPARED: [&str; 2] = [
    "in the measured work of both: idempotency by id, existence and funds checked, two entries with the balance after \
     each, durable before the answer",
    "only in PostgreSQL's: rows that SQL can query. Only in ours: states and limits checked, a general ledger in step, \
     records chained for statements, sums and digests of every frame, a socket over TCP instead of a Unix socket",
];

impl Peer {
    /// Its name, as on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Peer::Postgres => "postgres",
        }
    }

    /// Whether it can be measured here.
    ///
    /// # Errors
    /// [`PeerError::NotInstalled`], which says how to install it.
    pub fn check(self) -> Result<(), PeerError> {
        match self {
            Peer::Postgres if is_installed() => Ok(()),
            Peer::Postgres => Err(PeerError::NotInstalled),
        }
    }

    /// Measures it with the loads of the benchmark's rows, and holds it against those of `rows` that ran.
    ///
    /// # Errors
    /// [`PeerError`], when it cannot be carried out.
    pub async fn measure(self, settings: &BenchSettings, rows: &[RowResult]) -> Result<Sheet, PeerError> {
        let data: Option<PathBuf> = settings.data.clone();
        let time = settings.time(SECONDS);
        let accounts = usize::try_from(settings.sized(ACCOUNTS, 100)).expect("a population in memory");
        let warm_up = WARM_UP.min(time);
        let report = match self {
            Peer::Postgres => {
                Box::pin(measure(&PostgresSettings { accounts, time, warm_up, batch: BATCH, data })).await?
            }
        };
        Ok(self.sheet(&report, rows))
    }

    fn sheet(self, report: &PostgresReport, rows: &[RowResult]) -> Sheet {
        let accounts = grouped(u64::try_from(report.accounts).unwrap_or(u64::MAX));
        let title = format!("{}, {accounts} accounts, closed loop, every commit synced", report.version);
        let mut sheet = Sheet::new(self.name(), title, &COLUMNS);
        sheet.subject = "load";
        sheet.rows = report.loads.iter().map(|load| row(load, report.held, rows)).collect();
        sheet.notes = COMPARED.map(str::to_owned).to_vec();
        sheet.accounts_compared = report.accounts_compared;
        sheet.differences.clone_from(&report.differences);
        sheet
    }
}

fn row(load: &Load, held: bool, rows: &[RowResult]) -> SheetRow {
    let (label, same) = match (load.connections, load.batch) {
        (1, 1) => ("singles, 1 connection".to_owned(), "single"),
        (connections, 1) => (format!("singles, {connections} connections"), "singles-64"),
        (connections, batch) => {
            (format!("batches of {}, {connections} connections", grouped(batch as u64)), "transfers-10k")
        }
    };
    let ran = rows.iter().find(|result| result.row.name == same);
    let ours = ran.and_then(|result| result.shown.figures.get(&Figure::Rate).copied());
    let measured = &load.measured;
    // A batch may take longer than a short stretch lasts: nothing was measured then, which is no rate of 0.
    let theirs = (measured.transactions > 0).then_some(measured.transactions_per_second);
    let latency = |us: u64| (measured.requests > 0).then(|| float(us));
    let ratio = theirs.zip(ours).map(|(theirs, ours)| ours / theirs);
    let cells = vec![theirs, latency(measured.p50_us), latency(measured.p99_us), ours, ratio];
    SheetRow { label, at: None, cells, held: Some(held) }
}
