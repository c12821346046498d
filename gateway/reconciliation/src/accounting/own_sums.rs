//! Whether a side adds up by itself.

use std::collections::BTreeMap;

use super::Side;
use super::balance_line::BalanceLine;

/// How a line does not add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum OwnFaultKind {
    /// Opening balance and turnovers do not make the closing one.
    DoesNotAddUp,
    /// It does not open with what the line before closed with: something was changed in a cycle that was over.
    NotCarried,
}

impl OwnFaultKind {
    /// Its name: `not_carried`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A line that does not add up by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnFault {
    pub side: Side,
    pub kind: OwnFaultKind,
    pub line: BalanceLine,
    /// What the closing balance, or the opening one, would have to be, debit-positive in minor units.
    pub expected: i128,
}

/// What does not add up on one side, by line.
#[must_use]
pub fn own_faults(side: Side, lines: &[BalanceLine]) -> Vec<OwnFault> {
    let mut faults = Vec::new();
    let mut accounts: BTreeMap<_, Vec<&BalanceLine>> = BTreeMap::new();
    for line in lines {
        accounts.entry(line.account()).or_default().push(line);
        let expected = line.figures.follows();
        if line.figures.closing != expected {
            faults.push(OwnFault { side, kind: OwnFaultKind::DoesNotAddUp, line: line.clone(), expected });
        }
    }
    for lines in accounts.values_mut() {
        lines.sort_by_key(|line| (line.from, line.line));
        for pair in lines.windows(2) {
            let expected = pair[0].figures.closing;
            if pair[1].figures.opening != expected {
                let (kind, line) = (OwnFaultKind::NotCarried, pair[1].clone());
                faults.push(OwnFault { side, kind, line, expected });
            }
        }
    }
    faults.sort_by_key(|fault| (fault.line.line, fault.kind));
    faults
}
