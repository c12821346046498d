//! What is kept of an account, read back.

use longmen_interest::AccountInterest;
use longmen_reconciliation_store::InterestAccount;

use crate::error::DayEndError;

/// What is kept of an account's interest, read back.
///
/// # Errors
/// [`DayEndError::Kept`].
pub fn read_kept(kept: &InterestAccount) -> Result<AccountInterest, DayEndError> {
    rmp_serde::from_slice(&kept.state)
        .map_err(|source| DayEndError::Kept { account: kept.account.clone(), source })
}
