//! TOML files that people write: access files, tokens, channels, profiles. What is wrong with one is told in one line, with the place in
//! the file: a page would show a line more as an escape, and a log as a line of its own.
//!
//! ```
//! use std::collections::BTreeMap;
//! use longmen_toml_file::read_toml;
//!
//! let fault = read_toml::<BTreeMap<String, u32>>("a = 1\nb = 'x'\n").unwrap_err();
//! assert_eq!(fault.to_string(), "line 2, column 5: invalid type: string \"x\", expected u32");
//! ```

mod toml_fault;

pub use toml_fault::TomlFault;

use serde::de::DeserializeOwned;

/// What a file says.
///
/// # Errors
/// [`TomlFault`], where it is no TOML, or does not have what `T` has.
pub fn read_toml<T: DeserializeOwned>(text: &str) -> Result<T, TomlFault> {
    // Some editors put a mark of byte order before it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    toml::from_str(text).map_err(|error| TomlFault::of(text, &error))
}
