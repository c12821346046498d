//! Why a profile is none.

use longmen_toml_file::TomlFault;

/// Why a profile is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// It is no TOML, or has a key that is not known, or lacks one.
    #[error("{0}")]
    Toml(#[from] TomlFault),
    /// What a key says makes no sense.
    #[error("{key}: {reason}")]
    Key { key: &'static str, reason: String },
}

pub(super) fn bad<T>(key: &'static str, reason: impl Into<String>) -> Result<T, ProfileError> {
    Err(ProfileError::Key { key, reason: reason.into() })
}

/// Keys, and whether each is told: none is to be.
pub(super) fn unused(keys: &[(&'static str, bool)], reason: &str) -> Result<(), ProfileError> {
    match keys.iter().find(|(_, is_told)| *is_told) {
        Some((key, _)) => bad(key, reason),
        None => Ok(()),
    }
}
