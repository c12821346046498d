//! Why a run did not end.

use longmen_interest::Refusal;
use longmen_ledger::Date;
use longmen_reconciliation_store::StoreError;

use crate::error::NodeError;

/// Why a run did not end. It has kept nothing then.
#[derive(Debug, thiserror::Error)]
pub enum InterestError {
    #[error("{entity} is at {current}: {date} is yet to come")]
    NotYet { entity: String, date: Date, current: Date },
    #[error("no interest of {0} was reckoned yet: run accrue first, or see who has interest in the settings")]
    NoInterest(String),
    #[error("{date} of {account} is accrued already: close it on a day before that day is accrued")]
    Folded { account: String, date: Date },
    #[error("the settings have no product {product}, which {account} has")]
    NoProduct { account: String, product: String },
    #[error("the product {product} has no rates in the currency of {account}")]
    NoTerms { account: String, product: String },
    #[error("{account}: {}: {refusal}", refusal.code())]
    Refused { account: String, refusal: Refusal },
    #[error(
        "days of the product {product} up to {until} were reckoned otherwise, {line}: rows of rates are not changed or added for days that are \
         folded; write a row from a later day on, or put back what was there"
    )]
    TermsChanged { product: String, until: Date, line: String },
    #[error("accruals of {0} are more than one posting holds")]
    TooMuch(String),
    #[error("what is kept of {account} cannot be read")]
    Kept { account: String, source: rmp_serde::decode::Error },
    #[error("what is kept of {account} cannot be written")]
    Keep { account: String, source: rmp_serde::encode::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Node(#[from] NodeError),
}
