//! What was expected against what the bank has.

use std::collections::BTreeMap;

use super::bank_line::BankLine;
use super::combined::{Whole, match_sums};
use super::finding::{Class, Finding};
use super::pool::{Pool, Reach};
use super::rules::Rules;
use super::settlement::Settlement;
use super::single::{match_amounts, match_named, told_amounts_differ};
use crate::calendar::CalendarError;
use crate::sums::Sums;

/// What money came to, in one currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// By date.
    pub findings: Vec<Finding>,
    /// What was expected.
    pub expected: Sums,
    /// What the bank has.
    pub bank: Sums,
}

impl Compared {
    /// Findings by class, and what they explain.
    #[must_use]
    pub fn by_class(&self) -> BTreeMap<Class, Sums> {
        let mut sums: BTreeMap<Class, Sums> = BTreeMap::new();
        for finding in &self.findings {
            let sums = sums.entry(finding.class).or_default();
            sums.rows += 1;
            sums.net += finding.explains;
        }
        sums
    }

    /// What the findings make of what was expected: what the bank has, always.
    #[must_use]
    pub fn explained(&self) -> i128 {
        self.expected.net + self.findings.iter().map(|finding| finding.explains).sum::<i128>()
    }

    /// Whether nothing is left for anybody to do.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.findings.iter().all(|finding| finding.class.is_closed())
    }
}

/// Matches what channels settled with the lines of the bank. All of it is in one currency.
///
/// # Errors
/// [`CalendarError`]: something is late over days that the calendar does not cover.
///
/// # Panics
/// If the findings do not make what the bank has of what was expected.
pub fn match_money(
    rules: &Rules<'_>,
    settlements: Vec<Settlement>,
    lines: Vec<BankLine>,
) -> Result<Compared, CalendarError> {
    let expected = Sums { rows: settlements.len() as u64, net: settlements.iter().map(|one| one.net).sum() };
    let bank = Sums { rows: lines.len() as u64, net: lines.iter().map(|line| line.amount).sum() };
    let mut pool = Pool::of(rules, settlements, lines);
    let unsearched = match_all(rules, &mut pool)?;
    tell_rest(rules, &mut pool, &unsearched)?;
    let mut findings = pool.findings;
    findings.sort_by(|one, other| order(one).cmp(&order(other)));
    let compared = Compared { findings, expected, bank };
    let counted: usize = compared.findings.iter().map(|one| one.settlements.len() + one.lines.len()).sum();
    assert_eq!(counted as u64, expected.rows + bank.rows, "each stands in one finding");
    assert_eq!(compared.explained(), bank.net, "what differs makes the bank's lines of what was expected");
    Ok(compared)
}

/// Places of lines and of settlements whose sums were too many to look at.
#[derive(Debug, Default)]
struct Unsearched {
    lines: Vec<usize>,
    settlements: Vec<usize>,
}

/// From what says most to what says least: a reference, one amount, sums; of each what has a word of the channel, and of that what is on its date.
fn match_all(rules: &Rules<'_>, pool: &mut Pool<'_>) -> Result<Unsearched, CalendarError> {
    for place in pool.open_settlements() {
        if pool.settlements[place].net == 0 {
            pool.close(Class::NothingDue, &[place], &[])?;
        }
    }
    match_named(pool)?;
    let reaches = [(true, 0), (true, rules.within), (false, 0), (false, rules.within)];
    let reaches = reaches.map(|(is_told, days)| Reach { days, is_told });
    for reach in reaches {
        match_amounts(pool, reach)?;
    }
    let mut unsearched = Unsearched::default();
    for reach in reaches {
        unsearched.lines = match_sums(pool, Whole::Line, reach)?;
        unsearched.settlements = match_sums(pool, Whole::Settlement, reach)?;
    }
    Ok(unsearched)
}

/// What is left: each alone.
fn tell_rest(rules: &Rules<'_>, pool: &mut Pool<'_>, unsearched: &Unsearched) -> Result<(), CalendarError> {
    told_amounts_differ(pool)?;
    for place in pool.open_settlements() {
        let class = if pool.settlements[place].due > rules.as_of { Class::NotDue } else { Class::NotArrived };
        pool.close(class, &[place], &[])?;
        mark(pool, !unsearched.settlements.contains(&place));
    }
    for place in pool.open_lines() {
        pool.close(Class::UnknownLine, &[], &[place])?;
        mark(pool, !unsearched.lines.contains(&place));
    }
    Ok(())
}

fn mark(pool: &mut Pool<'_>, is_searched: bool) {
    if let Some(finding) = pool.findings.last_mut() {
        finding.is_searched = is_searched;
    }
}

fn order(finding: &Finding) -> impl Ord + '_ {
    let due = finding.settlements.first().map(|one| one.due);
    let booked = finding.lines.first().map(|line| line.booked);
    let place = finding.lines.first().map(|line| (line.statement, line.line));
    (due.or(booked), finding.class, finding.settlements.first(), place)
}
