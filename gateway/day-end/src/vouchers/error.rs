//! Why vouchers are not made, written or answered.

use std::io;
use std::path::PathBuf;

use longmen_ledger::Date;
use longmen_reconciliation_store::{StoreError, VoucherStateError};
use longmen_vouchers::{AcknowledgementError, Lack, NumbersError, Refusal};

use crate::error::NodeError;

/// Why vouchers are not made, written or answered. Nothing was kept then.
#[derive(Debug, thiserror::Error)]
pub enum VoucherError {
    #[error("{entity} is at {current}: {date} is not closed, and may still grow")]
    NotClosed { entity: String, date: Date, current: Date },
    #[error("{date} is no accounting date of {entity}")]
    NoDate { entity: String, date: Date },
    #[error("the vouchers of {entity} begin on {first}")]
    BeforeFirst { entity: String, first: Date },
    #[error("{missed} comes first: numbers are drawn in the order of the dates")]
    Missed { missed: Date },
    #[error("nothing in the books is called {0}; there is account, account_type, tenor, party, purpose")]
    NoTerm(Box<str>),
    #[error("{0}")]
    Refused(Refusal),
    #[error(transparent)]
    Numbers(#[from] NumbersError),
    #[error("the vouchers are not what the general ledger has: {}", told(.0))]
    Unproved(Vec<Lack>),
    #[error("no vouchers of {entity} were made up to {date}")]
    NotMade { entity: String, date: Date },
    #[error("there is no such voucher of {entity}")]
    Nothing { entity: String },
    #[error("{} is there already and has other bytes: name another file", path.display())]
    OtherFile { path: PathBuf },
    #[error("no voucher was last written to a file with the digest {0}")]
    UnknownFile(String),
    #[error("there are {answers} answers, and {sent} vouchers were sent")]
    Answers { answers: usize, sent: usize },
    #[error("answer {line}: {source}")]
    Answer { line: usize, source: AcknowledgementError },
    #[error(transparent)]
    Acknowledgement(#[from] AcknowledgementError),
    #[error(transparent)]
    State(#[from] VoucherStateError),
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Node(#[from] NodeError),
}

impl VoucherError {
    /// The code, where it is what was asked that is refused, and nothing failed.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        Some(match self {
            VoucherError::NotClosed { .. } => "not_closed",
            VoucherError::NoDate { .. } => "no_accounting_date",
            VoucherError::BeforeFirst { .. } => "before_first",
            VoucherError::Missed { .. } => "missed_date",
            VoucherError::NoTerm(_) => "unknown_term",
            VoucherError::Refused(refusal) => refusal.code.name(),
            VoucherError::Numbers(_) => "numbers_used_up",
            VoucherError::Unproved(_) => "unproved",
            VoucherError::NotMade { .. } => "not_made",
            VoucherError::Nothing { .. } => "no_vouchers",
            VoucherError::OtherFile { .. } => "other_file",
            VoucherError::UnknownFile(_) => "unknown_file",
            VoucherError::Answers { .. } => "other_answers",
            VoucherError::Answer { .. } | VoucherError::Acknowledgement(_) => "bad_answer",
            VoucherError::State(VoucherStateError::NoVoucher { .. }) => "unknown_voucher",
            VoucherError::State(VoucherStateError::State { source, .. }) => source.code(),
            VoucherError::State(VoucherStateError::Store(_))
            | VoucherError::Io { .. }
            | VoucherError::Store(_)
            | VoucherError::Node(_) => return None,
        })
    }
}

impl From<Refusal> for VoucherError {
    fn from(refusal: Refusal) -> VoucherError {
        VoucherError::Refused(refusal)
    }
}

fn told(lacks: &[Lack]) -> String {
    lacks.iter().map(|lack| format!("{}: {lack}", lack.code())).collect::<Vec<_>>().join("; ")
}
