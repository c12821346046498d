//! The totals at the end of the log, and the relations between them (总总, 总分).

use std::collections::BTreeMap;

use super::account::Account;
use super::chart::Chart;
use super::fault::BookFault;
use super::lines::Line;
use super::report::{SubjectTotal, UnitTotal};
use crate::ledger::{Subject, SubjectClass, SubjectId};

/// The totals of books whose relations hold.
pub(super) struct Totals {
    pub(super) units: Vec<UnitTotal>,
    pub(super) subjects: Vec<SubjectTotal>,
    pub(super) first_level: Vec<SubjectTotal>,
}

/// The sum of the accounts of a line.
#[derive(Clone, Copy, Default)]
struct Sum {
    balance: i128,
    accounts: u64,
}

impl Totals {
    /// Adds up the accounts and holds them against the entries.
    pub(super) fn of(chart: &Chart, accounts: &[Account]) -> Result<Totals, BookFault> {
        let mut sums = vec![Sum::default(); chart.lines.list.len()];
        for account in accounts {
            let sum = &mut sums[account.line as usize];
            sum.balance += account.balance;
            sum.accounts += 1;
        }
        for (line, sum) in chart.lines.list.iter().zip(&sums) {
            let &Line { subject, currency, turnover: (debit, credit), .. } = line;
            let (total, accounts) = (debit - credit, sum.balance);
            if total != accounts {
                return Err(BookFault::SubjectTotal { subject, currency, total, accounts });
            }
        }
        let units = units(chart, accounts)?;
        let lines: Vec<_> =
            chart.lines.list.iter().zip(&sums).map(|(line, sum)| total(chart, line, *sum)).collect();
        let first_level = first_level(chart, &lines);
        Ok(Totals { units, subjects: ordered(lines.into_iter().map(|(_, total)| total)), first_level })
    }
}

/// Debits and credits by unit, from the accounts and from the lines.
fn units(chart: &Chart, accounts: &[Account]) -> Result<Vec<UnitTotal>, BookFault> {
    let mut units: Vec<UnitTotal> = Vec::with_capacity(chart.units.len());
    for (entity, currency) in &chart.units {
        let entity = chart.entities[usize::from(entity.0)].code.clone();
        let (debit_turnover, credit_turnover, memo_net, debit_balance, credit_balance) = (0, 0, 0, 0, 0);
        let currency = *currency;
        units.push(UnitTotal {
            entity,
            currency,
            debit_turnover,
            credit_turnover,
            memo_net,
            debit_balance,
            credit_balance,
        });
    }
    let mut unit_of_line = vec![None; chart.lines.list.len()];
    for account in accounts {
        let Some(unit) = account.unit.map(usize::from) else { continue };
        unit_of_line[account.line as usize] = Some(unit);
        if chart.class(account.line) == SubjectClass::Memo {
            units[unit].memo_net += account.balance;
            continue;
        }
        units[unit].debit_balance += account.balance.max(0);
        units[unit].credit_balance += (-account.balance).max(0);
    }
    for (index, (line, unit)) in (0..).zip(chart.lines.list.iter().zip(unit_of_line)) {
        let Some(unit) = unit.filter(|_| chart.class(index) != SubjectClass::Memo) else { continue };
        units[unit].debit_turnover += line.turnover.0;
        units[unit].credit_turnover += line.turnover.1;
    }
    for (unit, (entity, currency)) in units.iter().zip(&chart.units) {
        let by_entries = unit.debit_turnover - unit.credit_turnover;
        let by_accounts = unit.debit_balance - unit.credit_balance;
        let memo = unit.memo_net;
        if let Some(net) = [by_entries, by_accounts].into_iter().find(|net| *net != -memo) {
            let (entity, currency) = (*entity, *currency);
            return Err(match memo {
                0 => BookFault::UnitTotal { entity, currency, net },
                _ => BookFault::MemoNet { entity, currency, net, memo },
            });
        }
    }
    units.sort_by(|a, b| (&a.entity, a.currency).cmp(&(&b.entity, b.currency)));
    Ok(units)
}

fn subject(chart: &Chart, id: SubjectId) -> &Subject {
    &chart.subjects[usize::try_from(id.0).expect("a u32 fits an address")]
}

fn total(chart: &Chart, line: &Line, sum: Sum) -> (SubjectId, SubjectTotal) {
    let subject = subject(chart, line.subject);
    let (debit_turnover, credit_turnover) = line.turnover;
    let total = SubjectTotal {
        entity: chart.entities[usize::from(subject.entity.0)].code.clone(),
        code: subject.opening.code.clone(),
        name: subject.opening.name.clone(),
        class: subject.opening.class,
        normal: subject.opening.normal,
        currency: line.currency,
        accounts: sum.accounts,
        debit_turnover,
        credit_turnover,
        balance: sum.balance,
    };
    (line.subject, total)
}

/// The lines added up by first-level subject.
fn first_level(chart: &Chart, lines: &[(SubjectId, SubjectTotal)]) -> Vec<SubjectTotal> {
    let mut levels = BTreeMap::new();
    for (id, line) in lines {
        let leaf = subject(chart, *id);
        let code = leaf.opening.first_level();
        let level = levels.entry((leaf.entity, code, line.currency)).or_insert_with(|| {
            let itself = |subject: &&Subject| subject.entity == leaf.entity && &*subject.opening.code == code;
            let named = chart.subjects.iter().find(itself).map(|subject| &subject.opening);
            SubjectTotal {
                code: code.into(),
                name: named.map(|opening| opening.name.clone()).unwrap_or_default(),
                class: named.map_or(line.class, |opening| opening.class),
                normal: named.map_or(line.normal, |opening| opening.normal),
                accounts: 0,
                debit_turnover: 0,
                credit_turnover: 0,
                balance: 0,
                ..line.clone()
            }
        });
        level.accounts += line.accounts;
        level.debit_turnover += line.debit_turnover;
        level.credit_turnover += line.credit_turnover;
        level.balance += line.balance;
    }
    ordered(levels.into_values())
}

fn ordered(totals: impl Iterator<Item = SubjectTotal>) -> Vec<SubjectTotal> {
    let mut totals: Vec<_> = totals.collect();
    totals.sort_by(|a, b| (&a.entity, &a.code, a.currency).cmp(&(&b.entity, &b.code, b.currency)));
    totals
}
