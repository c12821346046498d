//! The comparison: both sides in the order of what names a transaction, and those of one name against each other.

use longmen_channel_files::RowKind;
use longmen_ledger::Date;

use crate::finding::{Class, Fate, Finding};
use crate::hung::{Hung, Side};
use crate::sums::Compared;
use crate::transaction::{BookState, Transaction};

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

/// So many of one name on one side are looked at for the one that is most alike: more are a fault of that side, whichever is taken.
const MOST_ALIKE: usize = 16;

/// One transaction of either side, and since when it waits, if it does.
#[derive(Clone, Debug)]
struct Candidate {
    side: Side,
    since: Option<(Date, u32)>,
    transaction: Transaction,
}

/// Compares the books of a date with the file of that date, and both with what is hung over. All of it is in one currency.
///
/// # Panics
/// If the findings do not make the file of the books: a comparison that does not prove itself is none.
#[must_use]
pub fn compare(rules: &Rules, book: Vec<Transaction>, file: Vec<Transaction>, hung: Vec<Hung>) -> Compared {
    let mut compared = Compared::default();
    let mut candidates = Vec::with_capacity(book.len() + file.len() + hung.len());
    candidates.extend(hung.into_iter().map(|Hung { side, since, days, transaction }| Candidate {
        side,
        since: Some((since, days)),
        transaction,
    }));
    for (side, transactions) in [(Side::Book, book), (Side::File, file)] {
        let sums = if side == Side::Book { &mut compared.book } else { &mut compared.file };
        sums.rows += transactions.len() as u64;
        sums.net += transactions.iter().map(Transaction::net).sum::<i128>();
        let today = |transaction| Candidate { side, since: None, transaction };
        candidates.extend(transactions.into_iter().map(today));
    }
    // Of one name: what has waited longest first, then as it stands on its side.
    candidates.sort_by(|one, other| order(one).cmp(&order(other)));
    let same = |one: &Candidate, other: &Candidate| name(one) == name(other);
    for group in candidates.chunk_by(same) {
        compare_group(rules, group, &mut compared);
    }
    assert_eq!(compared.explained(), compared.file.net, "what differs makes the file of the books");
    compared
}

/// What names a transaction on both sides.
fn name(candidate: &Candidate) -> (&str, RowKind) {
    (&candidate.transaction.merchant_number, candidate.transaction.kind)
}

fn order(candidate: &Candidate) -> impl Ord + '_ {
    let waits = candidate.since.map_or(Date::LAST, |(since, _)| since);
    (name(candidate), candidate.side, waits, candidate.transaction.line, &candidate.transaction.reference)
}

/// Those of one name: one of the books against one of the file, and each other is one too many, or on one side only.
fn compare_group(rules: &Rules, group: &[Candidate], compared: &mut Compared) {
    let of = |side| group.iter().filter(move |candidate| candidate.side == side);
    let pair = best_pair(group);
    if let Some((book, file)) = pair {
        compared.findings.push(compare_pair(rules, book, file));
    }
    for (side, class, duplicate) in [
        (Side::Book, Class::Short, Class::DuplicateInBook),
        (Side::File, Class::Long, Class::DuplicateInFile),
    ] {
        let compared_one = pair.map(|(book, file)| if side == Side::Book { book } else { file });
        let rest = of(side).filter(|candidate| compared_one.is_none_or(|one| !std::ptr::eq(*candidate, one)));
        for (index, candidate) in rest.enumerate() {
            let is_first = pair.is_none() && index == 0;
            if side == Side::File && is_first && candidate.transaction.state == BookState::Failed {
                compared.unmoved += 1;
            } else if is_first {
                alone(rules, candidate, class, compared);
            } else {
                compared.findings.push(one_sided(candidate, duplicate, Fate::Open));
            }
        }
    }
}

/// The two that are most alike: in state, amount and fee, then in amount, then the first of each.
fn best_pair(group: &[Candidate]) -> Option<(&Candidate, &Candidate)> {
    let of = |side| group.iter().filter(move |candidate| candidate.side == side).take(MOST_ALIKE);
    let likeness = |(book, file): &(&Candidate, &Candidate)| {
        let (book, file) = (&book.transaction, &file.transaction);
        let amounts = (book.gross, book.currency) == (file.gross, file.currency);
        (book.state != file.state, !amounts, book.fee != file.fee)
    };
    let pairs = of(Side::Book).flat_map(|book| of(Side::File).map(move |file| (book, file)));
    pairs.min_by_key(likeness)
}

fn compare_pair(rules: &Rules, book: &Candidate, file: &Candidate) -> Finding {
    let (ours, theirs) = (&book.transaction, &file.transaction);
    let fees_differ_by = ours.fee.0.abs_diff(theirs.fee.0);
    let (class, fate) = if ours.state != theirs.state {
        (Class::StateDiffers, Fate::Open)
    } else if (ours.gross, ours.currency) != (theirs.gross, theirs.currency) {
        (Class::AmountDiffers, Fate::Open)
    } else if fees_differ_by == 0 {
        (Class::Matched, Fate::Closed)
    } else if fees_differ_by <= rules.fee_tolerance {
        (Class::FeeDiffers, Fate::Adjusted)
    } else {
        (Class::FeeDiffers, Fate::Open)
    };
    let days = [book, file].iter().filter_map(|candidate| candidate.since).map(|(_, days)| days + 1).max();
    Finding {
        class,
        fate,
        book: Some(ours.clone()),
        file: Some(theirs.clone()),
        days: days.unwrap_or(0),
        explains: of_today(file) - of_today(book),
    }
}

/// Something on one side only: it waits, or has waited long enough.
fn alone(rules: &Rules, candidate: &Candidate, class: Class, compared: &mut Compared) {
    let (since, days) = candidate.since.map_or((rules.date, 0), |(since, days)| (since, days + 1));
    let fate = if days >= rules.hang_days.max(1) { Fate::Suspense } else { Fate::Hung };
    let finding = one_sided(candidate, class, fate);
    compared.findings.push(Finding { days, ..finding });
    if fate == Fate::Hung {
        let transaction = candidate.transaction.clone();
        compared.hung.push(Hung { side: candidate.side, since, days, transaction });
    }
}

fn one_sided(candidate: &Candidate, class: Class, fate: Fate) -> Finding {
    let transaction = Some(candidate.transaction.clone());
    let (book, file) = if candidate.side == Side::Book { (transaction, None) } else { (None, transaction) };
    let explains = if candidate.side == Side::Book { -of_today(candidate) } else { of_today(candidate) };
    Finding { class, fate, book, file, days: 0, explains }
}

/// What a transaction of this date moved: those that wait have moved theirs before.
fn of_today(candidate: &Candidate) -> i128 {
    if candidate.since.is_none() { candidate.transaction.net() } else { 0 }
}
