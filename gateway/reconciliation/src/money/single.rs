//! One settlement is one line.

use super::finding::Class;
use super::pool::{Pool, Reach};
use crate::calendar::CalendarError;

/// Matches what is named and has its amount, whenever it came: nothing else has the reference, and the line names nothing else.
pub(super) fn match_named(pool: &mut Pool<'_>) -> Result<(), CalendarError> {
    close_named(pool, Class::Matched, |net, amount| net == amount)
}

/// What is named, and left over because its amount is another.
pub(super) fn told_amounts_differ(pool: &mut Pool<'_>) -> Result<(), CalendarError> {
    close_named(pool, Class::AmountDiffers, |net, amount| net != amount)
}

fn close_named(
    pool: &mut Pool<'_>,
    class: Class,
    holds: impl Fn(i128, i128) -> bool,
) -> Result<(), CalendarError> {
    for settlement in pool.open_settlements() {
        let [line] = pool.named_by(settlement)[..] else { continue };
        let is_alone = pool.named(line) == [settlement];
        if is_alone && holds(pool.settlements[settlement].net, pool.lines[line].amount) {
            pool.close(class, &[settlement], &[line])?;
        }
    }
    Ok(())
}

/// Matches by amount and date, within reach. Where several have one amount, and as many lines as settlements of one channel, they are
/// matched in order: which is which changes nothing. Otherwise they are ambiguous.
pub(super) fn match_amounts(pool: &mut Pool<'_>, reach: Reach) -> Result<(), CalendarError> {
    let mut seen = vec![false; pool.settlements.len()];
    for first in pool.open_settlements() {
        if seen[first] {
            continue;
        }
        let (settlements, lines) = alike(pool, first, reach);
        settlements.iter().for_each(|place| seen[*place] = true);
        if lines.is_empty() {
            continue;
        }
        let pairs = || settlements.iter().copied().zip(lines.iter().copied());
        let of_one_channel = settlements
            .iter()
            .all(|place| pool.settlements[*place].channel == pool.settlements[first].channel);
        let is_clear = settlements.len() == lines.len()
            && of_one_channel
            && pairs().all(|(settlement, line)| fits(pool, settlement, line, reach));
        if !is_clear {
            pool.close(Class::Ambiguous, &settlements, &lines)?;
            continue;
        }
        for (settlement, line) in pairs().collect::<Vec<_>>() {
            pool.close(Class::Matched, &[settlement], &[line])?;
        }
    }
    Ok(())
}

/// The settlements and lines that hang together with a settlement: each may be one of the others. All of them have one amount.
fn alike(pool: &Pool<'_>, first: usize, reach: Reach) -> (Vec<usize>, Vec<usize>) {
    let net = pool.settlements[first].net;
    let of_net = |place: &usize| pool.settlements[*place].net == net;
    let mut other_settlements: Vec<usize> = pool.open_settlements().into_iter().filter(of_net).collect();
    let of_amount = |place: &usize| pool.lines[*place].amount == net;
    let mut other_lines: Vec<usize> = pool.open_lines().into_iter().filter(of_amount).collect();
    let (mut settlements, mut lines) = (vec![first], Vec::new());
    other_settlements.retain(|place| *place != first);
    loop {
        let to_lines = |line: &mut usize| settlements.iter().any(|one| fits(pool, *one, *line, reach));
        let found: Vec<usize> = other_lines.extract_if(.., to_lines).collect();
        lines.extend(&found);
        let to_settlements = |one: &mut usize| found.iter().any(|line| fits(pool, *one, *line, reach));
        let more: Vec<usize> = other_settlements.extract_if(.., to_settlements).collect();
        settlements.extend(&more);
        if more.is_empty() {
            settlements.sort_unstable();
            lines.sort_unstable();
            return (settlements, lines);
        }
    }
}

/// Whether a line may be a settlement. One that names others is theirs, and one that others name is of those lines.
fn fits(pool: &Pool<'_>, settlement: usize, line: usize, reach: Reach) -> bool {
    let (named, named_by) = (pool.named(line), pool.named_by(settlement));
    pool.is_near(settlement, line, reach)
        && (named.is_empty() || named.contains(&settlement))
        && (named_by.is_empty() || named_by.contains(&line))
}
