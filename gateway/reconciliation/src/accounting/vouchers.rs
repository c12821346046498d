//! What makes turnovers differ: by day, by voucher, by transaction.

use std::collections::BTreeMap;

use longmen_ledger::{Currency, Date};

use super::Side;
use super::balances::Compared;
use super::cycle::{Cycle, Period};
use super::line_error::{LineError, LineFault};
use super::mapping::Mapping;
use super::unit::{Turnover, Unit, our_units, their_units};
use super::voucher_line::VoucherLine;

/// How a voucher differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum VoucherClass {
    /// 未导出: it was not given to the accounting system.
    NotExported,
    /// It was given to the accounting system, which does not have it.
    ExportedNotImported,
    /// The accounting system has it more than once; one of them was compared.
    ImportedTwice,
    /// It was changed in the accounting system.
    ChangedThere,
    /// 手工凭证: the accounting system has it of its own, or of a source that we do not have.
    ManualVoucherThere,
    /// 时间性差异: the accounting system has it in another turn of the cycle.
    Timing,
}

impl VoucherClass {
    /// Its name: `not_exported`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What a voucher explains of a subject's turnovers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Effect {
    /// Theirs.
    pub subject: Box<str>,
    pub period: Period,
    /// What our turnover lacks to be as theirs, in minor units.
    pub debit: i128,
    pub credit: i128,
}

/// A voucher that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoucherFinding {
    pub class: VoucherClass,
    pub entity: Box<str>,
    pub currency: Currency,
    /// What both know it by; of a manual voucher empty, or what nobody here knows.
    pub source: Box<str>,
    /// Our date, where we have it.
    pub our_date: Option<Date>,
    /// Their date and number, where they have it.
    pub theirs: Option<(Date, Box<str>)>,
    /// The transactions that it is about, as far as they are told.
    pub transactions: Vec<Box<str>>,
    /// By subject and period.
    pub effects: Vec<Effect>,
}

/// A day on which turnovers differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayDifference {
    pub entity: Box<str>,
    pub currency: Currency,
    /// Theirs.
    pub subject: Box<str>,
    pub date: Date,
    /// What our turnover lacks to be as theirs, in minor units.
    pub debit: i128,
    pub credit: i128,
}

/// What was found in vouchers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traced {
    /// By entity, source and class.
    pub findings: Vec<VoucherFinding>,
    /// By entity, subject and date.
    pub days: Vec<DayDifference>,
}

impl Traced {
    /// Findings of each class.
    #[must_use]
    pub fn by_class(&self) -> BTreeMap<VoucherClass, u64> {
        let mut counts = BTreeMap::new();
        self.findings.iter().for_each(|finding| *counts.entry(finding.class).or_default() += 1);
        counts
    }

    /// For each finding of the balances what of its turnovers no voucher explains: debit and credit. Where it is not nothing the vouchers of a
    /// side are not those of its balances.
    #[must_use]
    pub fn unexplained(&self, compared: &Compared) -> Vec<Turnover> {
        let mut explained: BTreeMap<_, Turnover> = BTreeMap::new();
        for finding in &self.findings {
            for effect in &finding.effects {
                let key = (&*finding.entity, finding.currency, &*effect.subject, effect.period);
                let sum = explained.entry(key).or_default();
                *sum = (sum.0 + effect.debit, sum.1 + effect.credit);
            }
        }
        let rest = |finding: &super::Finding| {
            let key = (&*finding.entity, finding.currency, &*finding.subject, finding.period);
            let (debit, credit) = explained.get(&key).copied().unwrap_or_default();
            let difference = finding.difference();
            (difference.debit - debit, difference.credit - credit)
        };
        compared.findings.iter().map(rest).collect()
    }
}

/// Goes through the vouchers of both sides.
///
/// # Errors
/// The side and the line that cannot be compared.
///
/// # Panics
/// If what is found is not what turnovers differ by, day by day.
pub fn trace_vouchers(
    cycle: Cycle,
    mapping: &Mapping,
    ours: &[VoucherLine],
    theirs: &[VoucherLine],
) -> Result<Traced, (Side, LineError)> {
    let subject_of = |line: &VoucherLine| {
        let reason = || format!("the mapping has no `{}`", line.subject);
        let error = || LineError::of(LineFault::UnmappedSubject, line.line, "subject", reason());
        mapping.of(&line.subject).ok_or_else(error)
    };
    let of_ours = our_units(ours, subject_of).map_err(|error| (Side::Ours, error))?;
    let is_wanted = |line: &VoucherLine| mapping.leads_to(&line.subject);
    let of_theirs = their_units(theirs, is_wanted).map_err(|error| (Side::Theirs, error))?;
    let days = days(&of_ours, &of_theirs);
    let mut by_source: BTreeMap<_, Vec<Unit>> = BTreeMap::new();
    for unit in of_theirs {
        by_source.entry((unit.entity.clone(), unit.source.clone(), unit.currency)).or_default().push(unit);
    }
    let mut findings = Vec::new();
    for unit in &of_ours {
        let theirs = by_source.remove(&(unit.entity.clone(), unit.source.clone(), unit.currency));
        compare_unit(cycle, unit, theirs.unwrap_or_default(), &mut findings);
    }
    let manual = by_source.into_values().flatten();
    findings.extend(manual.map(|unit| there_only(cycle, VoucherClass::ManualVoucherThere, &unit)));
    findings.sort_by(|one, other| order(one).cmp(&order(other)));
    prove(&findings, &days);
    Ok(Traced { findings, days })
}

fn order(finding: &VoucherFinding) -> impl Ord + '_ {
    (&finding.entity, &finding.source, finding.currency, finding.class, &finding.theirs)
}

/// A voucher of ours, with those of theirs that name it.
fn compare_unit(cycle: Cycle, ours: &Unit, mut theirs: Vec<Unit>, findings: &mut Vec<VoucherFinding>) {
    let turn = cycle.period_of(ours.date);
    // The one that is most alike: the same amounts, then the same turn, then the first.
    let likeness = |unit: &Unit| (unit.subjects != ours.subjects, cycle.period_of(unit.date) != turn);
    let nearest = theirs.iter().enumerate().min_by_key(|(_, unit)| likeness(unit)).map(|(place, _)| place);
    let Some(nearest) = nearest else {
        let class =
            if ours.is_exported { VoucherClass::ExportedNotImported } else { VoucherClass::NotExported };
        findings.push(finding(
            class,
            Some(ours),
            None,
            ours.transactions(),
            effects(cycle, Some(ours), None),
        ));
        return;
    };
    let one = theirs.remove(nearest);
    let (differs, is_elsewhere) = likeness(&one);
    if differs || is_elsewhere {
        let (class, transactions) = match differs {
            true => (VoucherClass::ChangedThere, ours.transactions_that_differ(&one)),
            false => (VoucherClass::Timing, ours.transactions()),
        };
        let effects = effects(cycle, Some(ours), Some(&one));
        findings.push(finding(class, Some(ours), Some(&one), transactions, effects));
    }
    findings.extend(theirs.iter().map(|again| there_only(cycle, VoucherClass::ImportedTwice, again)));
}

fn there_only(cycle: Cycle, class: VoucherClass, unit: &Unit) -> VoucherFinding {
    finding(class, None, Some(unit), unit.transactions(), effects(cycle, None, Some(unit)))
}

fn finding(
    class: VoucherClass,
    ours: Option<&Unit>,
    theirs: Option<&Unit>,
    transactions: Vec<Box<str>>,
    effects: Vec<Effect>,
) -> VoucherFinding {
    let either = ours.or(theirs).expect("a finding is of a voucher");
    VoucherFinding {
        class,
        entity: either.entity.clone(),
        currency: either.currency,
        source: either.source.clone(),
        our_date: ours.map(|unit| unit.date),
        theirs: theirs.map(|unit| (unit.date, unit.voucher.clone())),
        transactions,
        effects,
    }
}

/// What our turnovers lack to be as theirs, by these vouchers.
fn effects(cycle: Cycle, ours: Option<&Unit>, theirs: Option<&Unit>) -> Vec<Effect> {
    let mut sums: BTreeMap<(&str, Period), Turnover> = BTreeMap::new();
    for (unit, sign) in [(ours, -1), (theirs, 1)] {
        let Some(unit) = unit else { continue };
        let period = cycle.period_of(unit.date);
        for subject in unit.subjects.keys() {
            let (debit, credit) = unit.on(subject);
            let sum = sums.entry((subject, period)).or_default();
            *sum = (sum.0 + sign * debit, sum.1 + sign * credit);
        }
    }
    let moved = sums.into_iter().filter(|(_, sum)| *sum != (0, 0));
    moved
        .map(|((subject, period), (debit, credit))| Effect { subject: subject.into(), period, debit, credit })
        .collect()
}

/// The days on which turnovers differ.
fn days(ours: &[Unit], theirs: &[Unit]) -> Vec<DayDifference> {
    let mut sums: BTreeMap<(&str, &str, Date, Currency), Turnover> = BTreeMap::new();
    for (units, sign) in [(ours, -1), (theirs, 1)] {
        for unit in units {
            for (subject, (debit, credit)) in &unit.subjects {
                let sum = sums.entry((&unit.entity, subject, unit.date, unit.currency)).or_default();
                *sum = (sum.0 + sign * debit, sum.1 + sign * credit);
            }
        }
    }
    let differ = sums.into_iter().filter(|(_, sum)| *sum != (0, 0));
    differ
        .map(|((entity, subject, date, currency), (debit, credit))| DayDifference {
            entity: entity.into(),
            currency,
            subject: subject.into(),
            date,
            debit,
            credit,
        })
        .collect()
}

/// What the findings explain is what turnovers differ by.
fn prove(findings: &[VoucherFinding], days: &[DayDifference]) {
    type Sums<'a> = BTreeMap<(&'a str, Currency, &'a str), Turnover>;
    let mut explained = Sums::new();
    for finding in findings {
        for effect in &finding.effects {
            let sum = explained.entry((&finding.entity, finding.currency, &effect.subject)).or_default();
            *sum = (sum.0 + effect.debit, sum.1 + effect.credit);
        }
    }
    for day in days {
        let sum = explained.entry((&day.entity, day.currency, &day.subject)).or_default();
        *sum = (sum.0 - day.debit, sum.1 - day.credit);
    }
    assert!(explained.values().all(|sum| *sum == (0, 0)), "what is found is what turnovers differ by");
}
