//! What a long run came to, for people.

use std::time::Duration;

use longmen_terminal::{Table, grouped};
use longmen_workload::measure::{microseconds, rate};

use super::report::SoakReport;

impl SoakReport {
    /// Kills: from each to the first answer after it, in milliseconds, in order of length.
    #[must_use]
    pub fn outages_ms(&self) -> Vec<u64> {
        let mut outages: Vec<u64> = self.kills.iter().map(|kill| kill.outage_ms).collect();
        outages.sort_unstable();
        outages
    }

    /// What happened, in figures for people.
    #[must_use]
    pub fn table(&self) -> Table {
        let mut table = Table::new(&["", ">"]);
        for (name, figure) in self.figures() {
            table.row([name, figure]);
        }
        table
    }

    /// Latencies for people.
    #[must_use]
    pub fn latency_table(&self) -> Table {
        let mut table = Table::new(&["latency of requests", ">requests", ">p50", ">p99", ">p99.9", ">max"]);
        for line in &self.latencies {
            let figures = [line.p50_us, line.p99_us, line.p999_us, line.max_us].map(microseconds);
            table.row([line.of.to_owned(), grouped(line.requests)].into_iter().chain(figures));
        }
        table
    }

    /// The figures of the summary, with their names.
    pub(super) fn figures(&self) -> Vec<(String, String)> {
        let counted = &self.counted;
        let mut figures = vec![
            ("seconds, those of checks included".to_owned(), format!("{:.0}", self.seconds)),
            ("of them in checks after kills".to_owned(), format!("{:.0}", self.check_seconds)),
            ("transactions answered".to_owned(), grouped(self.transactions)),
            (
                "of the mix, a second outside checks".to_owned(),
                format!("{} of {}", rate(self.rate), rate(self.settings.rate.into())),
            ),
        ];
        let mut row = |name: &str, count: u64| figures.push((name.to_owned(), grouped(count)));
        row("kills under load", whole(counted.kills));
        row("kills during recovery", whole(counted.kills_in_recovery));
        row("starts with another number of shards", whole(counted.other_shards));
        row("closes of the date", whole(counted.day_closes));
        row("    of them left without an answer", counted.day_closes_unanswered);
        row("accounts that became hot", whole(counted.promotions));
        row("accounts that cooled down", counted.coolings);
        row("snapshots", whole(counted.snapshots));
        row("transactions under way at kills", counted.unanswered);
        row("    of them there", counted.unanswered_there);
        row("answered transactions asked again", counted.asked_again);
        let outages = self.outages_ms();
        if let (Some(middle), Some(longest)) = (outages.get(outages.len() / 2), outages.last()) {
            row("outage, kill to first answer, median ms", *middle);
            row("    the longest, ms", *longest);
        }
        for (number, memory) in (1..).zip(&self.memory) {
            row(
                &format!("own memory of the node, quarter {number}, MB at most"),
                memory.own_most / 1_000_000,
            );
        }
        let harness = self.memory.iter().map(|memory| memory.harness_most).max().unwrap_or(0);
        row("memory of this program, MB at most", harness / 1_000_000);
        row("log on the disk, MB", self.log_bytes / 1_000_000);
        row("the whole directory, MB", self.disk_bytes / 1_000_000);
        if let Some(audit) = &self.audit {
            row("audited: transactions posted", audit.posted);
            row("    entries", audit.entries);
            row("    seconds", whole_seconds(audit.seconds));
        }
        figures
    }

    /// The last line: whether it held.
    #[must_use]
    pub fn conclusion(&self) -> String {
        let kills = self.counted.kills;
        match self.held {
            true => format!(
                "Held: over {kills} kills every answer asked again was the first one, the books are what the answers said, \
                 and the offline audit finds nothing."
            ),
            false => format!("It did NOT hold: {}", self.differences.first().map_or("", String::as_str)),
        }
    }
}

fn whole(count: usize) -> u64 {
    u64::try_from(count).expect("a length fits")
}

fn whole_seconds(seconds: f64) -> u64 {
    Duration::try_from_secs_f64(seconds).map_or(0, |time| time.as_secs())
}
