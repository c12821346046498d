//! Profiles from TOML.

use longmen_toml_file::read_toml;

use super::any_profile::AnyProfile;
use super::money_profile::Profile;
use super::profile_error::{ProfileError, bad};
use super::raw::RawProfile;
use super::trade_profile::TradeProfile;

impl AnyProfile {
    /// Reads a profile from TOML; it says itself which one it is.
    ///
    /// # Errors
    /// [`ProfileError`], which names the key that is wrong.
    pub fn parse(toml: &str) -> Result<AnyProfile, ProfileError> {
        read_toml::<RawProfile>(toml)?.checked()
    }
}

impl Profile {
    /// Reads a profile from TOML.
    ///
    /// # Errors
    /// [`ProfileError`], which names the key that is wrong.
    pub fn parse(toml: &str) -> Result<Profile, ProfileError> {
        match AnyProfile::parse(toml)? {
            AnyProfile::Money(profile) => Ok(profile),
            AnyProfile::Trades(_) => {
                bad("rows", "it is a profile of transactions, and here one of money is needed")
            }
        }
    }
}

impl TradeProfile {
    /// Reads a profile from TOML.
    ///
    /// # Errors
    /// [`ProfileError`], which names the key that is wrong.
    pub fn parse(toml: &str) -> Result<TradeProfile, ProfileError> {
        match AnyProfile::parse(toml)? {
            AnyProfile::Trades(profile) => Ok(profile),
            AnyProfile::Money(_) => {
                bad("rows", "it is a profile of money, and here one of \"transactions\" is needed")
            }
        }
    }
}
