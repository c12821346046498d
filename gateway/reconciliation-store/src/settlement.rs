//! The settlement of a channel's day, as it was proposed to the ledger.

use std::fmt;

use longmen_ledger::Date;
use longmen_reconciliation::Entries;

use crate::handling::HandlingState;
use crate::names::{Channel, Person};

/// The number of a settlement, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SettlementId(pub i64);

impl fmt::Display for SettlementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The settlement of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    pub id: SettlementId,
    pub channel: Channel,
    /// The day of the file that is settled.
    pub date: Date,
    /// Counted from 1 for each day: an attempt that was refused is followed by another.
    pub attempt: u32,
    pub entries: Entries,
    pub maker: Person,
    /// Never [`HandlingState::Undone`].
    pub state: HandlingState,
    /// The ledger's name for the proposal, where there is one.
    pub proposal: Option<Box<str>>,
    /// The ledger's number of the client whose transaction it is, once the ledger has it.
    pub client: Option<u32>,
    /// The code of the refusal, where it was refused.
    pub refusal: Option<Box<str>>,
    /// Moments are microseconds since 1970 in UTC.
    pub made_at_us: i64,
    pub changed_at_us: i64,
}

impl Settlement {
    /// What all attempts to settle a day have for a reference in the ledger.
    #[must_use]
    pub fn reference_of(channel: &Channel, date: Date) -> String {
        format!("{}{date}", Settlement::reference_of_any(channel))
    }

    /// What the references of a channel's settlements begin with.
    #[must_use]
    pub fn reference_of_any(channel: &Channel) -> String {
        format!("settle {channel} ")
    }

    /// The text id of its transaction in the ledger. It follows from channel, day and attempt, so that what is sent twice is booked once.
    #[must_use]
    pub fn transaction_text(&self) -> String {
        let reference = Settlement::reference_of(&self.channel, self.date);
        if self.attempt == 1 { reference } else { format!("{reference} {}", self.attempt) }
    }
}
