//! Names that people give, read into types that cannot hold a wrong one.

use std::fmt;

use longmen_ledger::{has_blank_end, is_hidden, shows_nothing};

/// The longest name, in bytes.
pub const MAX_NAME: usize = 128;
/// The longest reason, in bytes.
pub const MAX_REASON: usize = 1024;

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("there is nothing in it")]
    Empty,
    #[error("it has more than {0} bytes")]
    TooLong(usize),
    #[error("a character in it cannot be seen, or it begins or ends with a blank")]
    Hidden,
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $most:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Takes a text.
            ///
            /// # Errors
            /// [`NameError`], where it is empty, too long, or not all of it can be seen.
            pub fn new(text: &str) -> Result<$name, NameError> {
                checked(text, $most).map(|text| $name(text.into()))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// What is reconciled as one: a merchant number at a payment channel, such as `wechat/1900000100`.
    Channel, MAX_NAME
);
name!(
    /// Whose a file is: the channel's number for the merchant, or an account at a bank.
    Merchant, MAX_NAME
);
name!(
    /// Who did something.
    Person, MAX_NAME
);
name!(
    /// Why something is done.
    Reason, MAX_REASON
);

fn checked(text: &str, most: usize) -> Result<&str, NameError> {
    if shows_nothing(text) {
        return Err(NameError::Empty);
    }
    if text.len() > most {
        return Err(NameError::TooLong(most));
    }
    if has_blank_end(text) || text.chars().any(is_hidden) {
        return Err(NameError::Hidden);
    }
    Ok(text)
}
