//! Lines of shorter periods as those of a cycle, with balances carried over turns in which nothing moved.

use std::collections::BTreeMap;

use super::balance_line::{Account, BalanceLine, Figures};
use super::cycle::{Cycle, Period};
use super::line_error::{LineError, LineFault};

/// The figures of each turn of the cycle in which an account has a line.
#[derive(Debug, Default)]
pub(super) struct Turns(BTreeMap<Period, Figures>);

impl Turns {
    /// The figures of a turn: where it has no line, the balance that was carried over it.
    pub(super) fn of(&self, period: Period) -> Figures {
        if let Some(figures) = self.0.get(&period) {
            return *figures;
        }
        let before = self.0.range(..period).next_back().map(|(_, figures)| figures.closing);
        let after = || self.0.range(period..).next().map(|(_, figures)| figures.opening);
        let balance = before.or_else(after).unwrap_or_default();
        Figures { opening: balance, closing: balance, ..Figures::default() }
    }

    pub(super) fn periods(&self) -> impl Iterator<Item = Period> + '_ {
        self.0.keys().copied()
    }
}

/// Puts the lines of each account into the turns of a cycle: the opening balance of the first, the turnovers of all, the closing balance of the
/// last.
pub(super) fn turns(cycle: Cycle, lines: &[BalanceLine]) -> Result<BTreeMap<Account, Turns>, LineError> {
    let mut accounts: BTreeMap<Account, Vec<&BalanceLine>> = BTreeMap::new();
    for line in lines {
        check_line(cycle, line)?;
        accounts.entry(line.account()).or_default().push(line);
    }
    accounts.into_iter().map(|(account, lines)| Ok((account, turns_of(cycle, lines)?))).collect()
}

fn check_line(cycle: Cycle, line: &BalanceLine) -> Result<(), LineError> {
    let BalanceLine { from, to, figures, .. } = line;
    if from > to {
        let reason = format!("the period ends on {to}, and begins on {from}");
        return Err(LineError::of(LineFault::PeriodBackwards, line.line, "period_to", reason));
    }
    let period = cycle.period_of(*from);
    if *to > period.to {
        let reason = format!("it is from {from} to {to}, and the {} ends on {}", cycle.name(), period.to);
        return Err(LineError::of(LineFault::CrossesCycle, line.line, "period_to", reason));
    }
    if figures.adds_up_the_other_way() {
        let reason = "opening and turnovers make it only if balances are credit-positive: a credit balance has a minus, or a side";
        return Err(LineError::of(LineFault::MixedSigns, line.line, "closing", reason));
    }
    Ok(())
}

fn turns_of(cycle: Cycle, mut lines: Vec<&BalanceLine>) -> Result<Turns, LineError> {
    lines.sort_by_key(|line| (line.from, line.line));
    let mut turns = Turns::default();
    let mut before: Option<&BalanceLine> = None;
    for line in lines {
        if let Some(other) = before.filter(|other| other.to >= line.from) {
            let reason = format!("line {} has the same subject to {}", other.line, other.to);
            return Err(LineError::of(LineFault::PeriodsOverlap, line.line, "period_from", reason));
        }
        let Figures { opening, debit, credit, closing } = line.figures;
        let turn = turns.0.entry(cycle.period_of(line.from));
        let turn = turn.or_insert(Figures { opening, ..Figures::default() });
        turn.debit += debit;
        turn.credit += credit;
        turn.closing = closing;
        before = Some(line);
    }
    Ok(turns)
}
