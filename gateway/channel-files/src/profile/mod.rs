//! Tables that a bank or a channel has of its own. What is in which column, and how it is written there, a profile says that whoever
//! uses such a table supplies: nothing of it stands in the code.

mod amount;
mod any_profile;
mod cell;
mod delimited;
mod fixed;
mod money_profile;
mod money_rows;
mod names;
mod parse;
mod profile_error;
mod raw;
mod raw_amount;
mod raw_layout;
mod record;
mod shape;
mod sheet;
mod table;
mod trade_profile;
mod trade_rows;

pub use any_profile::AnyProfile;
pub use money_profile::Profile;
pub use profile_error::ProfileError;
pub use trade_profile::TradeProfile;

use crate::money::{MoneyLine, MoneyStatement};
use crate::received::{Expected, Received};
use crate::refusal::Refusal;
use crate::row::StatementRow;
use crate::unpacked::{Source, read_unpacked};

/// Reads a table of money by its profile. Lines go to `take` as they are read, from the earliest to the latest, and hold only where the
/// end is a [`MoneyStatement`]. The account is the one that is expected: no table is asked for it.
///
/// # Errors
/// [`Refusal`]: nothing of the table is to be used.
pub fn read_table(
    profile: &Profile,
    source: &mut dyn Source,
    expected: &Expected,
    take: &mut dyn FnMut(MoneyLine),
) -> Result<MoneyStatement, Refusal> {
    read_unpacked(source, None, expected.sha1.as_deref(), |input| {
        money_rows::read(profile, input, expected, take)
    })
}

/// Reads a table of transactions by its profile. Rows go to `take` as they are read, and hold only where the end is [`Received`].
///
/// # Errors
/// [`Refusal`]: nothing of the table is to be used.
pub fn read_trade_table(
    profile: &TradeProfile,
    source: &mut dyn Source,
    expected: &Expected,
    take: &mut dyn FnMut(StatementRow),
) -> Result<Received, Refusal> {
    read_unpacked(source, None, expected.sha1.as_deref(), |input| {
        trade_rows::read(profile, input, expected, take)
    })
}
