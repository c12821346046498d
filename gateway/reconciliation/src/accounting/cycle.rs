//! How often books are compared.

use longmen_ledger::Date;

/// How often books are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Cycle {
    Day,
    /// Monday to Sunday.
    Week,
    /// A month of the calendar.
    Month,
}

/// One turn of a cycle: its first date and its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

impl Cycle {
    /// Its name: `month`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The turn in which a date lies.
    #[must_use]
    pub fn period_of(self, date: Date) -> Period {
        let is_in = |other: Date| match self {
            Cycle::Day => other == date,
            Cycle::Week => monday_of(other) == monday_of(date),
            Cycle::Month => (other.year(), other.month()) == (date.year(), date.month()),
        };
        let (mut from, mut to) = (date, date);
        while let Some(before) = from.previous().filter(|before| is_in(*before)) {
            from = before;
        }
        while let Some(after) = to.following().filter(|after| is_in(*after)) {
            to = after;
        }
        Period { from, to }
    }
}

/// The Monday of a date's week, in days since the Monday before 1970-01-01, which was a Thursday.
fn monday_of(date: Date) -> u32 {
    let days = date.days() + 3;
    days - days % 7
}
