//! Those of one name: one of the books against one of the file, and each other is one too many, or on one side only.

use crate::candidate::Candidate;
use crate::compare::Rules;
use crate::finding::{Class, Fate, Finding, is_told};
use crate::found::Found;
use crate::hung::Side;
use crate::transaction::BookState;

/// So many of one name on one side are looked at for the one that is most alike: more are a fault of that side, whichever is taken.
const MOST_ALIKE: usize = 16;

/// What was found of one or two candidates.
pub(crate) struct Judged<'a> {
    pub(crate) class: Class,
    pub(crate) fate: Fate,
    pub(crate) explains: i128,
    days: u32,
    book: Option<&'a Candidate>,
    file: Option<&'a Candidate>,
}

impl Judged<'_> {
    pub(crate) fn is_told(&self) -> bool {
        is_told(self.class, self.days)
    }

    /// The finding, with its transactions. What waits since today waits since the rules' date.
    pub(crate) fn found(&self, rules: &Rules) -> Found {
        let transaction = |one: Option<&Candidate>| one.map(|candidate| candidate.transaction.clone());
        let Judged { class, fate, explains, days, book, file } = *self;
        let waits = book.or(file).filter(|_| fate == Fate::Hung);
        let since = waits.map(|one| one.since.map_or(rules.date, |(since, _)| since));
        let (book, file) = (transaction(book), transaction(file));
        Found { finding: Finding { class, fate, book, file, days, explains }, since }
    }
}

/// Judges all of one name, in their order; gives how many moved nothing and are not known to the other side.
pub(crate) fn judge(rules: &Rules, group: &[&Candidate], take: &mut dyn FnMut(&Judged<'_>)) -> u64 {
    let books = group.partition_point(|candidate| candidate.side == Side::Book);
    let (book, file) = group.split_at(books);
    let pair = best_pair(book, file);
    if let Some((book, file)) = pair {
        take(&compare_pair(rules, book, file));
    }
    let mut unmoved = 0;
    for (side, one_alone, duplicate) in
        [(book, Class::Short, Class::DuplicateInBook), (file, Class::Long, Class::DuplicateInFile)]
    {
        let is_compared = |one: &Candidate| {
            pair.is_some_and(|(book, file)| std::ptr::eq(one, book) || std::ptr::eq(one, file))
        };
        for (index, candidate) in side.iter().filter(|one| !is_compared(one)).enumerate() {
            let is_first = pair.is_none() && index == 0;
            // It failed, and the other side knows nothing of it: there is nothing that could differ.
            let moved_nothing = candidate.transaction.state == BookState::Failed && candidate.since.is_none();
            match is_first {
                true if moved_nothing => unmoved += 1,
                true => take(&alone(rules, candidate, one_alone)),
                false => take(&one_sided(candidate, duplicate, Fate::Open, 0)),
            }
        }
    }
    unmoved
}

/// The two that are most alike: in state, amount and fee, then in amount, then the first of each.
fn best_pair<'a>(book: &[&'a Candidate], file: &[&'a Candidate]) -> Option<(&'a Candidate, &'a Candidate)> {
    let likeness = |(book, file): &(&Candidate, &Candidate)| {
        let (book, file) = (&book.transaction, &file.transaction);
        (book.state != file.state, book.gross != file.gross, book.fee != file.fee)
    };
    let first = |side: &[&'a Candidate]| side.len().min(MOST_ALIKE);
    let (book, file) = (&book[..first(book)], &file[..first(file)]);
    let pairs = book.iter().flat_map(|book| file.iter().map(move |file| (*book, *file)));
    pairs.min_by_key(likeness)
}

fn compare_pair<'a>(rules: &Rules, book: &'a Candidate, file: &'a Candidate) -> Judged<'a> {
    let (ours, theirs) = (&book.transaction, &file.transaction);
    let fees_differ_by = ours.fee.0.abs_diff(theirs.fee.0);
    let (class, fate) = if ours.state != theirs.state {
        (Class::StateDiffers, Fate::Open)
    } else if ours.gross != theirs.gross {
        (Class::AmountDiffers, Fate::Open)
    } else if fees_differ_by == 0 {
        (Class::Matched, Fate::Closed)
    } else if fees_differ_by <= rules.fee_tolerance {
        (Class::FeeDiffers, Fate::Adjusted)
    } else {
        (Class::FeeDiffers, Fate::Open)
    };
    let days = [book, file].iter().filter_map(|candidate| candidate.since).map(|(_, days)| days + 1).max();
    Judged {
        class,
        fate,
        explains: file.of_today() - book.of_today(),
        days: days.unwrap_or(0),
        book: Some(book),
        file: Some(file),
    }
}

/// Something on one side only: it waits, or has waited long enough. A try has no money that could go to suspense.
fn alone<'a>(rules: &Rules, candidate: &'a Candidate, class: Class) -> Judged<'a> {
    let days = candidate.since.map_or(0, |(_, days)| days + 1);
    let is_pending = candidate.transaction.state == BookState::Pending;
    let class = if is_pending { Class::Pending } else { class };
    let fate = match (days >= rules.hang_days.max(1), is_pending) {
        (false, _) => Fate::Hung,
        (true, true) => Fate::Open,
        (true, false) => Fate::Suspense,
    };
    one_sided(candidate, class, fate, days)
}

fn one_sided(candidate: &Candidate, class: Class, fate: Fate, days: u32) -> Judged<'_> {
    let (moved, one) = (candidate.of_today(), Some(candidate));
    match candidate.side {
        Side::Book => Judged { class, fate, explains: -moved, days, book: one, file: None },
        Side::File => Judged { class, fate, explains: moved, days, book: None, file: one },
    }
}
