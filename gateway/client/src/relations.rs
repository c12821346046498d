//! The four relations that a trial balance must satisfy, computed from its lines alone.

use std::collections::BTreeMap;

use crate::history::{TrialBalance, TrialLine};

/// One relation, and what does not satisfy it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    pub name: &'static str,
    /// What it says.
    pub says: &'static str,
    /// Where it does not hold, in words; empty: it holds.
    pub broken: Vec<String>,
}

impl Relation {
    /// Whether it holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.broken.is_empty()
    }
}

impl TrialBalance {
    /// The four relations that it must satisfy. Those between debits and credits are taken per entity and currency, over
    /// everything but off-balance subjects, which stand apart (表外单式记账).
    #[must_use]
    pub fn relations(&self) -> [Relation; 4] {
        let own = |line: &TrialLine| match line.normal.natural(line.opening) + line.debit - line.credit
            == line.normal.natural(line.closing)
        {
            true => None,
            false => {
                Some(format!("{}: opening {} + turnover is not {}", name(line), line.opening, line.closing))
            }
        };
        let sum = |line: &TrialLine| match line.closing == line.accounts_total {
            true => None,
            false => {
                Some(format!("{}: {} but its accounts {}", name(line), line.closing, line.accounts_total))
            }
        };
        [
            Relation {
                name: "总总",
                says: "debit turnover = credit turnover, debit balances = credit balances",
                broken: [equal(self, "turnover", |line| line.debit - line.credit), balances(self)].concat(),
            },
            Relation {
                name: "总账自身",
                says: "opening + turnover = closing, for each subject",
                broken: self.lines.iter().filter_map(own).collect(),
            },
            Relation {
                name: "总分",
                says: "each subject = the sum of its accounts",
                broken: self.lines.iter().filter_map(sum).collect(),
            },
            Relation {
                name: "分户",
                says: "accounts on the debit side = accounts on the credit side",
                broken: equal(self, "accounts", |line| line.normal.natural(line.accounts_total)),
            },
        ]
    }
}

fn balances(trial: &TrialBalance) -> Vec<String> {
    equal(trial, "balances", |line| line.normal.natural(line.closing))
}

/// Entities and currencies in which the debit-positive figures of the lines do not add up to nothing.
fn equal(trial: &TrialBalance, what: &str, figure: impl Fn(&TrialLine) -> i128) -> Vec<String> {
    let mut nets: BTreeMap<(&str, &str), i128> = BTreeMap::new();
    for line in trial.lines.iter().filter(|line| &*line.class != "off_balance") {
        *nets.entry((&line.entity, &line.currency)).or_default() += figure(line);
    }
    let broken = nets.into_iter().filter(|(_, net)| *net != 0);
    broken.map(|((entity, currency), net)| format!("{entity} {currency}: {what} differ by {net}")).collect()
}

fn name(line: &TrialLine) -> String {
    format!("{} {} {}", line.entity, line.subject, line.currency)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Side;

    fn line(subject: &str, class: &str, normal: Side, figures: [i128; 5]) -> TrialLine {
        let [opening, debit, credit, closing, accounts_total] = figures;
        TrialLine {
            entity: "E".into(),
            date: "2026-01-01".into(),
            subject: subject.into(),
            name: subject.into(),
            class: class.into(),
            normal,
            currency: "CNY".into(),
            exponent: 2,
            opening,
            debit,
            credit,
            closing,
            accounts_total,
            accounts: 1,
        }
    }

    #[test]
    fn what_is_broken_is_named() {
        #[track_caller]
        fn check(change: impl Fn(&mut [TrialLine; 3]), broken: [bool; 4]) {
            let mut lines = [
                line("1002", "asset", Side::Debit, [100, 50, 20, 130, 130]),
                line("2203", "liability", Side::Credit, [100, 20, 50, 130, 130]),
                line("7101", "off_balance", Side::Debit, [0, 7, 0, 7, 7]),
            ];
            change(&mut lines);
            let trial = TrialBalance { frame: 1, lines: lines.to_vec(), summaries: Vec::new() };
            assert_eq!(trial.relations().map(|relation| !relation.holds()), broken);
        }
        check(|_| {}, [false; 4]);
        check(|lines| lines[0].debit += 1, [true, true, false, false]);
        check(|lines| lines[0].opening += 1, [false, true, false, false]);
        check(|lines| lines[1].closing += 1, [true, true, true, false]);
        check(|lines| lines[1].accounts_total += 1, [false, false, true, true]);
        check(|lines| lines[2].accounts_total += 1, [false, false, true, false]);
        check(|lines| lines[2].debit += 1, [false, true, false, false]);
    }
}
