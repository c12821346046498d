//! A voucher as a whole, in one currency: what is compared with another.

use std::collections::{BTreeMap, BTreeSet};

use longmen_ledger::{Currency, Date};

use super::line_error::{LineError, LineFault};
use super::voucher_line::VoucherLine;

/// Debit and credit, in minor units.
pub(super) type Turnover = (i128, i128);

/// A voucher. Its subjects are those of the accounting system.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) entity: Box<str>,
    pub(super) currency: Currency,
    pub(super) voucher: Box<str>,
    pub(super) source: Box<str>,
    pub(super) date: Date,
    pub(super) is_exported: bool,
    pub(super) subjects: BTreeMap<Box<str>, Turnover>,
    by_transaction: BTreeMap<(Box<str>, Box<str>), Turnover>,
}

impl Unit {
    fn of(line: &VoucherLine) -> Unit {
        Unit {
            entity: line.entity.clone(),
            currency: line.currency,
            voucher: line.voucher.clone(),
            source: line.source.clone(),
            date: line.date,
            is_exported: line.is_exported,
            subjects: BTreeMap::new(),
            by_transaction: BTreeMap::new(),
        }
    }

    /// Adds a line, whose subject is `subject` in theirs.
    fn add(&mut self, line: &VoucherLine, subject: &str) {
        let transaction = (line.transaction.clone(), subject.into());
        let sums = [
            self.subjects.entry(subject.into()).or_default(),
            self.by_transaction.entry(transaction).or_default(),
        ];
        for sum in sums {
            *sum = (sum.0 + line.debit, sum.1 + line.credit);
        }
        self.is_exported &= line.is_exported;
    }

    /// The transactions in it, each once.
    pub(super) fn transactions(&self) -> Vec<Box<str>> {
        let named = self.by_transaction.keys().map(|(transaction, _)| transaction);
        let named: BTreeSet<&Box<str>> = named.filter(|transaction| !transaction.is_empty()).collect();
        named.into_iter().cloned().collect()
    }

    /// The transactions that are not the same in another; all of its own, where the other does not tell transactions.
    pub(super) fn transactions_that_differ(&self, other: &Unit) -> Vec<Box<str>> {
        if other.by_transaction.keys().any(|(transaction, _)| transaction.is_empty()) {
            return self.transactions();
        }
        let differs =
            |key: &&(Box<str>, Box<str>)| self.by_transaction.get(*key) != other.by_transaction.get(*key);
        let keys: BTreeSet<_> = self.by_transaction.keys().chain(other.by_transaction.keys()).collect();
        let named: BTreeSet<_> =
            keys.into_iter().filter(differs).map(|(transaction, _)| transaction).collect();
        named.into_iter().filter(|transaction| !transaction.is_empty()).cloned().collect()
    }

    /// What it has on a subject.
    pub(super) fn on(&self, subject: &str) -> Turnover {
        self.subjects.get(subject).copied().unwrap_or_default()
    }
}

/// Our vouchers: lines of one source are one, and have one date. `subject_of` says what a line's subject is in theirs; lines without one are left
/// out.
pub(super) fn our_units<'a>(
    lines: &'a [VoucherLine],
    subject_of: impl Fn(&'a VoucherLine) -> Result<Option<&'a str>, LineError>,
) -> Result<Vec<Unit>, LineError> {
    let mut units: BTreeMap<(&str, Currency, &str), Unit> = BTreeMap::new();
    for line in lines {
        let Some(subject) = subject_of(line)? else { continue };
        let unit = units.entry((&line.entity, line.currency, &line.source)).or_insert_with(|| Unit::of(line));
        if unit.date != line.date {
            let reason = format!("{} of {} is also of {}", line.source, line.date, unit.date);
            return Err(LineError::of(LineFault::TwoDates, line.line, "date", reason));
        }
        unit.add(line, subject);
    }
    Ok(units.into_values().collect())
}

/// Their vouchers: lines of one number and date are one, and have one source. Numbers begin anew with each period.
pub(super) fn their_units(
    lines: &[VoucherLine],
    is_wanted: impl Fn(&VoucherLine) -> bool,
) -> Result<Vec<Unit>, LineError> {
    let mut units: BTreeMap<(&str, Currency, Date, &str), Unit> = BTreeMap::new();
    for line in lines.iter().filter(|line| is_wanted(line)) {
        let key = (&*line.entity, line.currency, line.date, &*line.voucher);
        let unit = units.entry(key).or_insert_with(|| Unit::of(line));
        if unit.source != line.source {
            let reason = format!("{} of `{}` is also of `{}`", line.voucher, line.source, unit.source);
            return Err(LineError::of(LineFault::TwoSources, line.line, "source", reason));
        }
        unit.add(line, &line.subject);
    }
    Ok(units.into_values().collect())
}
