//! Several settlements are one line, or one settlement is several lines.

use std::collections::BTreeSet;

use super::finding::Class;
use super::pool::{Pool, Reach};
use super::subsets::subsets;
use crate::calendar::CalendarError;

/// Which side is the sum of several of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    /// A line of the bank: days of a channel came in one.
    Line,
    /// A settlement: the bank has it in parts.
    Settlement,
}

/// The sums that could explain one line, or one settlement.
struct Explained {
    whole: usize,
    /// Places on the other side.
    answers: Vec<BTreeSet<usize>>,
}

/// Matches what is the one sum of others within reach, where nothing else wants any of them. Places whose sums were too many to look
/// at are given back.
pub(super) fn match_sums(
    pool: &mut Pool<'_>,
    whole: Whole,
    reach: Reach,
) -> Result<Vec<usize>, CalendarError> {
    let places = match whole {
        Whole::Line => pool.open_lines(),
        Whole::Settlement => pool.open_settlements(),
    };
    let mut explained = Vec::new();
    let mut unsearched = Vec::new();
    for place in places {
        let (answers, is_whole) = answers(pool, whole, place, reach);
        if !is_whole {
            unsearched.push(place);
        }
        if !answers.is_empty() {
            explained.push(Explained { whole: place, answers });
        }
    }
    for group in groups(explained) {
        let is_clear =
            matches!(&group[..], [one] if one.answers.len() == 1 && !unsearched.contains(&one.whole));
        let class = if is_clear { Class::Matched } else { Class::Ambiguous };
        let wholes: Vec<usize> = group.iter().map(|one| one.whole).collect();
        let parts: BTreeSet<usize> =
            group.iter().flat_map(|one| one.answers.iter().flatten().copied()).collect();
        let parts: Vec<usize> = parts.into_iter().collect();
        match whole {
            Whole::Line => pool.close(class, &parts, &wholes)?,
            Whole::Settlement => pool.close(class, &wholes, &parts)?,
        }
    }
    Ok(unsearched)
}

/// The sums that could be a line or a settlement, and whether all were looked at. Those of several channels are no sum: each channel pays for
/// itself.
fn answers(pool: &Pool<'_>, whole: Whole, place: usize, reach: Reach) -> (Vec<BTreeSet<usize>>, bool) {
    let (mut all, mut is_whole) = (Vec::new(), true);
    for (candidates, must) in candidates(pool, whole, place, reach) {
        let amounts: Vec<i128> = match whole {
            Whole::Line => candidates.iter().map(|one| pool.settlements[*one].net).collect(),
            Whole::Settlement => candidates.iter().map(|one| pool.lines[*one].amount).collect(),
        };
        let sum = match whole {
            Whole::Line => pool.lines[place].amount,
            Whole::Settlement => pool.settlements[place].net,
        };
        let answers = subsets(&amounts, sum);
        is_whole &= answers.is_whole;
        let found =
            answers.found.into_iter().map(|found| found.into_iter().map(|at| candidates[at]).collect());
        all.extend(found.filter(|found: &BTreeSet<usize>| {
            must.is_empty() || must.iter().any(|named| found.contains(named))
        }));
    }
    (all, is_whole)
}

/// What may be parts of a line, by channel, or of a settlement; and those of which one must be among them, since one names the other.
fn candidates(pool: &Pool<'_>, whole: Whole, place: usize, reach: Reach) -> Vec<(Vec<usize>, Vec<usize>)> {
    if whole == Whole::Settlement {
        let fits = |line: &usize| {
            let named = pool.named(*line);
            pool.is_near(place, *line, reach) && (named.is_empty() || named.contains(&place))
        };
        return vec![(pool.open_lines().into_iter().filter(fits).collect(), pool.named_by(place))];
    }
    let fits = |one: &usize| {
        let named_by = pool.named_by(*one);
        pool.is_near(*one, place, reach) && (named_by.is_empty() || named_by.contains(&place))
    };
    let near: Vec<usize> = pool.open_settlements().into_iter().filter(fits).collect();
    let channels: BTreeSet<&str> = near.iter().map(|one| &*pool.settlements[*one].channel).collect();
    let of = |channel: &str| {
        near.iter().copied().filter(|one| *pool.settlements[*one].channel == *channel).collect()
    };
    channels.into_iter().map(|channel| (of(channel), pool.named(place))).collect()
}

/// Those that want one thing, together.
fn groups(explained: Vec<Explained>) -> Vec<Vec<Explained>> {
    let mut groups: Vec<(BTreeSet<usize>, Vec<Explained>)> = Vec::new();
    for one in explained {
        let mut parts: BTreeSet<usize> = one.answers.iter().flatten().copied().collect();
        let mut members = vec![one];
        for (others, more) in
            groups.extract_if(.., |(others, _)| !others.is_disjoint(&parts)).collect::<Vec<_>>()
        {
            parts.extend(others);
            members.extend(more);
        }
        members.sort_by_key(|one| one.whole);
        groups.push((parts, members));
    }
    groups.into_iter().map(|(_, members)| members).collect()
}
