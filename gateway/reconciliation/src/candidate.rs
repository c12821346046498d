//! What may be found on the other side.

use longmen_channel_files::RowKind;
use longmen_ledger::{Currency, Date};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::hung::{Hung, Side};
use crate::transaction::Transaction;

/// One transaction of either side, and since when it waits, if it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub side: Side,
    /// The date that it was in, and the files that have come since; `None` where it is of this date.
    pub since: Option<(Date, u32)>,
    pub transaction: Transaction,
}

impl Candidate {
    /// One of the date that is compared.
    #[must_use]
    pub fn today(side: Side, transaction: Transaction) -> Candidate {
        Candidate { side, since: None, transaction }
    }

    /// A digest of what names it on both sides, the same on every machine: candidates of one name have one, others have it by chance.
    #[must_use]
    pub fn name_hash(&self) -> u64 {
        let Transaction { kind, currency, merchant_number, .. } = &self.transaction;
        let seed = u64::from(currency.numeric()) << 8 | u64::from(*kind as u8);
        xxh3_64_with_seed(merchant_number.as_bytes(), seed)
    }

    /// What names a transaction on both sides.
    pub(crate) fn name(&self) -> (&str, RowKind, Currency) {
        let Transaction { kind, currency, merchant_number, .. } = &self.transaction;
        (merchant_number, *kind, *currency)
    }

    /// Where findings of its name stand among all.
    pub(crate) fn place(&self) -> (&'static str, &str, RowKind) {
        let (number, kind, currency) = self.name();
        (currency.code(), number, kind)
    }

    /// Of one name: by side, what has waited longest first, then as it stands on its side. Two that are of one rank are the same.
    pub(crate) fn order(&self) -> impl Ord + '_ {
        let waits = self.since.map_or((Date::LAST, 0), |(since, days)| (since, days));
        let Transaction { line, reference, gross, fee, state, .. } = &self.transaction;
        (self.name(), self.side, waits, *line, reference, *gross, *fee, *state)
    }

    /// What it moved on this date, in minor units: those that wait have moved theirs before.
    pub(crate) fn of_today(&self) -> i128 {
        if self.since.is_none() { self.transaction.net() } else { 0 }
    }
}

impl From<Hung> for Candidate {
    fn from(Hung { side, since, days, transaction }: Hung) -> Candidate {
        Candidate { side, since: Some((since, days)), transaction }
    }
}
