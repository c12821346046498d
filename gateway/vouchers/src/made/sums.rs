//! Sums of lines by currency, debit-positive.

use std::collections::BTreeMap;

use longmen_ledger::{Amount, Currency};

use super::draft::Line;

/// What lines come to in each currency; those that balance are not in it.
pub(super) fn imbalances<'a>(lines: impl IntoIterator<Item = &'a Line>) -> BTreeMap<Currency, i128> {
    sums(lines, |line| line.amount)
}

/// The same in the local currency, by the currency of the lines.
pub(super) fn local_imbalances<'a>(lines: impl IntoIterator<Item = &'a Line>) -> BTreeMap<Currency, i128> {
    sums(lines, |line| line.local)
}

fn sums<'a>(
    lines: impl IntoIterator<Item = &'a Line>,
    of: impl Fn(&Line) -> Amount,
) -> BTreeMap<Currency, i128> {
    let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
    for line in lines {
        *sums.entry(line.currency).or_default() += line.side.signed(of(line));
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}
