//! How cost and speed go with a size: accounts, connections, known ids, what there is to recover, shards.

mod accounts;
pub mod command;
mod connections;
mod ids;
mod recovery;
mod shards;

use longmen_workload::LoadError;

use super::BenchSettings;
use super::sheet::{Column, Sheet, Unit};
use crate::report::chart::{Axis, Chart, Line, Scale};

/// A table by size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ScaleTable {
    /// Transfers in batches over 1,000 to 10,000,000 accounts
    Accounts,
    /// Single transactions over 1 to 1,000 connections, closed loop
    Connections,
    /// Transfers in batches after none to 100,000,000 transaction ids that are known
    Ids,
    /// SIGKILL after 1 to 10 million transfers without a snapshot and after 20 million with them, and a start
    Recovery,
    /// Transfers and the payment mix in batches on 1 to 7 shards
    Shards,
}

/// How tables by size are made.
#[derive(Clone, Debug)]
pub struct ScaleSettings {
    /// As for the benchmark's rows; counts are made smaller, connections and shards are not.
    pub bench: BenchSettings,
    /// No row has more accounts.
    pub max_accounts: u64,
    /// No row has more connections.
    pub max_connections: u32,
    /// No row has more known ids.
    pub max_ids: u64,
    /// No row recovers more transfers.
    pub max_transfers: u64,
}

const RATE: Column = Column { key: "rate", head: "transactions", unit: Unit::Rate };
const NODE_COST: Column = Column { key: "node_us", head: "node, a transaction", unit: Unit::Cost };
const P50: Column = Column { key: "p50_us", head: "p50", unit: Unit::Latency };
const P99: Column = Column { key: "p99_us", head: "p99", unit: Unit::Latency };

/// A chart is 5 % higher than its highest point.
const ROOM: f64 = 1.05;

/// Makes a table.
///
/// # Errors
/// [`LoadError`], when it cannot be carried out. That books do not hold is no error: see [`Sheet::differences`].
pub async fn scale_table(table: ScaleTable, settings: &ScaleSettings) -> Result<Sheet, LoadError> {
    let sheet = match table {
        ScaleTable::Accounts => Box::pin(accounts::table(settings)).await,
        ScaleTable::Connections => Box::pin(connections::table(settings)).await,
        ScaleTable::Ids => Box::pin(ids::table(settings)).await,
        ScaleTable::Recovery => Box::pin(recovery::table(settings)).await,
        ScaleTable::Shards => Box::pin(shards::table(settings)).await,
    };
    let mut sheet = sheet?;
    if settings.bench.size < 1.0 {
        sheet.notes.push(format!("counts are {} of full size", settings.bench.size));
    }
    if let Some(longest) = settings.bench.longest {
        sheet.notes.push(format!("no load was measured for longer than {} s", longest.as_secs_f64()));
    }
    Ok(sheet)
}

impl ScaleSettings {
    /// The sizes of rows: those at most `most`, each at its part of full size, none twice.
    fn sizes(&self, full: &[u64], most: u64, least: u64) -> Vec<u64> {
        let within = full.iter().filter(|size| **size <= most);
        let mut sizes: Vec<u64> = within.map(|size| self.bench.sized(*size, least)).collect();
        sizes.dedup();
        sizes
    }
}

impl Sheet {
    /// Adds a plot of columns over the size that rows are about.
    fn plot(&mut self, caption: &str, x: Axis, y: fn(f64) -> Axis, columns: &[(&str, &str)]) {
        let lines = columns.iter().map(|(key, name)| Line::new(*name, self.points(key))).collect();
        self.draw(caption, x, y, lines);
    }

    /// Adds a plot of lines, if there is anything in them.
    fn draw(&mut self, caption: &str, x: Axis, y: fn(f64) -> Axis, lines: Vec<Line>) {
        let most = lines.iter().flat_map(|line| &line.points).map(|point| point.1).fold(0.0, f64::max);
        if most > 0.0 {
            self.charts.push(Chart::of(caption, x, y(most), lines));
        }
    }

    /// An axis over the sizes that rows are about, by their logarithm.
    fn sizes_axis(&self, label: &str) -> Axis {
        let sizes = || self.rows.iter().filter_map(|row| row.at);
        let (least, most) = (sizes().fold(f64::INFINITY, f64::min), sizes().fold(1.0, f64::max));
        Axis::around(label, Scale::Log, least.min(most), most)
    }
}

fn rates(most: f64) -> Axis {
    Axis::linear("transactions a second", most * ROOM)
}

fn costs(most: f64) -> Axis {
    Axis::linear("node, µs a transaction", most * ROOM)
}

fn seconds(most: f64) -> Axis {
    Axis::linear("seconds", most * ROOM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bounded_made_smaller_and_never_twice() {
        let bench = |size| BenchSettings {
            executable: None,
            subcommand: "node",
            data: None,
            longest: None,
            size,
            full: false,
            tls: false,
            roles: false,
        };
        let settings = |size| ScaleSettings {
            bench: bench(size),
            max_accounts: 0,
            max_connections: 0,
            max_ids: 0,
            max_transfers: 0,
        };
        let full = [0, 1_000, 10_000, 1_000_000];
        assert_eq!(settings(1.0).sizes(&full, 10_000, 100), [0, 1_000, 10_000]);
        assert_eq!(settings(0.01).sizes(&full, 1_000_000, 100), [0, 100, 10_000]);
    }
}
