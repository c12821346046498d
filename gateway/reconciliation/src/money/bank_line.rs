//! A line of the bank's statement, as far as it is matched.

use longmen_channel_files::MoneyLine;
use longmen_ledger::Date;

/// A line of a bank's statement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BankLine {
    pub booked: Date,
    /// Which of the statements it stands in, counted from 0.
    pub statement: usize,
    /// Where it stands there.
    pub line: u64,
    /// In minor units: positive what came in.
    pub amount: i128,
    /// The bank's number for it.
    pub number: Box<str>,
    /// Whatever else it says: the number of whoever ordered it, its kind, its remark.
    pub words: Box<str>,
}

impl BankLine {
    /// The line of a statement.
    #[must_use]
    pub fn of(statement: usize, line: &MoneyLine) -> BankLine {
        let words = [&*line.merchant_number, &line.kind, &line.remark];
        let words: Vec<&str> = words.into_iter().filter(|text| !text.is_empty()).collect();
        BankLine {
            booked: line.booked,
            statement,
            line: line.line,
            amount: line.amount.0.into(),
            number: line.number.clone(),
            words: words.join(" ").into(),
        }
    }

    /// Whether it names something: as a word of its own, so that `W1` is not found in `W12`.
    pub(super) fn names(&self, reference: &str) -> bool {
        !reference.is_empty() && [&self.number, &self.words].iter().any(|text| has_word(text, reference))
    }
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        [before, after].into_iter().flatten().all(|c| !c.is_ascii_alphanumeric())
    })
}
