//! What is booked when the channel pays.

use longmen_ledger::Currency;

use super::chart::Chart;
use super::{Entries, EntriesError};

/// The entries of a settlement: the bank takes the net, the fees that the channel took off are no longer owed, and the channel no longer owes
/// both. Signs are the merchant's, in minor units; `None` where nothing moved.
///
/// # Errors
/// [`EntriesError::TooLarge`], where an amount is beyond what a leg holds.
pub fn settlement(
    net: i128,
    fee: i128,
    currency: Currency,
    chart: &Chart,
) -> Result<Option<Entries>, EntriesError> {
    let accounts = chart.accounts();
    let gross = net.checked_add(fee).ok_or(EntriesError::TooLarge)?;
    Entries::of_moves(
        currency,
        &[(&*accounts.bank, net), (&*accounts.fee_payable, fee), (&*accounts.channel, -gross)],
    )
}
