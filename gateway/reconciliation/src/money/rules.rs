//! By what money is matched.

use longmen_ledger::Date;

use crate::calendar::Calendar;

/// A text in the bank's lines by which a channel is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelWord {
    pub channel: Box<str>,
    pub word: Box<str>,
}

/// By what money is matched.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    pub calendar: &'a Calendar,
    /// Up to this date the bank's lines are there: what is due later is not expected yet.
    pub as_of: Date,
    /// By how many days of the calendar a line may be before or behind the date on which it is due.
    pub within: u32,
    /// Words of channels. A line that has a channel's word is of no other channel; one that has none may be of any.
    pub words: &'a [ChannelWord],
}
