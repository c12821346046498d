//! Tables that a bank or a channel has of its own. What is in which column, and how it is written there, a profile says that whoever
//! uses such a table supplies: nothing of it stands in the code.

mod amount;
mod cell;
mod delimited;
mod raw;
mod record;
mod settings;
mod sheet;
mod table;

pub use raw::ProfileError;
pub use settings::Profile;

use crate::money::{MoneyLine, MoneyStatement};
use crate::received::Expected;
use crate::refusal::Refusal;
use crate::unpacked::{Source, read_unpacked};
use delimited::Delimited;
use settings::Layout;
use sheet::Sheet;

/// Reads a table by its profile. Lines go to `take` as they are read, from the earliest to the latest, and hold only where the end is a
/// [`MoneyStatement`]. The account is the one that is expected: no table is asked for it.
///
/// # Errors
/// [`Refusal`]: nothing of the table is to be used.
pub fn read_table(
    profile: &Profile,
    source: &mut dyn Source,
    expected: &Expected,
    take: &mut dyn FnMut(MoneyLine),
) -> Result<MoneyStatement, Refusal> {
    read_unpacked(source, None, expected.sha1.as_deref(), |input| match &profile.layout {
        Layout::Delimited { encoding, separator, quote } => {
            let mut rows = Delimited::of(input, encoding, *separator, *quote, profile.skip());
            table::read(profile, &mut rows, expected, take)
        }
        Layout::Sheet { name } => {
            let mut rows = Sheet::read(input, name.as_deref(), profile.skip())?;
            table::read(profile, &mut rows, expected, take)
        }
    })
}
