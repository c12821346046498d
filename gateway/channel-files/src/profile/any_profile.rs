//! A profile of whichever rows.

use longmen_toml_file::read_toml;

use super::money_profile::Profile;
use super::raw::{ProfileError, RawProfile};
use super::trade_profile::TradeProfile;

/// A profile, of whichever rows its table has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnyProfile {
    Money(Profile),
    Trades(TradeProfile),
}

impl AnyProfile {
    /// Reads a profile from TOML; it says itself which one it is.
    ///
    /// # Errors
    /// [`ProfileError`], which names the key that is wrong.
    pub fn parse(toml: &str) -> Result<AnyProfile, ProfileError> {
        read_toml::<RawProfile>(toml)?.checked()
    }
}
