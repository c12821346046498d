//! What an audit without findings has seen.

use longmen_wal::AuditReport;

use crate::ledger::{ClientId, Currency, RecordPlace, Side, SubjectClass, TransactionId};

/// A data directory whose books hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The log: frames, the digest that stands for all of them, a clean end or a torn tail.
    pub log: AuditReport,
    /// What was read.
    pub counts: Counts,
    /// Ids that came again when they were forgotten, in the order of the log: no damage, but something may have been done
    /// twice.
    pub came_again: Vec<CameAgain>,
    /// Debits and credits by entity and currency, on the balance sheet, and what memo accounts have on the other side.
    pub units: Vec<UnitTotal>,
    /// The trial balance (余额表) by leaf subject, ordered by entity, code and currency.
    pub subjects: Vec<SubjectTotal>,
    /// The same by first-level subject (一级科目).
    pub first_level: Vec<SubjectTotal>,
}

/// A transaction id that has a head, and another so long after it that the ledger had forgotten it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CameAgain {
    pub client: ClientId,
    pub id: TransactionId,
    /// Where it stands first.
    pub first: RecordPlace,
    /// Where it stands again.
    pub again: RecordPlace,
    /// How long after, in microseconds of logged time.
    pub after_us: i64,
}

/// Records of a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Frames, those without records included.
    pub frames: u64,
    /// Bytes of their records.
    pub bytes: u64,
    /// Transactions whose legs are in the books.
    pub posted: u64,
    /// Tries whose legs wait for a confirm.
    pub tried: u64,
    /// Transactions refused by a business rule.
    pub refused: u64,
    /// Transaction ids cancelled before they were seen.
    pub cancelled: u64,
    /// Legs in entries of their own.
    pub legs: u64,
    /// Merged entries.
    pub merged: u64,
    /// Legs in merged entries.
    pub merged_legs: u64,
    /// Accounts opened.
    pub opened: u64,
    /// Changes of accounts' attributes.
    pub changed: u64,
    /// Moves of holds.
    pub held: u64,
    /// Administrative records.
    pub admin: u64,
    /// Proposals that were made.
    pub proposals: u64,
    /// Those of them that wait for a decision.
    pub open_proposals: u64,
    /// Those that were done at once, and nobody has reviewed.
    pub unreviewed: u64,
}

impl Counts {
    /// Chained records of accounts.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.legs + self.merged + self.opened + self.changed + self.held
    }
}

/// Debits and credits of one entity in one currency, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitTotal {
    /// The entity's code.
    pub entity: Box<str>,
    pub currency: Currency,
    /// All debits, without those of memo accounts.
    pub debit_turnover: i128,
    /// All credits, without those of memo accounts.
    pub credit_turnover: i128,
    /// What memo accounts come to, debit-positive: debits less credits are as much on the other side.
    pub memo_net: i128,
    /// The sum of the accounts whose balance is debit.
    pub debit_balance: i128,
    /// The sum of the accounts whose balance is credit, as a positive number.
    pub credit_balance: i128,
}

/// The total of one subject in one currency, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectTotal {
    /// The entity's code.
    pub entity: Box<str>,
    /// The subject's code.
    pub code: Box<str>,
    /// Its name; empty for a first level that was never opened itself.
    pub name: Box<str>,
    pub class: SubjectClass,
    /// Its normal side.
    pub normal: Side,
    pub currency: Currency,
    /// How many accounts it has.
    pub accounts: u64,
    /// All debits.
    pub debit_turnover: i128,
    /// All credits.
    pub credit_turnover: i128,
    /// Debit-positive.
    pub balance: i128,
}
