//! What a torture came to.

use longmen_terminal::{Table, grouped};
use longmen_workload::measure::milliseconds;
use serde::Serialize;

use crate::report::{Page, Remark, Section};

use super::{Served, Tally, TortureSettings};

/// What one attack came to, and how the good client was served meanwhile.
#[derive(Clone, Debug, Serialize)]
pub struct Stretch {
    pub attack: &'static str,
    /// Hostile connections.
    pub connections: u64,
    /// Of them, those that the node ended.
    pub closed: u64,
    /// Attempts for which there was no room.
    pub turned_away: u64,
    /// What hostile clients were answered, by what it says.
    pub answers: serde_json::Map<String, serde_json::Value>,
    /// Transfers that the good client posted.
    pub good_posted: u64,
    /// Its posts that were answered `busy`.
    pub good_busy: u64,
    /// Median latency of its posts.
    pub good_p50_us: u64,
    /// 99th percentile.
    pub good_p99_us: u64,
    /// The longest.
    pub good_max_us: u64,
    /// The longest time that it went without a post that was taken.
    pub good_longest_gap_ms: u64,
    /// Good newcomers that were let in.
    pub newcomers: u64,
    /// How long they took until they were let in, or left: the median.
    pub newcomers_p50_us: u64,
    /// 99th percentile.
    pub newcomers_p99_us: u64,
    /// The longest.
    pub newcomers_max_us: u64,
    /// Good newcomers that were not.
    pub newcomers_left_out: u64,
    /// The most memory of its own that the node had resident; 0 where it is not known.
    pub memory_bytes: u64,
    /// What should not be, in words.
    pub findings: Vec<String>,
}

/// What a torture came to.
#[derive(Clone, Debug, Serialize)]
pub struct TortureReport {
    /// Each attack, and all at once.
    pub stretches: Vec<Stretch>,
    /// Transfers that the good client posted.
    pub posted: u64,
    /// The bound of the node's memory.
    pub memory_bound: u64,
    /// The bound of the good client's waiting.
    pub longest_gap_ms: u64,
    /// What does not hold of the books, in words.
    pub differences: Vec<String>,
    /// Whether the offline audit was made.
    pub audited: bool,
}

impl TortureReport {
    pub(super) fn new(
        attacks: Vec<(&'static str, Tally, u64)>,
        mut served: Vec<Served>,
        settings: &TortureSettings,
    ) -> TortureReport {
        served.resize_with(attacks.len().max(served.len()), Served::default);
        let posted = served.iter().map(|served| served.posted).sum();
        let stretches = attacks
            .into_iter()
            .zip(served)
            .map(|(attack, served)| stretch(attack, &served, settings))
            .collect();
        TortureReport {
            stretches,
            posted,
            memory_bound: settings.memory,
            longest_gap_ms: milliseconds(settings.longest_gap),
            differences: Vec::new(),
            audited: false,
        }
    }

    /// Whether everything held.
    #[must_use]
    pub fn held(&self) -> bool {
        self.differences.is_empty() && self.stretches.iter().all(|stretch| stretch.findings.is_empty())
    }

    /// What did not hold, in words.
    pub(super) fn wrong(&self) -> impl Iterator<Item = String> {
        let found = |one: &Stretch| {
            one.findings.iter().map(|finding| format!("{}: {finding}", one.attack)).collect::<Vec<_>>()
        };
        self.stretches.iter().flat_map(found).chain(self.differences.iter().cloned())
    }

    /// Whether it held, in words.
    #[must_use]
    pub fn conclusion(&self) -> String {
        let audited = if self.audited { ", and so does the offline audit" } else { "" };
        match self.held() {
            true => {
                format!("The good client posted {} transfers; the books hold{audited}.", grouped(self.posted))
            }
            false => "It did NOT hold.".to_owned(),
        }
    }

    /// Its page.
    #[must_use]
    pub fn page(&self) -> Page {
        let wrong: Vec<String> = self.wrong().collect();
        Page {
            title: "torture".to_owned(),
            intro: "Hostile clients, one way after the other and all at once, while a good client posts steadily.".to_owned(),
            conclusion: Remark::all(self.held(), self.conclusion(), &wrong),
            sections: vec![Section::of_table("attacks", "", &self.table())],
        }
    }

    /// As a table.
    #[must_use]
    pub fn table(&self) -> Table {
        let mut table = Table::new(&[
            "attack",
            ">hostile",
            ">closed",
            ">away",
            "most answered",
            ">good posts",
            ">busy",
            ">p50 ms",
            ">p99 ms",
            ">max ms",
            ">gap ms",
            ">new",
            ">their p50",
            ">p99",
            ">max ms",
            ">left out",
            ">MiB",
        ]);
        for one in &self.stretches {
            table.row([
                one.attack.to_owned(),
                grouped(one.connections),
                grouped(one.closed),
                grouped(one.turned_away),
                one.most_answered(),
                grouped(one.good_posted),
                grouped(one.good_busy),
                in_milliseconds(one.good_p50_us),
                in_milliseconds(one.good_p99_us),
                in_milliseconds(one.good_max_us),
                grouped(one.good_longest_gap_ms),
                grouped(one.newcomers),
                in_milliseconds(one.newcomers_p50_us),
                in_milliseconds(one.newcomers_p99_us),
                in_milliseconds(one.newcomers_max_us),
                grouped(one.newcomers_left_out),
                grouped(one.memory_bytes >> 20),
            ]);
        }
        table
    }
}

impl Stretch {
    /// The two commonest answers.
    fn most_answered(&self) -> String {
        let mut codes: Vec<(u64, &str)> =
            self.answers.iter().filter_map(|(code, count)| Some((count.as_u64()?, &**code))).collect();
        codes.sort_unstable_by(|one, other| other.cmp(one));
        let words = codes.iter().take(2).map(|(count, code)| format!("{code} {}", grouped(*count)));
        words.collect::<Vec<_>>().join(", ")
    }
}

fn stretch(
    (attack, tally, memory_bytes): (&'static str, Tally, u64),
    served: &Served,
    settings: &TortureSettings,
) -> Stretch {
    let mut findings = tally.findings;
    let shown = u64::try_from(findings.len()).unwrap_or(u64::MAX);
    if tally.found > shown {
        findings.push(format!("and {} more", tally.found - shown));
    }
    findings.extend(served.failures.iter().take(8).map(|words| format!("the good client: {words}")));
    if served.posted == 0 {
        findings.push("the good client was not served".to_owned());
    }
    if served.longest_gap > settings.longest_gap {
        findings.push(format!("the good client went {:?} without a post that was taken", served.longest_gap));
    }
    if memory_bytes > settings.memory {
        findings.push(format!("the node had {} MiB resident", memory_bytes >> 20));
    }
    Stretch {
        attack,
        connections: tally.connections,
        closed: tally.closed,
        turned_away: tally.turned_away,
        answers: tally.codes.into_iter().map(|(code, count)| (code.into(), count.into())).collect(),
        good_posted: served.posted,
        good_busy: served.busy,
        good_p50_us: served.latencies.quantile_us(0.5),
        good_p99_us: served.latencies.quantile_us(0.99),
        good_max_us: served.latencies.max_us(),
        good_longest_gap_ms: milliseconds(served.longest_gap),
        newcomers: served.let_in,
        newcomers_p50_us: served.arrivals.quantile_us(0.5),
        newcomers_p99_us: served.arrivals.quantile_us(0.99),
        newcomers_max_us: served.arrivals.max_us(),
        newcomers_left_out: served.left_out,
        memory_bytes,
        findings,
    }
}

fn in_milliseconds(microseconds: u64) -> String {
    format!("{}.{:02}", microseconds / 1_000, microseconds % 1_000 / 10)
}
