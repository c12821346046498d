//! Whether statements of one account follow each other.

use longmen_channel_files::MoneyStatement;
use longmen_ledger::Date;

/// What a statement says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementHead {
    /// Where it stands, in words.
    pub place: Box<str>,
    /// The first date and the last that it is of.
    pub dates: (Date, Date),
    /// In minor units, where it says so.
    pub opening: Option<i128>,
    pub closing: Option<i128>,
    /// Its number, as the bank writes it: `171`, `171/1`; of several pages `171/1-171/2`.
    pub number: Option<Box<str>>,
}

impl StatementHead {
    /// The head of a statement; `None` where it has no date.
    #[must_use]
    pub fn of(place: &str, statement: &MoneyStatement) -> Option<StatementHead> {
        Some(StatementHead {
            place: place.into(),
            dates: statement.dates?,
            opening: statement.opening,
            closing: statement.closing,
            number: statement.number.clone(),
        })
    }

    /// Its number and that of its page, the first and the last.
    fn numbers(&self) -> Option<[Number; 2]> {
        let text = self.number.as_deref()?;
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        Some([Number::parse(first)?, Number::parse(last)?])
    }
}

/// The number of a statement and of its page, where it has pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Number {
    statement: u64,
    page: Option<u64>,
}

impl Number {
    fn parse(text: &str) -> Option<Number> {
        match text.split_once('/') {
            None => Some(Number { statement: text.parse().ok()?, page: None }),
            Some((statement, page)) => {
                Some(Number { statement: statement.parse().ok()?, page: Some(page.parse().ok()?) })
            }
        }
    }

    /// Whether nothing is missing between one and the next: the next page, or the next statement.
    fn is_followed_by(self, next: Number) -> bool {
        let is_next_page = self.statement == next.statement
            && self.page.zip(next.page).is_some_and(|(page, next)| page + 1 == next);
        is_next_page || (self.statement + 1 == next.statement && next.page.unwrap_or(1) <= 1)
    }
}

/// What is wrong between two statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum GapKind {
    /// The one does not open with what the other closed with.
    BalanceGap,
    /// A number between them is missing, or comes twice.
    NumberGap,
    /// They have dates in common.
    DatesOverlap,
}

impl GapKind {
    /// Its name: `balance_gap`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Two statements that do not follow each other: something is missing between them, and what it had cannot be matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    pub kind: GapKind,
    pub before: StatementHead,
    pub after: StatementHead,
}

/// What is missing between statements of one account, in the order of their dates. Numbers may begin anew with a year.
#[must_use]
pub fn gaps(mut statements: Vec<StatementHead>) -> Vec<Gap> {
    statements.sort_by(|one, other| (one.dates, &one.place).cmp(&(other.dates, &other.place)));
    let mut gaps = Vec::new();
    for pair in statements.windows(2) {
        let [before, after] = pair else { continue };
        let mut add = |kind, is_there| {
            gaps.extend(
                Some(Gap { kind, before: before.clone(), after: after.clone() }).filter(|_| is_there),
            );
        };
        add(GapKind::DatesOverlap, after.dates.0 < before.dates.1);
        add(
            GapKind::BalanceGap,
            before.closing.zip(after.opening).is_some_and(|(closing, opening)| closing != opening),
        );
        if let (Some([_, last]), Some([first, _])) = (before.numbers(), after.numbers()) {
            let begins_anew = first.statement == 1 && after.dates.1.year() > before.dates.1.year();
            add(GapKind::NumberGap, !last.is_followed_by(first) && !begins_anew);
        }
    }
    gaps
}
