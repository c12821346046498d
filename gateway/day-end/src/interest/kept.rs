//! What is kept of an account, read back.

use longmen_interest::AccountInterest;
use longmen_reconciliation_store::InterestAccount;

use crate::interest::error::InterestError;

/// What is kept of an account's interest, read back.
///
/// # Errors
/// [`InterestError::Kept`].
pub fn read_kept(kept: &InterestAccount) -> Result<AccountInterest, InterestError> {
    rmp_serde::from_slice(&kept.state)
        .map_err(|source| InterestError::Kept { account: kept.account.clone(), source })
}
