//! The comparison: what has one name on both sides, against each other.

use std::collections::BTreeMap;
use std::convert::Infallible;

use longmen_ledger::{Currency, Date};

use crate::candidate::Candidate;
use crate::found::Found;
use crate::hung::{Hung, Side};
use crate::judging::judge;
use crate::sums::Compared;
use crate::totals::Totals;
use crate::transaction::Transaction;

/// What is let through, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The date of the books and of the file.
    pub date: Date,
    /// File days that something on one side only waits for: one usually.
    pub hang_days: u32,
    /// By how much a fee may differ and be adjusted without anybody, in minor units.
    pub fee_tolerance: u64,
}

/// Which findings are handed out one by one. All of them are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Differences, and what was one the day before.
    Told,
    /// What agrees as well.
    All,
}

/// Compares the books of a date with the file of that date, and both with what is hung over. All of it is in one currency.
///
/// # Panics
/// If the findings do not make the file of the books: a comparison that does not prove itself is none. If there are several currencies.
#[must_use]
pub fn compare(rules: &Rules, book: Vec<Transaction>, file: Vec<Transaction>, hung: Vec<Hung>) -> Compared {
    let mut candidates: Vec<Candidate> = hung.into_iter().map(Candidate::from).collect();
    candidates.extend(book.into_iter().map(|transaction| Candidate::today(Side::Book, transaction)));
    candidates.extend(file.into_iter().map(|transaction| Candidate::today(Side::File, transaction)));
    let mut compared = Compared::default();
    let totals = compare_each(rules, Keep::All, &candidates, &mut |found| {
        compared.hung.extend(found.hung());
        compared.findings.push(found.finding);
        Ok::<(), Infallible>(())
    });
    let Ok(totals) = totals;
    assert!(totals.len() <= 1, "currencies are compared by themselves");
    for totals in totals.into_values() {
        (compared.book, compared.file, compared.unmoved) = (totals.book, totals.file, totals.unmoved);
    }
    compared
}

/// Compares candidates of any currencies, each currency by itself, and gives the totals of each by its code. Whatever has a name that one
/// of the candidates has must be among them. Findings that are kept go to `take`, by currency, merchant's number and kind; they hold only
/// where this ends well. The order of the candidates is nothing.
///
/// # Errors
/// Whatever `take` ends with.
///
/// # Panics
/// If the findings do not make the file of the books.
pub fn compare_each<E>(
    rules: &Rules,
    keep: Keep,
    candidates: &[Candidate],
    take: &mut dyn FnMut(Found) -> Result<(), E>,
) -> Result<BTreeMap<&'static str, Totals>, E> {
    let mut totals: BTreeMap<Currency, Totals> = BTreeMap::new();
    for candidate in candidates {
        totals.entry(candidate.transaction.currency).or_default().count(candidate);
    }
    let ordered = by_name(candidates);
    let mut kept = Vec::new();
    for group in ordered.chunk_by(|one, other| one.name() == other.name()) {
        let totals = totals.get_mut(&group[0].transaction.currency).expect("every currency was counted");
        let mut is_kept = keep == Keep::All;
        let unmoved = judge(rules, group, &mut |judged| {
            totals.add(judged.class, judged.fate, judged.explains, judged.is_told());
            is_kept |= judged.is_told();
        });
        totals.unmoved += unmoved;
        kept.extend(is_kept.then_some(group));
    }
    totals.values().for_each(Totals::prove);
    // What is kept is little as a rule: that is put into order and judged again, and not everything held.
    kept.sort_unstable_by_key(|group| group[0].place());
    for group in kept {
        let mut taken = Ok(());
        judge(rules, group, &mut |judged| {
            if taken.is_ok() && (keep == Keep::All || judged.is_told()) {
                taken = take(judged.found(rules));
            }
        });
        taken?;
    }
    Ok(totals.into_iter().map(|(currency, totals)| (currency.code(), totals)).collect())
}

/// Those of one name side by side, in the order in which they are looked at. Which name comes first is nothing: a digest of it decides,
/// which takes a fraction of the time that the names take.
fn by_name(candidates: &[Candidate]) -> Vec<&Candidate> {
    let mut ordered: Vec<(u64, &Candidate)> = candidates.iter().map(|one| (one.name_hash(), one)).collect();
    ordered.sort_unstable_by(|(hash, one), (other_hash, other)| {
        hash.cmp(other_hash).then_with(|| one.order().cmp(&other.order()))
    });
    ordered.into_iter().map(|(_, candidate)| candidate).collect()
}
