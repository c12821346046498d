//! Which of their subjects ours count in.

use std::collections::{BTreeMap, BTreeSet};

/// Why a mapping is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum MappingError {
    /// A subject, or a beginning of subjects, is there twice.
    #[error("`{0}` is there twice")]
    DuplicateSubject(Box<str>),
    /// A star stands elsewhere than at the end.
    #[error("`{0}` has a star elsewhere than at its end")]
    BadPattern(Box<str>),
}

impl MappingError {
    /// Its name: `duplicate_subject`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

/// Subjects of ours to subjects of theirs, several to one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// By our subject; `None` where it is in no books of theirs.
    exact: BTreeMap<Box<str>, Option<Box<str>>>,
    /// By how ours begin: the longest counts.
    beginnings: BTreeMap<Box<str>, Option<Box<str>>>,
    theirs: BTreeSet<Box<str>>,
}

impl Mapping {
    /// Says what a subject of ours is in theirs: `22410606`, or with a star at its end all that begin so, `2241*`. `None` leaves them out.
    ///
    /// # Errors
    /// [`MappingError`].
    pub fn add(&mut self, ours: &str, theirs: Option<&str>) -> Result<(), MappingError> {
        let (map, key) = match ours.strip_suffix('*') {
            Some(beginning) => (&mut self.beginnings, beginning),
            None => (&mut self.exact, ours),
        };
        if key.contains('*') {
            return Err(MappingError::BadPattern(ours.into()));
        }
        if map.insert(key.into(), theirs.map(Into::into)).is_some() {
            return Err(MappingError::DuplicateSubject(ours.into()));
        }
        self.theirs.extend(theirs.map(Into::into));
        Ok(())
    }

    /// What a subject of ours is in theirs: `None` where nothing says so, `Some(None)` where it is left out.
    #[must_use]
    pub fn of(&self, ours: &str) -> Option<Option<&str>> {
        let longest = || {
            let found = self.beginnings.iter().filter(|(beginning, _)| ours.starts_with(&***beginning));
            found.max_by_key(|(beginning, _)| beginning.len()).map(|(_, theirs)| theirs)
        };
        self.exact.get(ours).or_else(longest).map(Option::as_deref)
    }

    /// Whether any subject of ours counts in a subject of theirs.
    #[must_use]
    pub fn leads_to(&self, theirs: &str) -> bool {
        self.theirs.contains(theirs)
    }
}
