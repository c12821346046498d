//! What a channel settled.

use longmen_ledger::Date;

/// What a channel settled of a day, which the bank is expected to have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Settlement {
    /// The date on which the bank is expected to have it.
    pub due: Date,
    /// The date of the channel's file.
    pub bill_date: Date,
    pub channel: Box<str>,
    /// What the bank's line is expected to name; empty where that is not known.
    pub reference: Box<str>,
    /// In minor units: positive what comes to the merchant.
    pub net: i128,
    /// Where it stands, in words: a file and a line.
    pub place: Box<str>,
}
