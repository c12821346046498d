//! What is kept, written and read back.

use longmen_bills::{AccountBills, Bill};
use longmen_reconciliation_store::{BillRow, BillsAccount};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bills::error::BillsError;

/// The bills of an account, read back.
///
/// # Errors
/// [`BillsError::Kept`].
pub fn read_account(kept: &BillsAccount) -> Result<AccountBills, BillsError> {
    read(&kept.account, &kept.state)
}

/// A bill, read back.
///
/// # Errors
/// [`BillsError::Kept`].
pub fn read_bill(row: &BillRow) -> Result<Bill, BillsError> {
    read(&row.account, &row.detail)
}

pub(super) fn written<T: Serialize>(account: &str, value: &T) -> Result<Vec<u8>, BillsError> {
    rmp_serde::to_vec(value).map_err(|source| BillsError::Keep { account: account.to_owned(), source })
}

fn read<T: DeserializeOwned>(account: &str, bytes: &[u8]) -> Result<T, BillsError> {
    rmp_serde::from_slice(bytes).map_err(|source| BillsError::Kept { account: account.to_owned(), source })
}
