//! Balances and turnovers of both sides, subject by subject and cycle by cycle.

use std::collections::{BTreeMap, BTreeSet};

use longmen_ledger::Currency;

use super::Side;
use super::balance_line::{Account, BalanceLine, Figures};
use super::carried::{Turns, turns};
use super::cycle::{Cycle, Period};
use super::line_error::{LineError, LineFault};
use super::mapping::Mapping;
use super::own_sums::{OwnFault, own_faults};

/// How the line of a subject and cycle compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Class {
    /// The openings differ: the fault lies in an earlier cycle. Whether turnovers differ as well, the figures say.
    OpeningDiffers,
    /// The openings are the same, and turnovers differ.
    TurnoverDiffers,
    /// Openings and turnovers are the same, and what a side closes with does not follow from its own.
    ClosingDiffers,
    /// 平
    Agrees,
}

impl Class {
    /// Its name: `opening_differs`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A subject of theirs in one turn of the cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub class: Class,
    pub entity: Box<str>,
    /// Theirs.
    pub subject: Box<str>,
    pub currency: Currency,
    pub period: Period,
    /// What all subjects of ours that count in it come to; `None` where there is none.
    pub ours: Option<Figures>,
    /// `None` where they have no such subject.
    pub theirs: Option<Figures>,
    /// Whether the openings differ by what the closings of the turn before did, which is told there.
    pub is_carried: bool,
}

impl Finding {
    /// What ours lack to be as theirs.
    #[must_use]
    pub fn difference(&self) -> Figures {
        self.ours.unwrap_or_default().lacks(&self.theirs.unwrap_or_default())
    }
}

/// A turn of the cycle that one side has and the other not: nothing of it was compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingCycle {
    pub entity: Box<str>,
    pub period: Period,
    /// Which side has it not.
    pub side: Side,
}

/// What both sides came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// What does not add up by itself: to be mended before anything else is looked at.
    pub own_faults: Vec<OwnFault>,
    pub missing_cycles: Vec<MissingCycle>,
    /// By entity, currency, subject and period.
    pub findings: Vec<Finding>,
    /// Lines of ours that are left out, as the mapping says.
    pub left_out: u64,
    /// Lines of theirs in which no subject of ours counts.
    pub not_ours: u64,
}

impl Compared {
    /// Findings of each class.
    #[must_use]
    pub fn by_class(&self) -> BTreeMap<Class, u64> {
        let mut counts = BTreeMap::new();
        self.findings.iter().for_each(|finding| *counts.entry(finding.class).or_default() += 1);
        counts
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.own_faults.is_empty()
            && self.missing_cycles.is_empty()
            && self.findings.iter().all(|finding| finding.class == Class::Agrees)
    }
}

/// Compares tables of balances.
///
/// # Errors
/// The side and the line that cannot be compared; nothing is, then.
///
/// # Panics
/// If the findings do not have the turnovers of the lines.
pub fn compare_balances(
    cycle: Cycle,
    mapping: &Mapping,
    ours: &[BalanceLine],
    theirs: &[BalanceLine],
) -> Result<Compared, (Side, LineError)> {
    let mut compared = Compared::default();
    let of_ours = turns(cycle, ours).map_err(|error| (Side::Ours, error))?;
    let of_theirs = turns(cycle, theirs).map_err(|error| (Side::Theirs, error))?;
    compared.own_faults = own_faults(Side::Ours, ours);
    compared.own_faults.extend(own_faults(Side::Theirs, theirs));
    let periods = common_periods(&of_ours, &of_theirs, &mut compared.missing_cycles);
    let mut sides: BTreeMap<Account, [Vec<Turns>; 2]> = BTreeMap::new();
    for line in ours {
        let mapped = mapping.of(&line.subject);
        let reason = || format!("the mapping has no `{}`", line.subject);
        let error = || LineError::of(LineFault::UnmappedSubject, line.line, "subject", reason());
        let mapped = mapped.ok_or_else(|| (Side::Ours, error()))?;
        compared.left_out += u64::from(mapped.is_none());
    }
    for (account, turns) in of_ours {
        let Some(Some(subject)) = mapping.of(&account.subject) else { continue };
        let account = Account { subject: subject.into(), ..account };
        sides.entry(account).or_default()[0].push(turns);
    }
    for (account, turns) in of_theirs {
        if mapping.leads_to(&account.subject) {
            sides.entry(account).or_default()[1].push(turns);
        }
    }
    compared.not_ours = theirs.iter().filter(|line| !mapping.leads_to(&line.subject)).count() as u64;
    for (account, [ours, theirs]) in &sides {
        compared.findings.extend(compare_account(account, ours, theirs, periods.get(&account.entity)));
    }
    prove(&sides, &periods, &compared);
    Ok(compared)
}

type Periods = BTreeMap<Box<str>, BTreeSet<Period>>;

/// The turns that both sides have, by entity; what only one has is noted.
fn common_periods(
    ours: &BTreeMap<Account, Turns>,
    theirs: &BTreeMap<Account, Turns>,
    missing: &mut Vec<MissingCycle>,
) -> Periods {
    let periods = |side: &BTreeMap<Account, Turns>| {
        let mut periods = Periods::new();
        for (account, turns) in side {
            periods.entry(account.entity.clone()).or_default().extend(turns.periods());
        }
        periods
    };
    let (ours, theirs) = (periods(ours), periods(theirs));
    let mut common = Periods::new();
    for (has, lacks, side) in [(&ours, &theirs, Side::Theirs), (&theirs, &ours, Side::Ours)] {
        for (entity, periods) in has {
            for period in periods {
                if lacks.get(entity).is_some_and(|others| others.contains(period)) {
                    common.entry(entity.clone()).or_default().insert(*period);
                } else {
                    missing.push(MissingCycle { entity: entity.clone(), period: *period, side });
                }
            }
        }
    }
    missing.sort();
    common
}

fn compare_account(
    account: &Account,
    ours: &[Turns],
    theirs: &[Turns],
    periods: Option<&BTreeSet<Period>>,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for period in periods.into_iter().flatten() {
        let [ours, theirs] = [ours, theirs].map(|side| sum(side, *period));
        let mut finding = Finding {
            class: Class::Agrees,
            entity: account.entity.clone(),
            subject: account.subject.clone(),
            currency: account.currency,
            period: *period,
            ours,
            theirs,
            is_carried: false,
        };
        let difference = finding.difference();
        finding.class = class_of(&difference);
        let before = findings.last().map(|before| before.difference().closing);
        finding.is_carried = difference.opening != 0 && before == Some(difference.opening);
        findings.push(finding);
    }
    findings
}

fn sum(side: &[Turns], period: Period) -> Option<Figures> {
    let sum = |mut sum: Figures, turns: &Turns| {
        sum.add(&turns.of(period));
        sum
    };
    (!side.is_empty()).then(|| side.iter().fold(Figures::default(), sum))
}

fn class_of(difference: &Figures) -> Class {
    match *difference {
        Figures { opening: 0, debit: 0, credit: 0, closing: 0 } => Class::Agrees,
        Figures { opening: 0, debit: 0, credit: 0, .. } => Class::ClosingDiffers,
        Figures { opening: 0, .. } => Class::TurnoverDiffers,
        _ => Class::OpeningDiffers,
    }
}

/// Every turnover of a line that is compared stands in one finding.
fn prove(sides: &BTreeMap<Account, [Vec<Turns>; 2]>, periods: &Periods, compared: &Compared) {
    for side in [0, 1] {
        let mut of_lines = (0, 0);
        for (account, turns) in sides {
            let periods = periods.get(&account.entity).into_iter().flatten();
            for figures in periods.flat_map(|period| turns[side].iter().map(|turns| turns.of(*period))) {
                of_lines = (of_lines.0 + figures.debit, of_lines.1 + figures.credit);
            }
        }
        let figures =
            compared.findings.iter().filter_map(|one| if side == 0 { one.ours } else { one.theirs });
        let of_findings = figures.fold((0, 0), |sum, one| (sum.0 + one.debit, sum.1 + one.credit));
        assert_eq!(of_findings, of_lines, "the findings have the turnovers of the lines");
    }
}
