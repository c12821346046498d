//! What names a break, however often a day is compared again.

use std::fmt;

use longmen_ledger::Date;
use longmen_reconciliation::{Finding, Side, Transaction};

use crate::digest::Digester;
use crate::names::Channel;

/// The name of a break: `B` or `F`, by the side whose transaction it is, and 16 hexadecimal digits. It follows from channel, side, kind, the
/// merchant's number, the reference and the date since which it is there, so a run that is made again gives the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BreakId(Box<str>);

impl BreakId {
    /// The name in a text.
    #[must_use]
    pub fn parse(text: &str) -> Option<BreakId> {
        let digits = text.strip_prefix(['B', 'F'])?;
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (digits.len() == 16 && digits.bytes().all(is_digit)).then(|| BreakId(text.into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of a transaction's break. `ordinal` tells several apart that are alike in everything else.
    pub(crate) fn of(
        channel: &Channel,
        side: Side,
        transaction: &Transaction,
        since: Date,
        ordinal: u32,
    ) -> BreakId {
        let mut digester = Digester::of("longmen break 1");
        digester.field(channel).field(side.name()).field(transaction.kind.name());
        digester.field(transaction.currency).field(&transaction.merchant_number);
        // A line moves when a file comes again; it tells apart only what nothing else does.
        match &*transaction.reference {
            "" => digester.field("line").field(transaction.line),
            reference => digester.field("reference").field(reference),
        };
        digester.field(since).field(ordinal);
        let letter = if side == Side::Book { 'B' } else { 'F' };
        let digest = digester.end().to_string();
        BreakId(format!("{letter}{}", &digest[..16]).into())
    }
}

impl fmt::Display for BreakId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a handling depends on: what differs, and by how much. Where it is another, what was booked about the break is not right any more.
pub(crate) fn content_of(finding: &Finding) -> String {
    let mut digester = Digester::of("longmen break content 1");
    digester.field(finding.class.name());
    for side in [&finding.book, &finding.file] {
        match side {
            None => digester.field("none"),
            Some(one) => digester
                .field(&one.reference)
                .field(one.gross.0)
                .field(one.fee.0)
                .field(one.currency)
                .field(one.state.name()),
        };
    }
    digester.end().to_string()[..16].to_owned()
}
