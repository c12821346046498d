//! The rows of the benchmark: what is done, and what must be reached.

use longmen_workload::Workload;

use super::figure::{Bar, Figure};

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its name, as on the command line.
    pub name: &'static str,
    /// What is done, in a line.
    pub title: &'static str,
    /// What must be reached; the first is the row's main figure.
    pub bars: &'static [(Figure, Bar)],
    pub(super) work: Work,
}

/// What a row does. Counts are at full size.
#[derive(Clone, Copy, Debug)]
pub(super) enum Work {
    /// A workload, driven for some time.
    Load(Load),
    /// A workload in turn with the uniform one.
    InTurns(Load),
    /// The same while snapshots, segments, hot accounts and the day turn over.
    Turnover(Load),
    /// A kill after so many transfers, and a start.
    Recovery { transfers: u64 },
    /// A kill with so many accounts in a snapshot, and a start.
    SnapshotLoad { accounts: u64 },
    /// Memory, over opening accounts and over posting transfers.
    Memory { accounts: u64, transfers: u64 },
    /// The log that so many transfers make.
    LogSize { transfers: u64 },
}

/// A workload and how it is driven.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    pub(super) workload: Workload,
    pub(super) accounts: u64,
    pub(super) batch: usize,
    pub(super) connections: u32,
    pub(super) pace: Pace,
    pub(super) seconds: u32,
}

/// Closed or open loop.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pace {
    /// This number of requests under way on each connection.
    Depth(usize),
    /// This number of transactions a second.
    PerSecond(u32),
}

/// The batch that figures of peers are quoted with.
pub(super) const BATCH: usize = 8_189;
/// Accounts of rows that are not about their number.
pub(super) const ACCOUNTS: u64 = 10_000;
const MILLISECOND: f64 = 1_000.0;

/// Two connections, two batches deep: what a node takes in while it syncs.
pub(super) const fn batches(workload: Workload, accounts: u64, seconds: u32) -> Load {
    Load { workload, accounts, batch: BATCH, connections: 2, pace: Pace::Depth(2), seconds }
}

pub(super) const fn singles(connections: u32, pace: Pace, seconds: u32) -> Load {
    Load { workload: Workload::Transfers, accounts: ACCOUNTS, batch: 1, connections, pace, seconds }
}

/// The table, in the order in which it runs.
pub const ROWS: [Row; 13] = [
    Row {
        name: "transfers-10k",
        title: "two-leg transfers in batches of 8189 over 10,000 accounts",
        bars: &[(Figure::Rate, Bar::AtLeast(2_000_000.0))],
        work: Work::Load(batches(Workload::Transfers, ACCOUNTS, 60)),
    },
    Row {
        name: "transfers-1m",
        title: "the same over 1,000,000 accounts",
        bars: &[(Figure::Rate, Bar::AtLeast(1_500_000.0))],
        work: Work::Load(batches(Workload::Transfers, 1_000_000, 60)),
    },
    Row {
        name: "mix",
        title: "the payment mix in batches: fee account in two of three, zipf merchants, 2 % refused",
        bars: &[(Figure::Rate, Bar::AtLeast(800_000.0))],
        work: Work::Load(batches(Workload::Mix, 50_000, 60)),
    },
    Row {
        name: "hot",
        title: "every transaction on one hot account, in batches, in turn with uniform transfers",
        bars: &[(Figure::OfUniform, Bar::AtLeast(100.0))],
        work: Work::InTurns(batches(Workload::Hot, ACCOUNTS, 60)),
    },
    Row {
        name: "single",
        title: "one transaction a request, 1 connection",
        bars: &[
            (Figure::P50, Bar::AtMost(250.0)),
            (Figure::P99, Bar::AtMost(600.0)),
            (Figure::P999, Bar::AtMost(2.0 * MILLISECOND)),
        ],
        work: Work::Load(singles(1, Pace::Depth(1), 30)),
    },
    Row {
        name: "singles-64",
        title: "one transaction a request, 64 connections, closed loop",
        bars: &[(Figure::Rate, Bar::AtLeast(55_000.0)), (Figure::P99, Bar::AtMost(3.0 * MILLISECOND))],
        work: Work::Load(singles(64, Pace::Depth(1), 30)),
    },
    Row {
        name: "singles-64x16",
        title: "one transaction a request, 64 connections, 16 in flight on each",
        bars: &[(Figure::Rate, Bar::AtLeast(500_000.0)), (Figure::P99, Bar::AtMost(5.0 * MILLISECOND))],
        work: Work::Load(singles(64, Pace::Depth(16), 30)),
    },
    Row {
        name: "open-20k",
        title: "open loop, 20,000 a second over 64 connections, while everything turns over",
        bars: &[(Figure::P99, Bar::AtMost(MILLISECOND)), (Figure::P999, Bar::AtMost(5.0 * MILLISECOND))],
        work: Work::Turnover(singles(64, Pace::PerSecond(20_000), 300)),
    },
    Row {
        name: "open-50k",
        title: "open loop, 50,000 a second over 64 connections",
        bars: &[(Figure::P50, Bar::AtMost(MILLISECOND)), (Figure::P99, Bar::AtMost(4.0 * MILLISECOND))],
        work: Work::Load(singles(64, Pace::PerSecond(50_000), 60)),
    },
    Row {
        name: "recovery",
        title: "SIGKILL after 5,000,000 transfers with no snapshot since, and a start",
        bars: &[(Figure::FirstAnswer, Bar::AtMost(2.0)), (Figure::ReplayRate, Bar::AtLeast(5_000_000.0))],
        work: Work::Recovery { transfers: 5_000_000 },
    },
    Row {
        name: "accounts-10m",
        title: "SIGKILL with 10,000,000 accounts in a snapshot, and a start",
        bars: &[(Figure::FirstAnswer, Bar::AtMost(5.0))],
        work: Work::SnapshotLoad { accounts: 10_000_000 },
    },
    Row {
        name: "memory",
        title: "memory of the node over opening 1,000,000 accounts, and over 5,000,000 transfers",
        bars: &[(Figure::AccountBytes, Bar::AtMost(384.0)), (Figure::TransactionBytes, Bar::AtMost(64.0))],
        work: Work::Memory { accounts: 1_000_000, transfers: 5_000_000 },
    },
    Row {
        name: "log",
        title: "log of 2,000,000 two-leg transfers in batches, envelopes and padding included",
        bars: &[(Figure::LogBytes, Bar::AtMost(200.0))],
        work: Work::LogSize { transfers: 2_000_000 },
    },
];

impl Row {
    /// Its bars, in a line.
    #[must_use]
    pub fn bars_in_words(&self) -> String {
        let bar = |(figure, bar): &(Figure, Bar)| {
            let bar = match bar {
                Bar::AtLeast(limit) => format!(">= {}", figure.show(*limit)),
                Bar::AtMost(limit) => format!("<= {}", figure.show(*limit)),
            };
            format!("{} {bar}", figure.label())
        };
        self.bars.iter().map(bar).collect::<Vec<_>>().join(", ")
    }
}

/// The row of this name.
#[must_use]
pub fn row_named(name: &str) -> Option<&'static Row> {
    const { &ROWS }.iter().find(|row| row.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_bars_have_the_right_sense() {
        for (at, row) in ROWS.iter().enumerate() {
            assert!(ROWS[..at].iter().all(|other| other.name != row.name), "{}", row.name);
            assert!(!row.bars.is_empty());
            for (figure, bar) in row.bars {
                match bar {
                    Bar::AtLeast(_) => assert!(figure.more_is_better()),
                    Bar::AtMost(_) => assert!(!figure.more_is_better()),
                }
            }
        }
    }
}
