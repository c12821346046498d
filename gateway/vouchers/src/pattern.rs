//! What is said of subjects by their codes: of one, or of all that begin alike.

use std::collections::BTreeMap;

/// Why patterns are refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    #[error("`{0}` is there twice")]
    Twice(Box<str>),
    #[error("`{0}` has a star elsewhere than at its end")]
    Star(Box<str>),
}

/// A value for each subject: `22410606` is one subject, `2241*` all that begin so. The exact one counts first, then the longest beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patterns<T> {
    exact: BTreeMap<Box<str>, T>,
    beginnings: BTreeMap<Box<str>, T>,
}

impl<T> Default for Patterns<T> {
    fn default() -> Patterns<T> {
        Patterns { exact: BTreeMap::new(), beginnings: BTreeMap::new() }
    }
}

impl<T> Patterns<T> {
    /// Adds what a pattern means.
    ///
    /// # Errors
    /// [`PatternError`], for a star elsewhere than at the end, and for what is there already.
    pub fn add(&mut self, pattern: &str, value: T) -> Result<(), PatternError> {
        let (map, key) = match pattern.strip_suffix('*') {
            Some(beginning) => (&mut self.beginnings, beginning),
            None => (&mut self.exact, pattern),
        };
        if key.contains('*') {
            return Err(PatternError::Star(pattern.into()));
        }
        match map.insert(key.into(), value) {
            Some(_) => Err(PatternError::Twice(pattern.into())),
            None => Ok(()),
        }
    }

    /// What is said of a subject.
    #[must_use]
    pub fn of(&self, subject: &str) -> Option<&T> {
        let longest = || {
            let ends = (0..=subject.len()).rev().filter(|end| subject.is_char_boundary(*end));
            ends.filter_map(|end| self.beginnings.get(&subject[..end])).next()
        };
        self.exact.get(subject).or_else(longest)
    }
}
